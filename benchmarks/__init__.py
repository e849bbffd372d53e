"""Races of `dlbook` against the frameworks that a reader would otherwise use.

`python -m benchmarks` (or `make race`) runs all of them, prints the ratios and writes `benchmarks/results/`.
"""
