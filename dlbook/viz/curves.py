"""Curves: losses over time, functions and their derivatives."""

import numpy as np

from dlbook.viz.style import axes

DASHES = ["-", "--", "-.", ":"]


def curves(x, ys: dict, *, xlabel: str, ylabel: str, log: str = "", ax=None):
    """Draw one curve for each entry of `ys` over `x`, told apart by colour and by dashes.

    Parameters
    ----------
    x
        Positions, or None for 1, 2, 3, ...
    ys
        Values by name; a two-dimensional array is a band from its smallest to its largest row, with the median.
    log
        Axes on a logarithmic scale: "", "x", "y" or "xy".
    """
    ax = axes(ax)
    for i, (name, y) in enumerate(ys.items()):
        y = np.asarray(y)
        at = np.arange(1, y.shape[-1] + 1) if x is None else np.asarray(x)
        (line,) = ax.plot(at, np.median(y, 0) if y.ndim == 2 else y, DASHES[i % 4], label=name)
        if y.ndim == 2:
            ax.fill_between(at, y.min(0), y.max(0), color=line.get_color(), alpha=0.2, linewidth=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if "x" in log:
        ax.set_xscale("log")
    if "y" in log:
        ax.set_yscale("log")
    if len(ys) > 1:
        ax.legend()
    return ax


def functions(fs: dict, *, low: float, high: float, xlabel: str = "x", ylabel: str = "", ax=None):
    """Draw each function of `fs` from `low` to `high`."""
    x = np.linspace(low, high, 401, dtype="float32")
    return curves(x, {name: f(x) for name, f in fs.items()}, xlabel=xlabel, ylabel=ylabel, ax=ax)
