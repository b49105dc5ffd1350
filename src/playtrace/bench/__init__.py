"""How fast this machine collects, loads and answers: measured against the limit of what it is made of."""
