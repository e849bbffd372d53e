"""A graph of numbers: each node shows its value and its gradient, and what is computed now is lit."""

from dataclasses import KW_ONLY, dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.patches import FancyArrowPatch

from dlbook.explorers.record import Frame, Slot, slot
from dlbook.explorers.sentence import Sentence, written
from dlbook.explorers.views.text import number
from dlbook.viz.style import COLOURS

VALUE, GRAD, LIT = COLOURS[0], COLOURS[1], "#fff3c4"
BOW = 0.28  # how far edges between the same two nodes bend apart, as a share of their length
LABEL = 0.36  # where on an edge its number stands: crossing edges rarely cross there


class Moment(NamedTuple):
    """What one frame of a graph lights and says.

    Attributes
    ----------
    nodes, edges
        Places of what is lit.
    formula
        In signs.
    numbers
        The same in numbers: a template (see `dlbook.explorers.sentence`) with fields such as `{values[0]:.3g}`,
        `{grads[2]:.3g}` and `{slopes[1]:.3g}`.
    line
        Place of the lit line of code, or None.
    values, grads
        For each node, whether its value and its gradient are known yet; empty for "all are".
    """

    nodes: tuple[int, ...] = ()
    edges: tuple[int, ...] = ()
    formula: str = ""
    numbers: str = ""
    line: int | None = None
    values: tuple[bool, ...] = ()
    grads: tuple[bool, ...] = ()


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes with numbers, arrows between them, and the step that is being taken.

    Parameters
    ----------
    nodes
        For each node's name its place (x, y), in steps of about one node; x grows to the right, y upwards.
    edges
        Pairs of names, from and to; a pair may come twice.
    values
        Entry of the record `[nodes]`, or `[frames, nodes]`.
    grads
        The same for the gradients, which stand below the values; None for none.
    slopes
        Entry or array of a number for each edge; None for none.
    moments
        What each frame lights, the last one also for all frames after it; without any, nothing is lit.
    code
        Lines of code, of which a moment lights one.
    digits
        Significant digits of the numbers in the picture.
    grad_name
        What the legend calls the gradients.
    title
        Words above.

    Raises
    ------
    ValueError
        If an edge, or a moment, names what the graph does not have.
    """

    nodes: dict
    edges: list | tuple
    _: KW_ONLY
    values: Any
    grads: Any = None
    slopes: Any = None
    moments: list | tuple = ()
    code: list | tuple = ()
    digits: int = 3
    grad_name: str = "gradient"
    title: str = ""

    def __post_init__(self):
        for name in (name for edge in self.edges for name in edge):
            if name not in self.nodes:
                raise ValueError(f"Graph: an edge names {name!r}, the nodes are {', '.join(self.nodes)}.")
        for moment in self.moments:
            self._check_moment(moment)

    @classmethod
    def of(cls, trace, places: dict, **options) -> "Graph":
        """Return the graph of a trace of `dlbook.autodiff`, with one frame for each of its steps.

        Parameters
        ----------
        trace
            Of one expression; the record's entries are `values` and `grads` `[steps, nodes]` and `slopes` `[edges]`.
        places
            Where each node of the trace stands.
        options
            Other parameters of the view.

        Raises
        ------
        ValueError
            If `places` lacks a node of the trace.
        """
        for name in trace.names:
            if name not in places:
                raise ValueError(f"Graph: places lacks the node {name!r}.")
        nodes = {name: places[name] for name in trace.names}
        edges = [tuple(trace.names[i] for i in edge) for edge in trace.edges]
        moments = [_moment(trace, line, step) for line, step in enumerate(trace.steps)]
        entries = dict(values="values", grads="grads", slopes="slopes", code=[step.code for step in trace.steps])
        return cls(nodes, edges, moments=moments, **(entries | options))

    def slots(self) -> dict[str, Slot | None]:
        """Return the parts of the record that the graph shows."""
        return {name: slot(getattr(self, name), 1) for name in ("values", "grads", "slopes")}

    def draw(self, ax, record: dict, frame: Frame | None = None):
        """Draw the graph on `ax`, with the formula and the line of code of the moment below it."""
        moment, texts = self._moment(frame), self._texts(record, frame)
        for i, edge in enumerate(self.edges):
            self._edge(ax, i, edge, texts["slopes"][i], i in moment.edges and _hue(moment))
        for i, name in enumerate(self.nodes):
            self._node(ax, name, texts["values"][i], texts["grads"][i], i in moment.nodes)
        words = [self._said(moment, record, frame), self.code[moment.line] if moment.line is not None else ""]
        for y, line in zip((-0.04, -0.13), words, strict=True):
            mono = dict(family="monospace", color=_hue(moment)) if line == words[1] else {}
            ax.text(0.5, y, line, transform=ax.transAxes, ha="center", va="top", fontsize=8, **mono)
        x, y = np.array(list(self.nodes.values()), float).T
        ax.set(xlim=(x.min() - 0.45, x.max() + 0.45), ylim=(y.min() - 0.6, y.max() + 0.6), title=self.title)
        ax.axis("off")

    def spec(self) -> dict:
        """Describe the graph for the page."""
        return {
            "kind": "graph",
            "slots": {name: None if s is None else s.spec() for name, s in self.slots().items()},
            "names": list(self.nodes),
            "places": [[float(v) for v in place] for place in self.nodes.values()],
            "edges": self._ends(),
            "bows": self._bows(),
            "moments": [m._replace(numbers=Sentence(m.numbers).spec())._asdict() for m in self.moments],
            "code": list(self.code),
            "digits": self.digits,
            "label": LABEL,
            "legend": ["value", *([self.grad_name] if self.grads is not None else [])],
            "title": self.title or "graph",
        }

    def numbers(self, record: dict, frame: Frame | None = None) -> list[tuple[str, list[str]]]:
        """Return the rows of the table of numbers: what is computed, then each node's value and gradient."""
        moment, read = self._moment(frame), self._read(record, frame)
        head = [("this step", [self._said(moment, record, frame)])] if self.moments else []
        code = [("code", [self.code[moment.line]])] if moment.line is not None else []
        columns = [("value", read["values"], moment.values)]
        columns += [(self.grad_name, read["grads"], moment.grads)] if "grads" in read else []
        cells = lambda i: [f"{word} {number(column[i])}" for word, column, known in columns if _at(known, i)]  # noqa: E731
        return [*head, *code, *((name, cells(i)) for i, name in enumerate(self.nodes))]

    def _check_moment(self, moment):
        for what, places, n in [
            ("nodes", moment.nodes, len(self.nodes)),
            ("edges", moment.edges, len(self.edges)),
            ("lines of code", () if moment.line is None else (moment.line,), len(self.code)),
        ]:
            if any(not 0 <= place < n for place in places):
                raise ValueError(f"Graph: a moment lights {what} {list(places)}, the graph has {n}.")
        for part in ("values", "grads"):
            if len(getattr(moment, part)) not in (0, len(self.nodes)):
                raise ValueError(f"Graph: a moment knows {part} of {len(getattr(moment, part))} nodes, not of all.")
        sizes = dict(values=len(self.nodes), grads=len(self.nodes), slopes=len(self.edges))
        Sentence(moment.numbers).check({}, {part: (n,) for part, n in sizes.items() if self.slots()[part]})

    def _moment(self, frame) -> Moment:
        place = frame.position if frame is not None else 0
        return self.moments[min(place, len(self.moments) - 1)] if self.moments else Moment()

    def _read(self, record, frame) -> dict[str, np.ndarray]:
        return {name: s.read(record, frame).astype(float) for name, s in self.slots().items() if s is not None}

    def _said(self, moment, record, frame) -> str:
        numbers = Sentence(moment.numbers).fill({}, self._read(record, frame))
        return f"{moment.formula}:  {numbers}" if numbers else moment.formula

    def _texts(self, record, frame) -> dict[str, list[str]]:
        """Return what stands in and on the nodes and edges: nothing where a number is not known yet."""
        moment, read = self._moment(frame), self._read(record, frame)
        values, grads = (self._column(read.get(part), getattr(moment, part)) for part in ("values", "grads"))
        reached = [_at(moment.values, target) for _, target in self._ends()]
        return dict(values=values, grads=grads, slopes=self._column(read.get("slopes"), reached, len(self.edges)))

    def _column(self, numbers, known, n=None) -> list[str]:
        if numbers is None:
            return [""] * (n or len(self.nodes))
        return [self._short(v) if _at(known, i) else "" for i, v in enumerate(numbers)]

    def _short(self, value) -> str:
        return written(value, f".{self.digits}g") if np.isfinite(value) else number(value)

    def _ends(self) -> list[list[int]]:
        place = {name: i for i, name in enumerate(self.nodes)}
        return [[place[a], place[b]] for a, b in self.edges]

    def _bows(self) -> list[float]:
        """Return how far each edge bends: 0, or to both sides where two nodes are joined twice."""
        pairs = [tuple(edge) for edge in self.edges]
        ranks = [(pairs[:i].count(pair), pairs.count(pair)) for i, pair in enumerate(pairs)]
        return [BOW * (2 * rank / (n - 1) - 1) if n > 1 else 0.0 for rank, n in ranks]

    def _edge(self, ax, i, edge, text, lit):
        (x0, y0), (x1, y1) = (self.nodes[name] for name in edge)
        bow, colour = self._bows()[i], lit or "#888888"
        ax.add_patch(
            FancyArrowPatch(
                (x0, y0), (x1, y1), connectionstyle=f"arc3,rad={bow}", arrowstyle="-|>", mutation_scale=9, color=colour,
                linewidth=2.4 if lit else 1, shrinkA=17, shrinkB=20, zorder=1,
            )
        )  # fmt: skip
        t, middle = (
            0.5 if y0 == y1 else 0.4,
            np.array([(x0 + x1) / 2 + bow * (y1 - y0), (y0 + y1) / 2 - bow * (x1 - x0)]),
        )
        x, y = (1 - t) ** 2 * np.array([x0, y0]) + 2 * t * (1 - t) * middle + t**2 * np.array([x1, y1])
        if text:
            box = dict(facecolor="white", edgecolor="none", pad=0.6)
            ax.text(x, y, text, ha="center", va="center", fontsize=7, color=colour, bbox=box, zorder=2)

    def _node(self, ax, name, value, grad, lit):
        style = dict(facecolor=LIT if lit else "white", edgecolor="#333333", linewidth=2.2 if lit else 1)
        lines = [(value, VALUE), (f"∂ {grad}" if grad else "", GRAD)] if self.grads is not None else [(value, VALUE)]
        blank = " " * max(9, *(int(1.8 * len(text)) for text, _ in lines))  # room for the numbers, in their own colours
        ax.text(
            *self.nodes[name], "\n".join([name, blank, " "][: 1 + len(lines)]),
            ha="center", va="center", fontsize=7.5, weight="bold", zorder=3,
            bbox=dict(boxstyle="round,pad=0.3", **style),
        )  # fmt: skip
        for dy, (text, colour) in zip((0, -10.5) if len(lines) == 2 else (-5,), lines, strict=True):
            ax.annotate(
                text, self.nodes[name], (0, dy), textcoords="offset points", color=colour, fontsize=7.5,
                ha="center", va="center", zorder=4,
            )  # fmt: skip


def _moment(trace, line: int, step) -> Moment:
    incoming = tuple(i for i, (_, target) in enumerate(trace.edges) if target == step.node)
    edges = incoming if step.sweep == "forward" else () if step.edge is None else (step.edge,)
    values, grads = (tuple(v is not None for v in step.state[part]) for part in ("values", "grads"))
    return Moment((step.node,), edges, step.formula, step.numbers, line, values, grads)


def _hue(moment) -> str:
    """Return the colour of what is lit: that of the values until a gradient is known."""
    return GRAD if not moment.grads or any(moment.grads) else VALUE


def _at(known, i: int) -> bool:
    return known[i] if len(known) else True
