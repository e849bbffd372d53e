"""Reductions along axes, positions of extremes, and running totals."""

import math

from dlbook.live.ir.expressions import BOOL, F32, I32, U32, Call, Const, Expr, Index, Load, Op, Position, nodes, select
from dlbook.live.ir.statements import Reduce
from dlbook.live.jaxpr import lowers, require
from dlbook.live.value import CHEAP, ZERO, Value

IDENTITY = {  # what leaves the other operand as it is
    "add": {F32: 0.0, I32: 0, U32: 0, BOOL: False},
    "mul": {F32: 1.0, I32: 1, U32: 1, BOOL: True},
    "max": {F32: -math.inf, I32: -(2**31), U32: 0, BOOL: False},
    "min": {F32: math.inf, I32: 2**31 - 1, U32: 2**32 - 1, BOOL: True},
    "or": {I32: 0, U32: 0, BOOL: False},
    "and": {I32: -1, U32: 2**32 - 1, BOOL: True},
    "xor": {I32: 0, U32: 0, BOOL: False},
}
OPERATION = {
    "reduce_sum": "add",
    "reduce_prod": "mul",
    "reduce_max": "max",
    "reduce_min": "min",
    "reduce_or": "or",
    "reduce_and": "and",
    "reduce_xor": "xor",
}


@lowers(*OPERATION)
def reduction(build, out, x, *, primitive, axes):
    """Fold with the operation that the primitive's name says."""
    return reduce(build, x, axes, OPERATION[primitive])


def reduce(build, x: Value, axes, operation: str) -> Value:
    """Fold some axes of a value.

    Two orders of the loops are possible.  If a folded axis is the one with adjacent
    elements, each result is folded in a local variable.  Else the folded axes go
    outside and whole rows of results are updated, four at a time.
    """
    kept = [axis for axis in range(len(x.shape)) if axis not in axes]
    folded = [axis for axis in axes if x.shape[axis] != 1]
    shape = [x.shape[axis] for axis in kept]
    identity = Const(x.kind, IDENTITY[operation][x.kind])

    def source(result, fold):
        found = dict(zip(kept, result, strict=True)) | dict(zip(folded, fold, strict=True))
        return [found.get(axis, ZERO) for axis in range(len(x.shape))]

    if not folded:
        return x.view(shape, lambda p: source(p, []))
    target = build.allocate(shape, x.kind)
    adjacent = _adjacent(x)
    if adjacent in folded or math.prod(shape) == 1:
        _fold_in_local(build, target, x, folded, source, operation, identity)
    else:
        build.loops(shape, lambda p: build.store(target, p, identity))
        build.loops(
            [x.shape[axis] for axis in folded],
            lambda fold: build.loops(
                shape,
                lambda p: build.store(target, p, Op(operation, x.kind, (target.at(p), x.at(source(p, fold))))),
            ),
            parallel=False,
        )
    return target


def _adjacent(x: Value) -> int:
    """Return the axis along which most loads behind an element go to the next word (the last of equals)."""
    axes = [axis for axis, n in enumerate(x.shape) if n > 1]
    position = [ZERO if n == 1 else Index.of(f"axis {axis}") for axis, n in enumerate(x.shape)]
    found = [node.index for node in nodes(x.at(position)) if isinstance(node, Load)]
    return max(axes, key=lambda axis: (sum(abs(i.coefficient(f"axis {axis}")) == 1 for i in found), axis))


def _fold_in_local(build, target, x, folded, source, operation, identity) -> None:
    extents = [x.shape[axis] for axis in folded]
    inner = folded.index(_adjacent(x)) if _adjacent(x) in folded else len(folded) - 1

    def result(position):
        total = build.let(identity)

        def fold(outer):
            name = build.fresh("k")
            value = x.at(source(position, [*outer[:inner], Index.of(name), *outer[inner + 1 :]]))
            build.emit(Reduce(total.name, operation, name, extents[inner], value))

        build.loops([1 if number == inner else n for number, n in enumerate(extents)], fold, parallel=False)
        build.store(target, position, total)

    build.loops(target.shape, result, parallel=False)


@lowers("argmax", "argmin")
def arg_extreme(build, out, x, *, primitive, axes, index_dtype):
    """Return the position of the first extreme; the first nan counts as one."""
    require(len(axes) == 1, "axes", axes)
    (axis,), x = axes, build.reusable(x)
    target = build.allocate(*out[0])

    def result(position):
        def at(index):
            return x.at([*position[:axis], index, *position[axis:]])

        best, where = build.let(at(ZERO)), build.let(Const(I32, 0))
        with build.loop(x.shape[axis]) as index:
            value = build.let(at(index))
            better = value > best if primitive == "argmax" else value < best
            if x.kind is F32:
                better = better | (value.differs(value) & best.equals(best))
            with build.when(better):
                build.assign(best, value)
                build.assign(where, Position(index))
        build.store(target, position, where)

    build.loops(target.shape, result, parallel=False)
    return target


def _log_add_exp(a: Expr, b: Expr) -> Expr:
    """log(e^a + e^b) without overflow."""
    high, low = Op("max", F32, (a, b)), Op("min", F32, (a, b))
    total = high + Call("log1p", F32, (Call("exp", F32, (low - high,)),))
    return select(high.equals(low), high + math.log(2), total)


RUNNING = {
    "cumsum": lambda a, b: a + b,
    "cumprod": lambda a, b: a * b,
    "cummax": lambda a, b: Op("max", a.kind, (a, b)),
    "cummin": lambda a, b: Op("min", a.kind, (a, b)),
    "cumlogsumexp": _log_add_exp,
}


@lowers(*RUNNING)
def running(build, out, x, *, primitive, axis, reverse):
    """Each element becomes the total of those up to it: the one before, and itself."""
    target, n = build.allocate(*out[0]), x.shape[axis]
    if x.cost > CHEAP:
        x = build.materialize(x)
    others = [1 if number == axis else size for number, size in enumerate(x.shape)]

    def at(position, index):
        return [*position[:axis], index, *position[axis + 1 :]]

    first = Index((), n - 1 if reverse else 0)
    build.loops(others if n else [0], lambda p: build.store(target, at(p, first), x.at(at(p, first))))
    with build.loop(max(0, n - 1)) as step:
        here = step * -1 + (n - 2) if reverse else step + 1
        before = here + (1 if reverse else -1)
        build.loops(
            others,
            lambda p: build.store(target, at(p, here), RUNNING[primitive](target.at(at(p, before)), x.at(at(p, here)))),
        )
    return target
