"""Tests of the package: `python3 -m unittest discover -t . tests`, where `afterimage` can be imported.

Those that need the program take it from AFTERIMAGE_PROGRAM or PATH, and are skipped where there is none.
"""
