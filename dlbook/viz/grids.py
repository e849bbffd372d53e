"""Results on a grid of settings, and bars."""

import numpy as np

from dlbook.viz.style import axes


def heatmap(values, *, down, across, label: str, form: str = ".2f", ax=None):
    """Draw `values[i, j]` as colours with their numbers.

    Parameters
    ----------
    down, across
        Pairs (name, values) of the two axes.
    label
        What the numbers are.
    form
        How to print a number.
    """
    ax = axes(ax)
    values = np.asarray(values)
    image = ax.imshow(values, aspect="auto")
    for (i, j), value in np.ndenumerate(values):
        ax.text(j, i, format(value, form), ha="center", va="center", color="w" if image.norm(value) < 0.6 else "k")
    ax.set_ylabel(down[0]), ax.set_yticks(range(len(down[1])), [_tick(v) for v in down[1]])
    ax.set_xlabel(across[0]), ax.set_xticks(range(len(across[1])), [_tick(v) for v in across[1]])
    ax.grid(False)
    ax.figure.colorbar(image, ax=ax, label=label)
    return ax


def bars(values, names, *, ylabel: str, form: str = ".3g", ax=None):
    """Draw one bar for each value, with its number above it."""
    ax = axes(ax)
    drawn = ax.bar(range(len(names)), np.asarray(values), width=0.7)
    ax.bar_label(drawn, [format(float(v), form) for v in values], padding=2)
    ax.set_xticks(range(len(names)), names)
    ax.set_ylabel(ylabel)
    ax.margins(y=0.15)
    ax.grid(False, axis="x")
    return ax


def _tick(value):
    return value if isinstance(value, str) else f"{value:g}"
