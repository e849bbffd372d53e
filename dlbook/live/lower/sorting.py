"""Sorting: a stable merge sort, written in the loop language itself.

Runs of one element are sorted.  Each pass merges neighbouring runs into runs of twice the
length, from one set of arrays into another, until one run is left.
"""

from collections.abc import Callable

from dlbook.live.builder import iota
from dlbook.live.ir.expressions import BOOL, F32, I32, Const, Expr, Index, Local, convert, minimum, select
from dlbook.live.jaxpr import lowers
from dlbook.live.lower.elementwise import total_order
from dlbook.live.value import Stored, Value, permute, window


@lowers("sort", hints=("is_stable",))
def sort(build, out, *operands, dimension, num_keys):
    """Sort along an axis by the first operands; XLA's sort with `is_stable` false may give the same."""
    axes = [axis for axis in range(len(out[0].shape)) if axis != dimension] + [dimension]
    back = [axes.index(axis) for axis in range(len(axes))]
    rows = [permute(operand, axes) for operand in operands]
    return [permute(result, back) for result in merge_sort(build, rows, num_keys, sort_key)]


def sort_key(x: Expr) -> Expr:
    """Return what a sort compares: both zeros are one number, and nan comes last."""
    if x.kind is not F32:
        return x
    return total_order(select(x.differs(x), float("nan"), x + 0.0))


@lowers("top_k", hints=("is_stable",))
def top_k(build, out, x, *, k, axis):
    """Sort values and positions, the greatest first; of equals the first comes first."""
    axes = [number for number in range(len(x.shape)) if number != axis] + [axis]
    back = [axes.index(number) for number in range(len(axes))]
    x = build.reusable(permute(x, axes))
    positions = iota(x.shape, len(x.shape) - 1, I32)
    results = merge_sort(build, [x, positions], 1, lambda value: ~total_order(value))
    kept = (*x.shape[:-1], int(k))
    return [permute(window(result, [0] * len(kept), kept), back) for result in results]


def merge_sort(build, operands: list[Value], num_keys: int, key: Callable) -> list[Stored]:
    """Sort along the last axis by the first operands, in the order of `key`, and move the others along."""
    source = [build.duplicate(operand) for operand in operands]
    merged = [build.allocate(operand.shape, operand.kind) for operand in operands]
    *rows, n = operands[0].shape
    width = build.let(Const(I32, 1))
    with build.repeat_while(lambda: width < n):
        build.loops(rows, lambda row: _merge_runs(build, source, merged, row, n, width, num_keys, key), parallel=False)
        for pair in zip(source, merged, strict=True):
            build.copy(*pair)
        build.assign(width, width + width)
    return source


def _merge_runs(build, source, merged, row, n: int, width: Local, num_keys: int, key) -> None:
    """Merge each pair of neighbouring runs of one row."""
    start = build.let(Const(I32, 0))
    with build.repeat_while(lambda: start < n):
        middle = build.let(minimum(start + width, n))
        end = build.let(minimum(middle + width, n))
        left, right, place = build.let(start), build.let(middle), build.let(start)
        with build.repeat_while(lambda: place < end):
            a, b = (_index(build, minimum(side, n - 1)) for side in (left, right))
            before = _less([(key(v.at([*row, b])), key(v.at([*row, a]))) for v in source[:num_keys]])
            take_right = build.let((right < end) & ((left >= middle) | before))
            for old, new in zip(source, merged, strict=True):
                value = select(take_right, old.at([*row, b]), old.at([*row, a]))
                build.store(new, [*row, Index.of(place.name)], value)
            build.assign(right, right + convert(take_right, I32))
            build.assign(left, left + convert(~take_right, I32))
            build.assign(place, place + 1)
        build.assign(start, end)


def _index(build, value: Expr) -> Index:
    return Index.of(build.let(value).name)


def _less(pairs: list[tuple[Expr, Expr]]) -> Expr:
    """Compare several keys as words in a dictionary: the first that differs decides."""
    result = Const(BOOL, False)
    for a, b in reversed(pairs):
        result = (a < b) | (a.equals(b) & result)
    return result
