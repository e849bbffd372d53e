"""A figure together with the words that stand for it."""

import io

import matplotlib.pyplot as plt


class Described:
    """A figure and its description, both shown by Jupyter and by the book.

    The description is the picture's alternative text.  It is also the cell's text output, so that
    the tests compare the numbers in it whenever the notebook runs.
    """

    def __init__(self, figure, text: str):
        self.figure, self.text = figure, text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None):
        picture = io.BytesIO()
        self.figure.savefig(picture, format="png", dpi=self.figure.dpi * 1.5, metadata={"Software": None})
        data = {"image/png": picture.getvalue(), "text/plain": self.text}
        return data, {"image/png": {"alt": self.text}}


def describe(ax, text: str) -> Described:
    """Show the figure of `ax` with `text`, which says what it shows, with its numbers.

    Parameters
    ----------
    ax
        An axes, an array of axes or a figure.
    text
        One or two sentences for a reader who cannot see the picture.

    Raises
    ------
    ValueError
        If the text is empty.
    """
    if not text.strip():
        raise ValueError("describe: text must say what the figure shows, got an empty one.")
    figure = _figure(ax)
    plt.close(figure)  # else the notebook would show it twice
    return Described(figure, " ".join(text.split()))


def _figure(ax):
    if hasattr(ax, "savefig"):
        return ax
    while not hasattr(ax, "figure"):
        ax = ax[0]
    return ax.figure
