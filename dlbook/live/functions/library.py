"""The registry of functions, and the idioms that they share."""

from collections.abc import Callable, Sequence
from inspect import signature
from typing import NamedTuple

from dlbook.live.ir.expressions import F32, I32, Call, Const, Expr, Kind, Local, bitcast, shift, unary


class Function(NamedTuple):
    """A function of the module: names and kinds of its parameters, and its value."""

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    body: Expr


FUNCTIONS: dict[str, Function] = {}


def function(formula: Callable) -> Callable:
    """Register a formula under its name; return what builds a call of it."""
    name = formula.__name__
    names = tuple(signature(formula).parameters)
    FUNCTIONS[name] = Function(names, (F32,) * len(names), formula(*(Local(F32, each) for each in names)))
    return lambda *args: Call(name, F32, args)


def polynomial(coefficients: Sequence[float], x: Expr) -> Expr:
    """Evaluate a polynomial, lowest coefficient first, by Horner's rule."""
    *rest, total = (Const(F32, c) for c in coefficients)
    for c in reversed(rest):
        total = total * x + c
    return total


def power_of_two(n: Expr) -> Expr:
    """Return 2^n as a float, for an integer from -126 to 127: n is its exponent."""
    return bitcast(shift("shl", n + 127, 23), F32)


def scaled(x: Expr, n: Expr) -> Expr:
    """Return x 2^n in two steps, so that n may exceed the exponents of a float."""
    half = shift("sar", n, 1)
    return x * power_of_two(half) * power_of_two(n - half)


def absolute(x: Expr) -> Expr:
    """Return |x|."""
    return unary("abs", x)


def signed_like(magnitude: Expr, x: Expr) -> Expr:
    """Return the magnitude with the sign of x, also of a zero."""
    return bitcast(bitcast(magnitude, I32) | (bitcast(x, I32) & -0x80000000), F32)


def is_nan(x: Expr) -> Expr:
    """Whether x is not a number: only nan differs from itself."""
    return x.differs(x)
