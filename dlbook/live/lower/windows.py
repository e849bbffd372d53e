"""Windows: pooling and its gradients.

All windows of an array are a *view* of it, with one axis more for each axis of the
window; neighbours overlap in memory.  Pooling is a reduction of that view.
"""

from dlbook.live.ir.expressions import BOOL, Const, Index, Op, Position, select
from dlbook.live.jaxpr import lowers, require
from dlbook.live.lower.layout import pad
from dlbook.live.lower.reduction import IDENTITY, reduce
from dlbook.live.value import ZERO, Stored

OPERATION = {"reduce_window_sum": "add", "reduce_window_max": "max", "reduce_window_min": "min"}


def windows(x: Stored, sizes, strides, dilations) -> Stored:
    """View x[place…] as [window…, element…]."""
    rank = len(sizes)
    counts = [
        (n - (size - 1) * dilation - 1) // stride + 1
        for n, size, stride, dilation in zip(x.shape, sizes, strides, dilations, strict=True)
    ]

    def source(position):
        places, elements = position[:rank], position[rank:]
        return [
            p * s + e * d for p, e, s, d in zip(places, elements, map(int, strides), map(int, dilations), strict=True)
        ]

    return x.view([*(max(0, n) for n in counts), *map(int, sizes)], source)


@lowers(*OPERATION)
def reduce_window(
    build, out, x, *, primitive, window_dimensions, window_strides, padding, base_dilation, window_dilation
):
    """Pad with what leaves the fold as it is, and fold each window."""
    operation = OPERATION[primitive]
    config = [(low, high, dilation - 1) for (low, high), dilation in zip(padding, base_dilation, strict=True)]
    x = build.materialize(pad(build, x, Const(x.kind, IDENTITY[operation][x.kind]), config))
    view = windows(x, window_dimensions, window_strides, window_dilation)
    return reduce(build, view, range(len(x.shape), 2 * len(x.shape)), operation)


def chosen(build, x: Stored, place, comparison: str, sizes, strides, padding):
    """Emit the search for the element that a window selects; return its position in x, and whether there is one.

    The first element that no later one beats is chosen, as in XLA: a later one takes
    over where `comparison(chosen, later)` fails.  Places in the padding do not take part.
    """
    started = build.let(Const(BOOL, False))
    best = build.let(Const(x.kind, 0))
    where = [build.let(Position(ZERO)) for _ in sizes]

    def visit(offset):
        at = [p * int(s) + o + -int(low) for p, s, o, (low, _) in zip(place, strides, offset, padding, strict=True)]
        inside = [_inside(i, n) for i, n, (low, high) in zip(at, x.shape, padding, strict=True) if low or high]
        with build.when(_all(inside)):
            value = build.let(x.at(at))
            with build.when(~Op(comparison, BOOL, (best, value)) | ~started):
                build.assign(best, value)
                build.assign(started, Const(BOOL, True))
                for local, index in zip(where, at, strict=True):
                    build.assign(local, Position(index))

    build.loops(sizes, visit, parallel=False)
    return [Index.of(local.name) for local in where], started


def _inside(index: Index, n: int):
    return (Position(index) >= 0) & (Position(index) < n)


def _all(conditions):
    total = Const(BOOL, True)
    for condition in conditions:
        total = total & condition
    return total


@lowers("select_and_scatter_add")
def select_and_scatter_add(build, out, source, x, *, select_prim, window_dimensions, window_strides, padding):
    """Add each window's share of the gradient to the element that the window selected."""
    require(select_prim.name in ("ge", "le"), "select_prim", select_prim)
    x, source = build.materialize(x), build.reusable(source)
    target = build.allocate(*out[0])
    build.fill(target, 0)

    def visit(place):
        at, found = chosen(build, x, place, select_prim.name, window_dimensions, window_strides, padding)
        with build.when(found):
            build.store(target, at, target.at(at) + source.at(place))

    build.loops(source.shape, visit, parallel=False)
    return target


@lowers("select_and_gather_add")
def select_and_gather_add(
    build, out, tangents, x, *, select_prim, window_dimensions, window_strides, padding, base_dilation, window_dilation
):
    """Read the tangent of the element that each window selects."""
    require(select_prim.name in ("ge", "le"), "select_prim", select_prim)
    require(set(base_dilation) == {1}, "base_dilation", base_dilation)
    require(set(window_dilation) == {1}, "window_dilation", window_dilation)
    x, tangents = build.materialize(x), build.materialize(tangents)
    target = build.allocate(*out[0])

    def visit(place):
        at, found = chosen(build, x, place, select_prim.name, window_dimensions, window_strides, padding)
        build.store(target, place, select(found, tangents.at(at), 0.0))

    build.loops(target.shape, visit, parallel=False)
    return target
