"""How many times as long one thing takes as another: points on a logarithmic axis, each with its spread."""

import numpy as np
from matplotlib.ticker import LogLocator, NullLocator

from dlbook.viz.style import CLASS_MARKERS, COLOURS, STYLE, axes, panels


def ratios(rows: dict, *, xlabel: str, height: float = 0.3, ax=None):
    """Draw one line for each row, with a point for each ratio; a vertical line stands at 1.

    Parameters
    ----------
    rows
        For each row a dictionary of ratios by name.  A ratio is a number, or three: the middle, the lowest and the
        highest.  A name has the same marker and colour in all rows.
    height
        Inches that a row takes.

    Raises
    ------
    ValueError
        If there is no row, or a ratio is not above 0.
    """
    _check(rows)
    ax = axes(ax) if ax else panels(1, width=STYLE["figure.figsize"][0] + 0.6, height=1.2 + height * len(rows))
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    for i, name in enumerate(names):
        places = [place for place, row in enumerate(rows.values()) if name in row]
        middle, low, high = np.array([_three(row[name]) for row in rows.values() if name in row]).T
        ax.errorbar(
            middle, places, xerr=[middle - low, high - middle], label=name, linestyle="none", elinewidth=1.2,
            marker=CLASS_MARKERS[i % len(CLASS_MARKERS)], color=COLOURS[i % len(COLOURS)],
        )  # fmt: skip
    ax.axvline(1, color="#555555", linewidth=1)
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(xlabel)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return ax


def _three(ratio):
    """The middle, the lowest and the highest; a single number is all three."""
    return np.broadcast_to(np.asarray(ratio, float), 3)


def _check(rows):
    """Raise unless there are rows, and all ratios are above 0."""
    if not rows:
        raise ValueError("ratios: rows must hold one row or more, got none.")
    for row, points in rows.items():
        for name, ratio in points.items():
            if not (_three(ratio) > 0).all():
                raise ValueError(f"ratios: a ratio must be above 0, got {ratio} for {name} in {row}.")
