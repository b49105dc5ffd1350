"""A star schema for Redshift, of the facts that a batch run writes: `tables.sql`, `views.sql`, and `loading.py`, which
says how the files of a day are loaded. `athena/` has questions to the lake itself."""
