"""`python -m playtrace`, for where scripts are not on the path."""

from playtrace.cli.main import main

main()
