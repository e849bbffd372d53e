"""Pictures: grids of small images, and an image as the numbers that a machine sees."""

import matplotlib.pyplot as plt
import numpy as np

from dlbook.viz.style import DIVERGING, axes, use


def images(pictures, *, titles=None, columns: int = 8, signed: bool = False, size: float = 1.0):
    """Draw `pictures[n, h, w]` in a grid; return the array of axes.

    Parameters
    ----------
    titles
        One string a picture.
    signed
        Colour by sign with white at 0, as for weights; otherwise from black to white.
    size
        Width of a picture in inches.
    """
    use()
    pictures = np.asarray(pictures)
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    height = 1.0 if titles is None else 1.25
    grid = plt.subplots(
        rows, columns, figsize=(size * columns, size * height * rows), layout="constrained", squeeze=False
    )[1]
    limit = np.abs(pictures).max()
    colours = dict(cmap=DIVERGING, vmin=-limit, vmax=limit) if signed else dict(cmap="gray", vmin=0, vmax=limit)
    for ax in grid.flat:
        ax.axis("off")
    for i, (ax, picture) in enumerate(zip(grid.flat, pictures, strict=False)):
        ax.imshow(picture, **colours)
        if titles is not None:
            ax.set_title(titles[i], fontsize=9, fontweight="normal")
    return grid


def numbers(picture, *, form: str = "g", ax=None):
    """Draw one image `picture[h, w]` with the number of each pixel in it."""
    ax = axes(ax)
    picture = np.asarray(picture)
    image = ax.imshow(picture, cmap="gray")
    for (i, j), value in np.ndenumerate(picture):
        colour = "white" if image.norm(value) < 0.5 else "black"
        ax.text(j, i, format(value, form), ha="center", va="center", color=colour, fontsize=9)
    ax.axis("off")
    return ax
