"""Drawings of networks: units in columns, weights as lines between them."""

from itertools import pairwise

import numpy as np

from dlbook.viz.style import COLOURS, axes


def layers(sizes, *, names=None, edges=None, weights=None, captions=None, ax=None):
    """Draw a feed-forward network from left to right.

    Parameters
    ----------
    sizes
        Units of each layer.
    names
        Text inside each unit, one list a layer.
    edges
        Text on each line, one array `[in, out]` for each pair of layers.
    weights
        One array `[in, out]` for each pair of layers: width shows size, colour shows sign, and no line
        is drawn where the weight is 0.
    captions
        Text under each layer.
    """
    ax = axes(ax)
    places = [np.stack([np.full(n, 2.2 * i), np.arange(n)[::-1] - (n - 1) / 2], 1) for i, n in enumerate(sizes)]
    for i, (left, right) in enumerate(pairwise(places)):
        w = np.ones((len(left), len(right))) if weights is None else np.asarray(weights[i])
        _lines(ax, left, right, w, None if edges is None else edges[i], plain=weights is None)
    for i, column in enumerate(places):
        ax.scatter(*column.T, s=620, facecolor="white", edgecolor="#333333", linewidth=1.5, zorder=3)
        for j, (x, y) in enumerate(column if names is not None else ()):
            ax.text(x, y, names[i][j], ha="center", va="center", fontsize=10, zorder=4)
        if captions is not None:
            ax.text(2.2 * i, -max(sizes) / 2 - 0.25, captions[i], ha="center", va="top", fontsize=10)
    ax.set_xlim(-0.6, 2.2 * (len(sizes) - 1) + 0.6)
    ax.set_ylim(-max(sizes) / 2 - (0.9 if captions is not None else 0.2), max(sizes) / 2 + 0.2)
    ax.axis("off")
    return ax


def _lines(ax, left, right, weights, texts, *, plain):
    largest = np.abs(weights).max() or 1
    for (i, j), w in np.ndenumerate(weights):
        if w == 0:
            continue
        colour = "#888888" if plain else COLOURS[0] if w > 0 else COLOURS[1]
        (x0, y0), (x1, y1) = left[i], right[j]
        style = "-" if plain or w > 0 else "--"
        ax.plot(
            [x0, x1], [y0, y1], style, color=colour, linewidth=1.2 if plain else 0.4 + 3 * abs(w) / largest, zorder=1
        )
        if texts is not None:
            at = 0.32 if (i + j) % 2 else 0.62  # labels of crossing lines must not cover each other
            box = dict(facecolor="white", edgecolor="none", pad=0.8)
            ax.text(
                x0 + at * (x1 - x0), y0 + at * (y1 - y0), texts[i][j], fontsize=9, ha="center", va="center", bbox=box
            )
