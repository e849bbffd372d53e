"""The table of records that goes into the page: quantised, predicted, deflated.

For each entry of the record the table holds, at every setting,

* the entry's lowest and highest finite value there (two float32), of its logarithm if it is drawn so; of an entry
  drawn as shades, the limits of the colours, once;
* each number as a code between these two (a byte for a shade, else two); three codes are kept for what is not finite.

A setting that does not change an entry is left out of that entry's axes.  The codes are replaced by their differences
along those axes where that deflates best, as image formats do; sums along the same axes give them back.
"""

import base64
import itertools
import zlib
from typing import Any, NamedTuple

import numpy as np

from dlbook.explorers.record import SHADES, Slot

LIMIT = 250_000  # bytes of a table in the page
REACH = 3  # how many widths beyond the drawn range a number is stored faithfully
BELOW, ABOVE, NAN = 1, 2, 3  # codes after the highest level: minus infinity, infinity, not a number


class Entry(NamedTuple):
    """One entry of the record at all settings, as stored.

    Attributes
    ----------
    codes
        `[*grid, *shape]`, grid axes that change nothing having size 1.
    low, high
        `[*grid]`, or `[]` for shades: what codes 0 and `levels` stand for.
    levels, log
        As in the slot that shows the entry.
    grid
        How many of the axes are axes of the grid.
    """

    codes: np.ndarray
    low: np.ndarray
    high: np.ndarray
    levels: int
    log: bool
    grid: int


def merged(slots) -> dict[str, Slot]:
    """Return one slot for each key: the finest storage that any view needs."""
    best: dict[str, Slot] = {}
    for slot in slots:
        known = best.setdefault(slot.key, slot)
        limits = known.limits if known.limits == slot.limits else None
        best[slot.key] = known._replace(
            levels=max(known.levels, slot.levels),
            log=known.log and slot.log,
            limits=limits,
            rank=max(known.rank, slot.rank),
        )
    return best


def stored(slots, values, grid: int = 0) -> dict[str, Entry]:
    """Return what slots show as entries of a table; `values(slot)` gives the numbers `[*grid, *shape]` of one."""
    return {key: quantise(np.asarray(values(slot)), grid, slot) for key, slot in merged(slots).items()}


def quantise(values: np.ndarray, grid: int, slot: Slot) -> Entry:
    """Return `values[*grid, *shape]` as codes.

    Parameters
    ----------
    grid
        How many leading axes are settings.
    slot
        Says how finely, on which scale and between which limits the values are drawn.  A shade beyond the limits
        takes the limit's code; another number is stored up to some widths of the range away, so that a line leaves
        the picture where it should.

    Notes
    -----
    A finite number within reach comes back with an error of at most (high - low) / levels / 2.
    """
    values = _collapsed(np.asarray(values, np.float64), grid)
    limits, shade = slot.limits, slot.levels == SHADES
    if slot.log:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log10(values)
            limits = None if limits is None else np.log10(limits)
    if limits is not None:
        values = _clipped(values, limits, 0 if shade else REACH)
    low, high = np.float32(limits) if shade and limits is not None else _ends(values, grid)
    codes = _codes(values, _spread(low, values), _spread(high, values), slot.levels)
    return Entry(codes, low, high, slot.levels, slot.log, grid)


def dequantise(entry: Entry) -> np.ndarray:
    """Return the numbers that the codes stand for, as the page's runtime computes them."""
    low, high = _spread(entry.low, entry.codes), _spread(entry.high, entry.codes)
    values = low + entry.codes / entry.levels * (high - low)
    for code, special in [(BELOW, -np.inf), (ABOVE, np.inf), (NAN, np.nan)]:
        values = np.where(entry.codes == entry.levels + code, special, values)
    with np.errstate(over="ignore"):
        return np.power(10.0, values) if entry.log else values


def _ends(values, grid: int):
    """Return the lowest and the highest finite value at each setting, 0 where there is none."""
    inner, known = tuple(range(grid, values.ndim)), np.isfinite(values)
    low = np.where(known, values, np.inf).min(inner, initial=np.inf)
    high = np.where(known, values, -np.inf).max(inner, initial=-np.inf)
    some = known.any(inner)
    return np.where(some, low, 0).astype(np.float32), np.where(some, high, 0).astype(np.float32)


def _spread(ends, values):
    """Give `ends[*grid]` the remaining axes of `values`."""
    return np.asarray(ends, np.float64).reshape(ends.shape + (1,) * (values.ndim - ends.ndim))


def _codes(values, low, high, levels: int) -> np.ndarray:
    known = np.isfinite(values)
    share = (np.where(known, values, low) - low) / np.where(high > low, high - low, 1)
    special = np.where(np.isnan(values), NAN, np.where(values > 0, ABOVE, BELOW)) + levels
    codes = np.where(known, np.round(np.clip(share, 0, 1) * levels), special)
    return codes.astype(np.uint8 if levels + NAN < 256 else np.uint16)


def pack(entries: dict[str, Entry], texts=()) -> dict[str, Any]:
    """Return the table as JSON with one deflated, base64-coded stream of bytes.

    The stream holds for each entry in order: `low`, `high` (float32), then the codes' differences, all their high
    bytes before all their low ones; after the last entry the `texts`, each on a line.
    """
    parts, descriptions = [], {}
    for name, entry in entries.items():
        differences, axes = _predicted(entry)
        shape = entry.codes.shape
        descriptions[name] = {
            **{"grid": shape[: entry.grid], "shape": shape[entry.grid :], "levels": entry.levels, "log": entry.log},
            **{"sums": axes, "ends": entry.low.size},
        }
        parts += [entry.low.astype("<f4").tobytes(), entry.high.astype("<f4").tobytes(), differences]
    stream = zlib.compress(b"".join([*parts, "\n".join(texts).encode()]), 9)
    return {"entries": descriptions, "data": base64.b64encode(stream).decode()}


def _collapsed(values, grid: int):
    """Keep one slice of each grid axis along which nothing changes."""
    for axis in range(grid):
        first = np.take(values, [0], axis)
        if np.array_equal(np.broadcast_to(first, values.shape), values, equal_nan=True):
            values = first
    return values


def _clipped(values, limits, reach: int):
    low, high = limits
    room = reach * (high - low)
    return np.where(np.isfinite(values), np.clip(values, low - room, high + room), values)


def _predicted(entry: Entry) -> tuple[bytes, list[int]]:
    """Return the codes' differences as bytes, and the axes along which they were taken."""
    inner = range(entry.grid, entry.codes.ndim)
    choices = itertools.chain.from_iterable(itertools.combinations(inner, n) for n in range(min(len(inner), 3) + 1))
    candidates = [(_differences(entry.codes, axes), list(axes)) for axes in choices]
    return min(candidates, key=lambda candidate: len(zlib.compress(candidate[0], 1)))


def _differences(codes, axes) -> bytes:
    for axis in axes:
        codes = np.diff(codes, axis=axis, prepend=codes.dtype.type(0))  # wraps around, as the sums will
    bits = codes.dtype.itemsize * 8
    folded = (codes << 1) ^ (0 - (codes >> (bits - 1)))  # 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
    return b"".join((folded >> shift & 255).astype(np.uint8).tobytes() for shift in range(bits - 8, -1, -8))


def size(packed: dict[str, Any]) -> int:
    """Return the bytes that a packed table takes in the page."""
    return len(packed["data"])
