"""Figures of the book; every function takes arrays and returns a Matplotlib axes.

`describe(ax, "…")` ends a cell: it shows the figure with the words that stand for it.
"""

from dlbook.viz.curves import curves, functions
from dlbook.viz.decision import plane, points
from dlbook.viz.describe import Described, describe
from dlbook.viz.graphs import layers
from dlbook.viz.grids import bars, heatmap
from dlbook.viz.images import images, numbers
from dlbook.viz.ratios import ratios
from dlbook.viz.style import panels, use

__all__ = [
    "Described",
    "bars",
    "curves",
    "describe",
    "functions",
    "heatmap",
    "images",
    "layers",
    "numbers",
    "panels",
    "plane",
    "points",
    "ratios",
    "use",
]
