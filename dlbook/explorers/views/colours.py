"""Colour maps of fields, and their stops for the page."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex

from dlbook.viz.style import COLOURS, DIVERGING, NEUTRAL

PATHS = [COLOURS[1], COLOURS[0], COLOURS[3], COLOURS[2]]


SEQUENTIAL = LinearSegmentedColormap.from_list("depths", ["#2c4a73", "#5d86a8", "#a3c1cf", NEUTRAL])
GREY = LinearSegmentedColormap.from_list("grey", ["#000000", "#ffffff"])
MAPS = {"diverging": DIVERGING, "sequential": SEQUENTIAL, "grey": GREY}


def stops(name: str, n: int = 17) -> list[str]:
    """Return `n` colours along a map, for the page's runtime."""
    return [to_hex(colour) for colour in MAPS[name](np.linspace(0, 1, n))]
