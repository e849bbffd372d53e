"""A plane: a field of numbers as shades, with contours, labelled points, paths and arrows on it."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from dlbook.explorers.record import NUMBERS, SHADES, Frame, Slot, hull, slot
from dlbook.explorers.views.classes import draw_classes
from dlbook.explorers.views.colours import MAPS, PATHS, stops
from dlbook.explorers.views.text import number, shades


@dataclass(frozen=True, eq=False)
class Plane:
    """A field over two variables: a decision boundary, or descent on a loss surface.

    Parameters
    ----------
    field
        Entry of the record or array `[rows, columns]` (or `[frames, rows, columns]`); row 0 is the bottom,
        column 0 the left, as `jnp.meshgrid` of two `linspace` over the extent gives them.  32 x 32 is plenty.
    extent
        The rectangle (left, right, bottom, top).
    limits
        The values with the full colours; a diverging map has its neutral colour half-way.
    colours
        "diverging" (two sides of a boundary) or "sequential" (low to high).
    contours
        Values whose contour is drawn, as in `[0.5]`.
    points
        A pair (x, labels) of entries or arrays, `[n, 2]` and `[n]`; each class has its colour and its shape.
    path
        Entry `[n, 2]`, or a list of them: polylines with start and end marked.  A path with as many points as
        there are frames is drawn up to the present one.
    arrows
        Entry or array `[n, 2, 2]`: arrow i points from `[i, 0]` to `[i, 1]`.
    names
        What to call the paths in the legend, or the classes of the points if there is no path.
    xlabel, ylabel, title
        Words on the axes and above.
    """

    field: Any
    _: KW_ONLY
    extent: tuple
    limits: tuple
    colours: str = "diverging"
    contours: list | tuple = ()
    points: tuple | None = None
    path: Any = None
    arrows: Any = None
    names: list | tuple | None = None
    xlabel: str = ""
    ylabel: str = ""
    title: str = ""

    def __post_init__(self):
        if self.colours not in ("diverging", "sequential"):
            raise ValueError(f'Plane: colours must be "diverging" or "sequential", got {self.colours!r}.')
        if not self.limits[0] < self.limits[1]:
            raise ValueError(f"Plane: limits must be a lower and a higher value, got {self.limits}.")
        if self.path is not None and self.names is not None and len(self.names) != len(self._paths()):
            raise ValueError(f"Plane: {len(self._paths())} paths but {len(self.names)} names.")

    def slots(self) -> dict[str, Slot | None]:
        """Return the parts of the record that the plane shows."""
        x, labels = self.points or (None, None)
        coarse = isinstance(self.field, str) and len(self.contours) < 2  # several contours need the finer levels
        return {
            "field": slot(self.field, 2, levels=SHADES if coarse else NUMBERS, limits=self.limits),
            "points": slot(x, 2, limits=hull(self.extent)),
            "labels": slot(labels, 1),
            "arrows": slot(self.arrows, 3, limits=hull(self.extent)),
            **{
                f"path{i}": slot(path, 2, follows=True, limits=hull(self.extent))
                for i, path in enumerate(self._paths())
            },
        }

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the plane on `ax`."""
        field = self.slots()["field"].read(record, frame).astype(float)
        self._shades(ax, field)
        self._contours(ax, field)
        self._points(ax, record, frame)
        for i, name in enumerate(self._path_names()):
            self._path(ax, i, name, record, frame)
        self._arrows(ax, record, frame)
        left, right, bottom, top = self.extent
        ax.set(xlabel=self.xlabel, ylabel=self.ylabel, title=self.title, xlim=(left, right), ylim=(bottom, top))
        if self.names:
            ax.legend(fontsize="small", framealpha=0.85, frameon=True)

    def spec(self) -> dict:
        """Describe the plane for the page."""
        return {
            "kind": "plane",
            "slots": {name: None if s is None else s.spec() for name, s in self.slots().items()},
            "map": stops(self.colours),
            "contours": [float(c) for c in self.contours],
            "paths": self._path_names(),
            "classes": list(self.names) if self.names and self.path is None else [],
            **{k: getattr(self, k) for k in ("extent", "limits", "xlabel", "ylabel")},
            "title": self._title(),
            "caption": shades(self._title(), self.limits),
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: the field's middle and corners, the ends of paths and arrows."""
        field = self.slots()["field"].read(record, frame)
        h, w = field.shape
        places = {"bottom left": (0, 0), "bottom right": (0, w - 1), "centre": (h // 2, w // 2)}
        places |= {"top left": (h - 1, 0), "top right": (h - 1, w - 1)}
        rows = [(name, [number(np.clip(field[place], *self.limits))]) for name, place in places.items()]
        for i, name in enumerate(self._path_names()):
            path = self._visible(i, record, frame)
            rows.append((f"{name}, start and end", [_place(path[0]), _place(path[-1])]))
        for i, ends in enumerate(self._ends(record, frame)):
            rows.append((f"arrow {i + 1}, from and to", list(map(_place, ends))))
        return rows

    def _title(self) -> str:
        return self.title or (self.field.replace("_", " ") if isinstance(self.field, str) else "surface")

    def _paths(self) -> list:
        if self.path is None:
            return []
        return list(self.path) if isinstance(self.path, list | tuple) else [self.path]

    def _path_names(self) -> list[str]:
        names = self.names or [p.replace("_", " ") if isinstance(p, str) else "path" for p in self._paths()]
        return list(names)[: len(self._paths())]

    def _visible(self, i, record, frame):
        part = self.slots()[f"path{i}"]
        path = part.read(record, frame)
        follows = frame is not None and part.read(record).ndim == 2 and len(path) == frame.count
        return path[: frame.position + 1] if follows else path

    def _shades(self, ax, field):
        low, high = self.limits
        ax.imshow(
            field, extent=self._pixels(field), origin="lower", cmap=MAPS[self.colours], vmin=low, vmax=high,
            aspect="auto", interpolation="bilinear",
        )  # fmt: skip
        ax.grid(False)

    def _pixels(self, field):
        """Return the extent of the outer edges of the cells, whose centres lie on the grid."""
        left, right, bottom, top = self.extent
        dx, dy = (right - left) / (field.shape[1] - 1) / 2, (top - bottom) / (field.shape[0] - 1) / 2
        return left - dx, right + dx, bottom - dy, top + dy

    def _contours(self, ax, field):
        known = field[np.isfinite(field)]
        inside = sorted(c for c in self.contours if known.size and known.min() < c < known.max())
        if inside:
            x, y = (np.linspace(*ends, n) for ends, n in zip(self._axes(), field.shape[::-1], strict=True))
            ax.contour(x, y, field, levels=inside, colors="#222222", linewidths=1)
        if not known.size:
            ax.text(0.5, 0.5, "not finite", transform=ax.transAxes, ha="center", va="center")

    def _axes(self):
        return self.extent[:2], self.extent[2:]

    def _points(self, ax, record, frame):
        slots = self.slots()
        if slots["points"]:
            names = self.names if self.path is None else None
            draw_classes(ax, slots["points"].read(record, frame), slots["labels"].read(record, frame), names)

    def _path(self, ax, i, name, record, frame):
        path = self._visible(i, record, frame)
        colour = PATHS[i % len(PATHS)]
        ax.plot(*path.T, "-", color="white", linewidth=3.5, alpha=0.7)
        ax.plot(*path.T, "-", color=colour, linewidth=1.8, label=name)
        ax.plot(*path[0], "o", color="white", markeredgecolor=colour, markersize=7)
        ax.plot(*path[-1], "*", color=colour, markeredgecolor="white", markersize=13)

    def _ends(self, record, frame):
        part = self.slots()["arrows"]
        return part.read(record, frame) if part else np.zeros((0, 2, 2))

    def _arrows(self, ax, record, frame):
        style = dict(arrowstyle="-|>", shrinkA=0, shrinkB=0, mutation_scale=9)
        for start, end in self._ends(record, frame):
            for colour, width in (("white", 3.5), ("#222222", 1.5)):
                ax.annotate(
                    "", end, start, arrowprops=style | dict(color=colour, linewidth=width), annotation_clip=True
                )


def _place(xy) -> str:
    return f"({number(xy[0])}, {number(xy[1])})"
