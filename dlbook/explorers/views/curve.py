"""Curves over a common horizontal axis."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from dlbook.explorers.record import Frame, Slot, slot
from dlbook.explorers.views.colours import PATHS
from dlbook.explorers.views.text import number, sample
from dlbook.viz.style import COLOURS

DASHES = ["-", "--", "-.", ":"]
GAP = "not finite"


@dataclass(frozen=True, eq=False)
class Curve:
    """One or several curves.

    A curve with as many points as there are frames is drawn strongly up to the present frame, which is marked,
    and faintly beyond.

    Parameters
    ----------
    y
        Entry of the record, or a list of them; each `[n]`, or `[frames, n]`.
    x
        Entry `[n]`, an array, or the two ends of an even spacing, as in `x=(-3, 3)`; by default 0, 1, 2, ...
    names
        What to call the curves in the legend; by default the entries' names.
    xlabel, ylabel, title
        Words on the axes and above.
    log
        Axes on a logarithmic scale: "", "x", "y" or "xy".
    xlim, ylim
        Ends of the axes; by default they follow the curves.  Fix `ylim` where settings are to be compared.
    points
        A pair (x, y) of entries or arrays `[m]` drawn as dots, e.g. the data behind a fitted curve.
    like_paths
        Take the colours of the paths in a `Plane`, for the same things side by side.
    bands
        A pair (low, high) of entries for each of the first curves, drawn as a band, e.g. the range over several seeds.

    Raises
    ------
    ValueError
        If there are not as many names as curves, or `log` is none of the four.
    """

    y: Any
    _: KW_ONLY
    x: Any = None
    names: list | tuple | None = None
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""
    log: str = ""
    xlim: tuple | None = None
    ylim: tuple | None = None
    points: tuple | None = None
    bands: list | tuple = ()
    like_paths: bool = False

    def __post_init__(self):
        if self.log not in ("", "x", "y", "xy"):
            raise ValueError(f'Curve: log must be "", "x", "y" or "xy", got {self.log!r}.')
        if self.names is not None and len(self.names) != len(self._ys()):
            raise ValueError(f"Curve: {len(self._ys())} curves but {len(self.names)} names.")

    def slots(self) -> dict[str, Slot | None]:
        """Return the parts of the record that the curves show."""
        x = None if self._spaced() else slot(self.x, 1, log="x" in self.log)
        px, py = self.points or (None, None)
        how = dict(log="y" in self.log, limits=self.ylim)
        return {
            "x": x,
            **{f"y{i}": slot(y, 1, follows=True, **how) for i, y in enumerate(self._ys())},
            "px": slot(px, 1, log="x" in self.log),
            "py": slot(py, 1, **how),
            **{
                f"{end}{i}": slot(source, 1, follows=True, **how)
                for i, band in enumerate(self.bands)
                for end, source in zip(("low", "high"), band, strict=True)
            },
        }

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the curves on `ax`."""
        for i, (name, x, y) in enumerate(self._curves(record, frame)):
            self._band(ax, i, x, record, frame)
            follows = frame is not None and len(y) == frame.count and self._single(record, i)
            self._line(ax, i, x, y, name, frame.position if follows else None)
        self._dots(ax, record, frame)
        self._axes(ax)
        if len(self._ys()) > 1:
            ax.legend(fontsize="small")
        if any(not np.isfinite(y).all() for _, _, y in self._curves(record, frame)):
            ax.annotate(GAP, (1, 1), xycoords="axes fraction", ha="right", va="top", fontsize="small")

    def spec(self) -> dict:
        """Describe the curves for the page."""
        slots = {name: None if s is None else s.spec() for name, s in self.slots().items()}
        return {
            "kind": "curve",
            "slots": slots,
            "names": self._names(),
            "span": list(map(float, self.x)) if self._spaced() and self.x is not None else None,
            **{k: getattr(self, k) for k in ("xlabel", "ylabel", "log", "xlim", "ylim")},
            "bands": len(self.bands),
            "paths": self.like_paths,
            "title": self.title or " and ".join(self._names()),
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: a few points of each curve."""
        curves = list(self._curves(record, frame))
        rows = [(self.xlabel or "x", [number(curves[0][1][i]) for i in sample(len(curves[0][1]))])]
        return rows + [(name, [number(y[i], self.ylim) for i in sample(len(y))]) for name, _, y in curves]

    def _ys(self) -> list:
        return list(self.y) if isinstance(self.y, list | tuple) else [self.y]

    def _names(self) -> list[str]:
        if self.names is not None:
            return list(self.names)
        return [y.replace("_", " ") if isinstance(y, str) else "curve" for y in self._ys()]

    def _spaced(self) -> bool:
        return self.x is None or (isinstance(self.x, tuple) and len(self.x) == 2)

    def _single(self, record: dict, i: int) -> bool:
        return self.slots()[f"y{i}"].read(record).ndim == 1

    def _curves(self, record, frame):
        slots = self.slots()
        for i, name in enumerate(self._names()):
            y = slots[f"y{i}"].read(record, frame)
            low, high = self.x or (0, len(y) - 1) if self._spaced() else (None, None)
            yield name, np.linspace(low, high, len(y)) if self._spaced() else slots["x"].read(record, frame), y

    def _line(self, ax, i, x, y, name, position):
        style = dict(color=self._colour(i), linestyle=DASHES[i % 4])
        if position is None:
            ax.plot(x, y, label=name, **style)
        else:
            ax.plot(x, y, alpha=0.3, **style)
            ax.plot(x[: position + 1], y[: position + 1], label=name, **style)
            ax.plot(x[position], y[position], "o", color=style["color"])

    def _colour(self, i) -> str:
        colours = PATHS if self.like_paths else COLOURS
        return colours[i % len(colours)]

    def _band(self, ax, i, x, record, frame):
        if i < len(self.bands):
            low, high = (self.slots()[f"{end}{i}"].read(record, frame) for end in ("low", "high"))
            ax.fill_between(x, low, high, color=self._colour(i), alpha=0.2, linewidth=0)

    def _dots(self, ax, record, frame):
        slots = self.slots()
        if slots["py"]:
            x, y = slots["px"].read(record, frame), slots["py"].read(record, frame)
            ax.plot(x, y, "o", color="#555555", markeredgecolor="white", markersize=4 if len(x) > 5 else 8)

    def _axes(self, ax):
        ax.set(xlabel=self.xlabel, ylabel=self.ylabel, title=self.title)
        if "x" in self.log:
            ax.set_xscale("log")
        if "y" in self.log:
            ax.set_yscale("log")
        ax.set(**{k: v for k, v in [("xlim", self.xlim), ("ylim", self.ylim)] if v is not None})
