"""playtrace as a service of the machine: what systemd, launchd and Windows have to be told.

Each platform is a file that says what is to be done as a list of steps (`steps.py`), so that all of it can be shown
before any of it is done.
"""
