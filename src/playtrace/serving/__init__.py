"""How requests reach the rooms: the HTTP server, and the processes that it is made of."""
