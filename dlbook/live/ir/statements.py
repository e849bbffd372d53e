"""Statements: what a kernel does, step by step; and walks over them."""

from collections.abc import Iterator
from dataclasses import dataclass

from dlbook.live.ir.expressions import Buffer, Expr, Index, Load, Position, nodes


class Statement:
    """Something that a kernel does."""


@dataclass(frozen=True, eq=False)
class Declare(Statement):
    """From here to the end of the enclosing block a buffer exists; the memory plan reads this."""

    buffer: Buffer


@dataclass(frozen=True, eq=False)
class Store(Statement):
    """Write a word to memory."""

    buffer: Buffer
    index: Index
    value: Expr


@dataclass(frozen=True, eq=False)
class Let(Statement):
    """Set a local variable for the first time."""

    name: str
    value: Expr


@dataclass(frozen=True, eq=False)
class Assign(Statement):
    """Set a local variable again."""

    name: str
    value: Expr


@dataclass(frozen=True, eq=False)
class Loop(Statement):
    """Run `body` for `variable` = 0 … `extent` - 1.

    `parallel` promises that the rounds do not depend on each other, so that four
    may run at once.
    """

    variable: str
    extent: int
    body: tuple[Statement, ...]
    parallel: bool = False


@dataclass(frozen=True, eq=False)
class Reduce(Statement):
    """Fold `value` over a loop into the local `accumulator`, in any order."""

    accumulator: str
    operation: str
    variable: str
    extent: int
    value: Expr


@dataclass(frozen=True, eq=False)
class While(Statement):
    """Run `head`; leave if `condition` is false; run `body`; start again."""

    head: tuple[Statement, ...]
    condition: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True, eq=False)
class If(Statement):
    """Run `body` if the condition holds."""

    condition: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True, eq=False)
class MatMul(Statement):
    """c[m, n] = sum over k of a[m, k] b[k, n]; b and c have unit stride along n.

    Attributes
    ----------
    a, b, c
        Buffer and index of the first element of each matrix.
    strides
        Words from row to row and from column to column of a, from row to row of b, and of c.
    sizes
        m, n and k.
    """

    a: tuple[Buffer, Index]
    b: tuple[Buffer, Index]
    c: tuple[Buffer, Index]
    strides: tuple[int, int, int, int]
    sizes: tuple[int, int, int]


def walk(statements) -> Iterator[Statement]:
    """Yield all statements, the outer before the inner."""
    for statement in statements:
        yield statement
        yield from walk(getattr(statement, "head", ()))
        yield from walk(getattr(statement, "body", ()))


def expressions(statement: Statement) -> tuple[Expr, ...]:
    """Return the expressions that stand in the statement itself, not in its body."""
    found = getattr(statement, "value", None), getattr(statement, "condition", None)
    return tuple(expression for expression in found if expression is not None)


def buffers(statement: Statement) -> Iterator[Buffer]:
    """Yield the buffers that the statement itself reads or writes."""
    match statement:
        case Declare(buffer=buffer) | Store(buffer=buffer):
            yield buffer
        case MatMul(a=a, b=b, c=c):
            yield from (a[0], b[0], c[0])
    yield from (node.buffer for node in nodes(*expressions(statement)) if isinstance(node, Load))


def indices(statement: Statement) -> Iterator[Index]:
    """Yield every index in the statement itself."""
    match statement:
        case Store(index=index):
            yield index
        case MatMul(a=a, b=b, c=c):
            yield from (a[1], b[1], c[1])
    yield from (node.index for node in nodes(*expressions(statement)) if isinstance(node, Load | Position))
