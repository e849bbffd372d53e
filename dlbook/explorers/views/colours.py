"""Colour maps of fields, softened so that the points drawn on them stand out."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

from dlbook.viz.style import COLOURS

NEUTRAL = "#f7f6f2"
PATHS = [COLOURS[1], COLOURS[0], COLOURS[3], COLOURS[2]]


def _between(name: str, *colours) -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list(name, colours)


def _mixed(a, b, share: float):
    return tuple((1 - share) * np.array(to_rgb(a)) + share * np.array(to_rgb(b)))


# Low values have the hue of class 0's points, high ones that of class 1's.
DIVERGING = _between("classes", _mixed(COLOURS[0], NEUTRAL, 0.25), NEUTRAL, _mixed(COLOURS[1], NEUTRAL, 0.25))
SEQUENTIAL = _between("depths", "#2c4a73", "#5d86a8", "#a3c1cf", NEUTRAL)
GREY = _between("grey", "#000000", "#ffffff")
MAPS = {"diverging": DIVERGING, "sequential": SEQUENTIAL, "grey": GREY}


def stops(name: str, n: int = 17) -> list[str]:
    """Return `n` colours along a map, for the page's runtime."""
    return [to_hex(colour) for colour in MAPS[name](np.linspace(0, 1, n))]
