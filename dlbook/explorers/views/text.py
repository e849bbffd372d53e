"""How a view writes numbers."""

import numpy as np


def number(value, limits=None) -> str:
    """Return a number with four digits, or the words for one that is not finite or lies beyond what is drawn."""
    if np.isnan(value):
        return "not a number"
    if np.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if limits is not None and not limits[0] <= value <= limits[1]:
        return f"above {limits[1]:g}" if value > limits[1] else f"below {limits[0]:g}"
    rounded = float(f"{value:.4g}")
    return f"{rounded:.10g}" if rounded == 0 or 1e-4 <= abs(rounded) < 1e6 else f"{rounded:.4g}"


def shades(title: str, limits) -> str:
    """Return the heading of numbers that are cut at the limits of the colours."""
    return f"{title} (cut at {limits[0]:g} and {limits[1]:g})"


def sample(n: int, most: int = 5) -> list[int]:
    """Return up to `most` positions spread evenly from 0 to n - 1."""
    return np.unique(np.round(np.linspace(0, n - 1, min(n, most))).astype(int)).tolist()
