"""Colours, fonts and sizes of all figures."""

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.colors import LinearSegmentedColormap, to_rgb

# Okabe and Ito's palette: eight colours that people with any colour vision tell apart, yellow left out
# because it is too pale for lines on white.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
CLASS_MARKERS = ["o", "^", "s", "D", "v", "P", "X", "*", "<", ">"]
NEUTRAL = "#f7f6f2"
SEQUENTIAL = "cividis"


def _softened(colour):
    return tuple(0.75 * np.array(to_rgb(colour)) + 0.25 * np.array(to_rgb(NEUTRAL)))


# Low values have the hue of class 0's points and high ones that of class 1's, softened so that points stand out.
DIVERGING = LinearSegmentedColormap.from_list("classes", [_softened(COLOURS[0]), NEUTRAL, _softened(COLOURS[1])])

STYLE = {
    "figure.figsize": (6.4, 3.6),
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "lines.markersize": 6,
    "legend.frameon": False,
    "image.cmap": SEQUENTIAL,
    "axes.prop_cycle": cycler(color=COLOURS),
}


def use():
    """Set the book's style for all figures that follow."""
    plt.rcParams.update(STYLE)


def panels(columns: int, rows: int = 1, *, width: float = 3.4, height: float = 3.0):
    """Return a row (or `rows` rows) of axes in the book's style, each `width` by `height` inches."""
    use()
    return plt.subplots(rows, columns, figsize=(width * columns, height * rows), layout="constrained")[1]


def axes(ax=None):
    """Return `ax`, or the axes of a new figure in the book's style."""
    if ax is None:
        use()
        ax = plt.subplots(layout="constrained")[1]
    return ax
