"""Kinds of numbers, buffers, indices, and expressions: values without side effects."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What the 32 bits of a word mean; a boolean is the word 0 or 1."""

    F32 = "float32"
    I32 = "int32"
    U32 = "uint32"
    BOOL = "bool"


F32, I32, U32, BOOL = Kind
Number = float | int


@dataclass(frozen=True, eq=False)
class Buffer:
    """A run of words in memory whose address the memory plan chooses.

    Attributes
    ----------
    name
        For people who read a dump of the program.
    words
        Its length; at least one.
    data
        Initial contents, or None for a buffer that the program or its caller fills.
    """

    name: str
    words: int
    data: bytes | None = None


@dataclass(frozen=True)
class Index:
    """An affine integer expression: `constant` plus coefficient times variable, summed over `terms`."""

    terms: tuple[tuple[str, int], ...] = ()
    constant: int = 0

    @classmethod
    def of(cls, name: str) -> "Index":
        return cls(((name, 1),))

    def __add__(self, other):
        if isinstance(other, int):
            return Index(self.terms, self.constant + other)
        sums = dict(self.terms)
        for name, coefficient in other.terms:
            sums[name] = sums.get(name, 0) + coefficient
        return Index(tuple(sorted((n, c) for n, c in sums.items() if c)), self.constant + other.constant)

    def __mul__(self, factor: int):
        if factor == 0:
            return Index()
        return Index(tuple((n, c * factor) for n, c in self.terms), self.constant * factor)

    def coefficient(self, name: str) -> int:
        return dict(self.terms).get(name, 0)

    def without(self, *names: str) -> "Index":
        """Return the index with these variables set to zero."""
        return Index(tuple(term for term in self.terms if term[0] not in names), self.constant)


class Expr:
    """A value; the operators of Python build bigger ones, with plain numbers taken as constants."""

    kind: Kind

    def _operation(self, name, other, kind=None, swap=False):
        other = other if isinstance(other, Expr) else Const(self.kind, other)
        return Op(name, kind or self.kind, (other, self) if swap else (self, other))

    def __add__(self, other):
        return self._operation("add", other)

    def __radd__(self, other):
        return self._operation("add", other, swap=True)

    def __sub__(self, other):
        return self._operation("sub", other)

    def __rsub__(self, other):
        return self._operation("sub", other, swap=True)

    def __mul__(self, other):
        return self._operation("mul", other)

    def __rmul__(self, other):
        return self._operation("mul", other, swap=True)

    def __truediv__(self, other):
        return self._operation("div", other)

    def __rtruediv__(self, other):
        return self._operation("div", other, swap=True)

    def __and__(self, other):
        return self._operation("and", other)

    def __or__(self, other):
        return self._operation("or", other)

    def __xor__(self, other):
        return self._operation("xor", other)

    def __neg__(self):
        return Op("neg", self.kind, (self,))

    def __invert__(self):
        return Op("not", self.kind, (self,))

    def __lt__(self, other):
        return self._operation("lt", other, BOOL)

    def __le__(self, other):
        return self._operation("le", other, BOOL)

    def __gt__(self, other):
        return self._operation("gt", other, BOOL)

    def __ge__(self, other):
        return self._operation("ge", other, BOOL)

    def equals(self, other):
        return self._operation("eq", other, BOOL)

    def differs(self, other):
        return self._operation("ne", other, BOOL)


@dataclass(frozen=True, eq=False)
class Const(Expr):
    """A number known at build time."""

    kind: Kind
    value: Number


@dataclass(frozen=True, eq=False)
class Load(Expr):
    """The word of `buffer` at `index`."""

    kind: Kind
    buffer: Buffer
    index: Index


@dataclass(frozen=True, eq=False)
class Local(Expr):
    """A local variable set by `Let` or `Assign`, or a parameter of a function."""

    kind: Kind
    name: str


@dataclass(frozen=True, eq=False)
class Position(Expr):
    """The value of an index, as an int32."""

    index: Index
    kind: Kind = I32


@dataclass(frozen=True, eq=False)
class Op(Expr):
    """One operation that the machine has, on numbers or on four of them at once."""

    name: str
    kind: Kind
    args: tuple[Expr, ...]


@dataclass(frozen=True, eq=False)
class Call(Expr):
    """A call of one of `functions.FUNCTIONS`."""

    name: str
    kind: Kind
    args: tuple[Expr, ...]


def unary(name: str, x: Expr) -> Expr:
    """Return an operation on one number that gives the same kind."""
    return Op(name, x.kind, (x,))


def maximum(x: Expr, y: Expr | Number) -> Expr:
    """Return the greater of two numbers; nan if one is nan."""
    return x._operation("max", y)


def minimum(x: Expr, y: Expr | Number) -> Expr:
    """Return the smaller of two numbers; nan if one is nan."""
    return x._operation("min", y)


def select(condition: Expr, yes: Expr | Number, no: Expr | Number) -> Expr:
    """Return `yes` where the condition holds and `no` elsewhere; both are computed."""
    kind = yes.kind if isinstance(yes, Expr) else no.kind
    yes, no = (x if isinstance(x, Expr) else Const(kind, x) for x in (yes, no))
    return Op("select", kind, (condition, yes, no))


def convert(x: Expr, kind: Kind) -> Expr:
    """Return the same number as another kind; floats round towards zero and saturate."""
    return x if x.kind == kind else Op("convert", kind, (x,))


def bitcast(x: Expr, kind: Kind) -> Expr:
    """Return the same 32 bits as another kind."""
    return x if x.kind == kind else Op("bitcast", kind, (x,))


def shift(name: str, x: Expr, bits: Expr | int) -> Expr:
    """Shift by 0 to 31 bits: `name` is shl (left), shr (zeros come in) or sar (the sign comes in)."""
    return x._operation(name, bits)


def nodes(*roots: Expr) -> Iterator[Expr]:
    """Yield each node of a graph of expressions once."""
    seen, pending = set(), list(roots)
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            pending.extend(getattr(node, "args", ()))
