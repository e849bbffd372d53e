"""The plane of two features: labelled points, and what a model says of every place."""

import numpy as np

from dlbook.viz.style import CLASS_MARKERS, COLOURS, DIVERGING, axes


def points(x, labels, *, names=None, ax=None):
    """Scatter `x[n, 2]`, each class with its own colour and marker.

    Parameters
    ----------
    names
        What to call the classes in the legend; none is drawn without it.
    """
    ax = axes(ax)
    x, labels = np.asarray(x), np.asarray(labels)
    for k in np.unique(labels):
        own = x[labels == k]
        name = None if names is None else names[k]
        marker, colour = CLASS_MARKERS[k % len(CLASS_MARKERS)], COLOURS[k % len(COLOURS)]
        ax.scatter(own[:, 0], own[:, 1], s=36, marker=marker, c=colour, edgecolors="white", linewidths=0.7, label=name)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    if names is not None:
        ax.legend()
    return ax


def plane(f, extent, *, levels=(0.0,), limit=None, steps: int = 120, ax=None):
    """Colour the plane by f and draw its contours.

    Parameters
    ----------
    f
        Takes places `x[n, 2]` and returns one number each, e.g. a score whose sign decides.
    extent
        The rectangle (left, right, bottom, top).
    levels
        Values whose contour is drawn; by default the boundary f = 0.
    limit
        The value with the full colour; by default the largest of f in size.
    """
    ax = axes(ax)
    left, right, bottom, top = extent
    x1, x2 = np.meshgrid(np.linspace(left, right, steps), np.linspace(bottom, top, steps))
    values = np.asarray(f(np.stack([x1.ravel(), x2.ravel()], 1).astype("float32"))).reshape(x1.shape)
    limit = np.nanmax(np.abs(values)) if limit is None else limit
    ax.imshow(values, extent=extent, origin="lower", cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto", alpha=0.75)
    inside = [level for level in levels if np.nanmin(values) < level < np.nanmax(values)]
    if inside:
        ax.contour(x1, x2, values, levels=inside, colors="black", linewidths=1.2)
    ax.grid(False)
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return ax
