"""The memory plan: an address for every buffer, with memory used again where it can be.

Statements are numbered in program order.  A buffer is alive from its declaration to its
last use.  If it was declared outside a loop and is used inside, it must survive all
rounds, so that it lives to the end of that loop.  Two buffers may share memory if their
lives do not overlap; the biggest are placed first, each at the lowest free address.
"""

from collections.abc import Iterable
from typing import NamedTuple

from dlbook.live.ir.expressions import Buffer
from dlbook.live.ir.statements import Declare, Loop, Statement, While, buffers

ALIGNMENT = 4  # words: a vector of four starts at a multiple of 16 bytes


class Life(NamedTuple):
    """First and last statement at which a buffer is alive."""

    first: int
    last: int


def lives(statements: Iterable[Statement]) -> dict[Buffer, Life]:
    """Return the life of each buffer that is declared in the statements."""
    survey = _Survey()
    survey.visit(statements, ())
    survey.close_loops()
    return survey.found


class _Survey:
    """A walk over the program that keeps count of statements and of the loops around them."""

    def __init__(self):
        self.now = 0
        self.declared = {}  # buffer: the loops around its declaration
        self.found = {}
        self.ends = {}  # loop: number of its last statement
        self.uses = []  # (buffer, the outermost loop around this use that is not around the declaration)

    def visit(self, statements, around) -> None:
        for statement in statements:
            self.now += 1
            inside = (*around, statement) if isinstance(statement, Loop | While) else around
            self.visit(getattr(statement, "head", ()), inside)
            self.touch(statement, inside if isinstance(statement, While) else around)
            self.visit(getattr(statement, "body", ()), inside)
            self.ends[statement] = self.now

    def touch(self, statement, around) -> None:
        if isinstance(statement, Declare):
            self.declared[statement.buffer] = around
            self.found[statement.buffer] = Life(self.now, self.now)
            return
        for buffer in buffers(statement):
            if buffer in self.declared:
                self.found[buffer] = Life(self.found[buffer].first, self.now)
                deeper = around[len(self.declared[buffer]) :]
                self.uses.extend((buffer, loop) for loop in deeper[:1])

    def close_loops(self) -> None:
        for buffer, loop in self.uses:
            first, last = self.found[buffer]
            self.found[buffer] = Life(first, max(last, self.ends[loop]))


def place(alive: dict[Buffer, Life], base: int) -> tuple[dict[Buffer, int], int]:
    """Return an address in words for each buffer, from `base` on, and the end of what is used."""
    addresses, end = {}, base
    for buffer in sorted(alive, key=lambda b: (-b.words, alive[b])):
        taken = sorted((a, a + aligned(b.words)) for b, a in addresses.items() if _overlap(alive[b], alive[buffer]))
        address = base
        for start, stop in taken:
            if start - address >= buffer.words:
                break
            address = max(address, stop)
        addresses[buffer] = address
        end = max(end, address + aligned(buffer.words))
    return addresses, end


def _overlap(a: Life, b: Life) -> bool:
    return a.first <= b.last and b.first <= a.last


def aligned(words: int) -> int:
    """Round up, so that the next buffer is aligned too."""
    return -(-words // ALIGNMENT) * ALIGNMENT
