"""What must hold of a day's data before anything is counted: `counts.py` of its rows, `books.py` whether all are there,
`properties.py` whether they still say what they said. `checks.py` judges."""
