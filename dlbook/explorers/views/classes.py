"""Points of several classes, each with its own colour and shape."""

import numpy as np

from dlbook.viz.style import CLASS_MARKERS, COLOURS


def draw_classes(ax, x, labels, names=None):
    """Scatter `x[n, 2]`, told apart by `labels[n]`, with a legend where `names` are given."""
    labels = np.round(labels).astype(int)
    for k in np.unique(labels):
        own = x[labels == k]
        style = dict(marker=CLASS_MARKERS[k % len(CLASS_MARKERS)], c=COLOURS[k % len(COLOURS)])
        ax.scatter(*own.T, s=26, edgecolors="white", linewidths=0.6, label=names[k] if names else None, **style)
