"""The lake: all events as Parquet in a folder or a bucket, in tables of Apache Iceberg, for engines that are not ours.

`address.py` says where, `tables.py` what a table looks like and what it remembers, `target.py` writes as every mirror
does, `erasing.py` finds what names a player, `upkeep.py` rewrites days that are over and removes what nobody reads any
more, and `checking.py` compares with the store.
"""
