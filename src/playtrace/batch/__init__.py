"""Metrics of a lake by Spark, for data that one machine does not ask: written as Parquet beside it, a file a day.

`session.py` has Spark, `lake.py` which files it reads, `tables.py` makes of them the tables that questions read, and
`reader.py` asks in our SQL. `questions.py` and `facts/` are what is asked, `quality/` what must hold before,
`results.py` where answers lie, `run.py` all of it in order, and `telling.py` who hears of it.
"""
