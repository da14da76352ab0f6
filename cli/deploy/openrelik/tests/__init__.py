"""Tests of the worker: `python3 -m unittest discover -t . tests`.

What requirements.txt names has to be installed, and ../python. `test_worker` starts a Redis and workers of its own,
and is skipped where `redis-server` is missing. The program is that of AFTERIMAGE_PROGRAM or PATH.
"""
