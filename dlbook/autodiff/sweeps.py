"""The sweeps over a graph of numbers, forwards and backwards, as data: one step after the other, with its words."""

import itertools
from collections import Counter
from typing import NamedTuple

from dlbook.autodiff.value import OPS, Value, order


class Step(NamedTuple):
    """One step of a sweep.

    Attributes
    ----------
    sweep
        "forward" or "backward".
    node
        Whose value or gradient changed, by its place in the trace's `names`.
    edge
        Along which edge a gradient came, by its place in the trace's `edges`; None for the other steps.
    added
        The value that was computed, or what was added to the gradient.
    formula
        In signs, such as "∂e/∂b += ∂e/∂c · ∂c/∂b".
    numbers
        The same in numbers, as a template: `step.numbers.format(**step.state)`.
    code
        A line of Python that does it.
    state
        The lists `values` and `grads` of all nodes after the step (None where not yet known) and `slopes` of the edges.
    """

    sweep: str
    node: int
    edge: int | None
    added: float
    formula: str
    numbers: str
    code: str
    state: dict


class Trace(NamedTuple):
    """The forward and the backward sweep of one result.

    Attributes
    ----------
    names
        Of the nodes, in `order`.
    edges
        Pairs (operand, result) of places in `names`, in the order in which the backward sweep takes them.
    slopes
        The derivative on each edge.
    steps
        First the forward steps, one for each node that is not an input; then the backward steps: the result's own
        gradient, 1, and one step for each edge.
    """

    names: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]
    slopes: tuple[float, ...]
    steps: tuple[Step, ...]


def trace(result: Value) -> Trace:
    """Play the forward and the backward sweep of `result` and write down every step.

    Nodes without a name are called v1, v2, ...  No `grad` is touched.

    Raises
    ------
    ValueError
        If two nodes have the same name.

    Examples
    --------
    >>> x = Value(3, "x")
    >>> for step in trace((x * x).named("y")).steps:
    ...     print(step.code, "|", step.formula, "|", step.numbers.format(**step.state))
    y = x * x | y = x · x | 3 · 3 = 9
    y.grad = 1 | ∂y/∂y = 1 | 1
    x.grad += y.grad * x.data | ∂y/∂x += ∂y/∂y · ∂y/∂x | add 1 · 3, get 3
    x.grad += y.grad * x.data | ∂y/∂x += ∂y/∂y · ∂y/∂x | add 1 · 3, get 6
    """
    nodes = order(result)
    names, ties = _names(nodes), _ties(nodes)
    slopes = [nodes[target].slopes[operand] for _, target, operand in ties]
    steps = [*_forward_sweep(nodes, names, slopes), *_backward_sweep(nodes, names, ties, slopes)]
    return Trace(tuple(names.values()), tuple(tie[:2] for tie in ties), tuple(slopes), tuple(steps))


def _names(nodes) -> dict[Value, str]:
    numbers = itertools.count(1)
    names = {node: node.name or f"v{next(numbers)}" for node in nodes}
    for name, times in Counter(names.values()).items():
        if times > 1:
            raise ValueError(f"trace: every node needs its own name, got {name!r} {times} times.")
    return names


def _ties(nodes) -> list[tuple[int, int, int]]:
    """Return for each edge the place of the operand, that of the result, and which operand of the result it is."""
    place = {node: i for i, node in enumerate(nodes)}
    return [
        (place[operand], place[node], which)
        for node in reversed(nodes)
        for which, operand in enumerate(node.operands)
        if isinstance(operand, Value)
    ]


def _forward_sweep(nodes, names, slopes):
    values = [None if node.op else node.data for node in nodes]
    for i, node in enumerate(nodes):
        if node.op:
            values[i] = node.data
            state = dict(values=list(values), grads=[None] * len(nodes), slopes=slopes)
            yield Step("forward", i, None, node.data, *_forward_words(node, names), state)


def _backward_sweep(nodes, names, ties, slopes):
    values, last, result = [node.data for node in nodes], len(nodes) - 1, names[nodes[-1]]
    grads = [0.0] * last + [1.0]
    note = lambda *step: Step("backward", *step, dict(values=values, grads=list(grads), slopes=slopes))
    yield note(last, None, 1.0, f"∂{result}/∂{result} = 1", "1", f"{result}.grad = 1")
    for edge, (source, target, which) in enumerate(ties):
        added = grads[target] * slopes[edge]
        grads[source] += added
        yield note(source, edge, added, *_backward_words(nodes[target], which, edge, names))


def _forward_words(node, names) -> tuple[str, str, str]:
    code, place = OPS[node.op].code, {v: i for i, v in enumerate(names)}
    field = lambda v: f"{{values[{place[v]}]:.4g}}"
    line = f"{names[node]} = {code.format(*_texts(node.operands, names.get))}"
    return _signs(line), _signs(f"{code.format(*_texts(node.operands, field))} = {field(node)}"), line


def _backward_words(node, which: int, edge: int, names) -> tuple[str, str, str]:
    operand, place, result = node.operands[which], {v: i for i, v in enumerate(names)}, list(names.values())[-1]
    a, y, data = names[operand], names[node], lambda v: f"{names[v]}.data"
    slope = OPS[node.op].slope_code[which].format(*_texts(node.operands, data), y=data(node))
    numbers = f"add {{grads[{place[node]}]:.4g}} · {{slopes[{edge}]:.4g}}, get {{grads[{place[operand]}]:.4g}}"
    return f"∂{result}/∂{a} += ∂{result}/∂{y} · ∂{y}/∂{a}", numbers, f"{a}.grad += {y}.grad * {slope}"


def _texts(operands, text):
    return [text(v) if isinstance(v, Value) else f"{v:g}" for v in operands]


def _signs(code: str) -> str:
    return code.replace("**", "^").replace("*", "·")
