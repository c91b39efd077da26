"""Benchmarks: ours, its floor and its peer in one run, told as ratios. `make bench`, or `python -m bench NAME`."""
