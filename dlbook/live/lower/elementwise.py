"""Elementwise primitives: one expression for each element, nothing stored.

All results are recipes (`Computed`), so that a chain of these primitives becomes one
loop.  Operands of size 1 are repeated.
"""

import math

from jax import lax

from dlbook.live.functions import FUNCTIONS
from dlbook.live.ir.expressions import (
    BOOL,
    F32,
    I32,
    U32,
    Call,
    Const,
    Expr,
    Op,
    bitcast,
    convert,
    maximum,
    minimum,
    select,
    shift,
    unary,
)
from dlbook.live.jaxpr import KINDS, lowers, require
from dlbook.live.scalar import LOGIC, ON_BOOLEANS
from dlbook.live.value import Computed, element

CALL_COST = 20
SAME = {  # primitives that are one operation of the machine on these kinds
    "add": "add",
    "add_any": "add",
    "sub": "sub",
    "mul": "mul",
    "max": "max",
    "min": "min",
    "and": "and",
    "or": "or",
    "xor": "xor",
    "not": "not",
    "neg": "neg",
    "abs": "abs",
    "floor": "floor",
    "ceil": "ceil",
    "sqrt": "sqrt",
}
COMPARE = ("eq", "ne", "lt", "le", "gt", "ge")
ANY_MODE = (None, *lax.AccuracyMode)  # choices between implementations, of which there is one here


def elementwise(build, out, operands, formula, cost: int = 1) -> Computed:
    """Return the recipe that applies a formula to the elements of the operands; smaller ones are computed once."""
    operands = [build.reusable(x) if math.prod(x.shape) < math.prod(out[0].shape) else x for x in operands]

    def recipe(position):
        return formula(*(element(operand, position) for operand in operands))

    return Computed(*out[0], recipe, cost + sum(operand.cost for operand in operands))


@lowers(*SAME, out_dtype=(None,), accuracy=ANY_MODE)
def operation(build, out, *operands, primitive):
    """Apply one operation of the machine; on booleans it must be a logical one."""
    require(out[0].kind is not BOOL or SAME[primitive] in (*LOGIC, *ON_BOOLEANS), "dtype", "bool")
    return elementwise(build, out, operands, lambda *args: Op(SAME[primitive], out[0].kind, args))


@lowers(*COMPARE)
def comparison(build, out, x, y, *, primitive):
    """Compare; the result is boolean."""
    return elementwise(build, out, (x, y), lambda a, b: Op(primitive, BOOL, (a, b)))


@lowers(*FUNCTIONS, accuracy=ANY_MODE)
def transcendental(build, out, *operands, primitive):
    """Call the function of the library that has the primitive's name."""
    require(operands[0].kind is FUNCTIONS[primitive].kinds[0], "dtype", operands[0].kind.value)
    formula = lambda *args: Call(primitive, F32, tuple(convert(a, F32) for a in args))  # pow takes whole exponents too
    return elementwise(build, out, operands, formula, CALL_COST)


@lowers("div")
def div(build, out, x, y):
    """Divide floats as the machine does, integers as XLA does."""
    return elementwise(build, out, (x, y), lambda a, b: a / b if a.kind is F32 else integer_division(a, b))


def integer_division(a: Expr, b: Expr) -> Expr:
    """Divide as XLA does where the machine would trap: by zero gives all ones, and -2**31 / -1 wraps."""
    zero = b.equals(0)
    if a.kind is U32:
        return select(zero, 0xFFFFFFFF, a / select(zero, 1, b))
    minus = b.equals(-1)
    return select(zero, -1, select(minus, -a, a / select(zero | minus, 1, b)))


@lowers("rem")
def rem(build, out, x, y):
    """Return what a division rounded towards zero leaves, with the sign of the dividend."""
    if out[0].kind is F32:
        return elementwise(build, out, (x, y), lambda a, b: Call("fmod", F32, (a, b)), CALL_COST)
    return elementwise(build, out, (x, y), integer_remainder)


def integer_remainder(a: Expr, b: Expr) -> Expr:
    """Return a by zero as XLA does, where the machine would trap."""
    zero = b.equals(0)
    return select(zero, a, Op("rem", a.kind, (a, select(zero, 1, b))))


@lowers("square")
def square(build, out, x):
    """Multiply by itself."""
    return integer_pow(build, out, x, y=2)


@lowers("one_minus_square")
def one_minus_square(build, out, x):
    """Return 1 - x^2 as (1 + x) (1 - x), which is exact to rounding where x is close to 1."""
    return elementwise(build, out, (x,), lambda a: (1 + a) * (1 - a), 3)


@lowers("polynomial", hints=("unroll",))
def polynomial(build, out, x, *coefficients):
    """Evaluate a polynomial, lowest coefficient first, by Horner's rule."""

    def formula(a, *rest):
        total = rest[-1]
        for c in rest[-2::-1]:
            total = total * a + c
        return total

    return elementwise(build, out, (x, *coefficients), formula, 2 * len(coefficients))


@lowers("integer_pow")
def integer_pow(build, out, x, *, y):
    """Multiply by repeated squaring; a negative power is one over the positive one."""

    def power(a, n):
        if n == 0:
            return Const(a.kind, 1)
        half = power(a, n // 2)
        squared = a if n == 1 else half * half
        return squared * a if n % 2 and n > 1 else squared

    def formula(a):
        return power(a, int(y)) if y >= 0 else 1 / power(a, -int(y))

    return elementwise(build, out, (x,), formula, max(1, 2 * abs(int(y)).bit_length() - 2))


@lowers("rsqrt", accuracy=ANY_MODE)
def rsqrt(build, out, x):
    """One over the square root."""
    return elementwise(build, out, (x,), lambda a: 1 / unary("sqrt", a), 2)


@lowers("sign")
def sign(build, out, x):
    """Return -1, 0 or 1; nan and the zeros stay as they are."""

    def formula(a):
        if a.kind is U32:
            return select(a.equals(0), 0, Const(U32, 1))
        return select(a > 0, 1, select(a < 0, -1, a))  # nan and the zeros stay as they are

    return elementwise(build, out, (x,), formula, 4)


@lowers("round")
def round_(build, out, x, *, rounding_method):
    """Round to whole numbers: halves away from zero, or to even."""
    away_from_zero = int(rounding_method) == 0

    def formula(a):
        if not away_from_zero:
            return unary("nearest", a)
        whole = unary("trunc", a)
        half = unary("abs", a - whole) >= 0.5
        return select(half, whole + select(a < 0, -1.0, Const(F32, 1.0)), whole)

    return elementwise(build, out, (x,), formula, 4)


@lowers("is_finite")
def is_finite(build, out, x):
    """Whether a float is neither infinite nor nan."""
    return elementwise(build, out, (x,), lambda a: unary("abs", a) < math.inf, 2)


@lowers("clamp")
def clamp(build, out, low, x, high):
    """Return x, or the limit that it exceeds."""
    return elementwise(build, out, (low, x, high), lambda a, b, c: minimum(maximum(b, a), c), 2)


@lowers("select_n")
def select_n(build, out, which, *cases):
    """Choose between cases by a boolean (false is the first) or by a number."""

    def formula(k, *choices):
        if k.kind is BOOL:
            return select(k, choices[1], choices[0]) if len(choices) == 2 else choices[0]
        result = choices[-1]
        for number, choice in reversed(list(enumerate(choices[:-1]))):
            result = select(k <= number, choice, result)
        return result

    return elementwise(build, out, (which, *cases), formula, len(cases))


@lowers("shift_left", "shift_right_logical", "shift_right_arithmetic")
def shifts(build, out, x, bits, *, primitive):
    """Shift bits; as in XLA, 32 or more leave nothing but the sign."""
    name = {"shift_left": "shl", "shift_right_logical": "shr", "shift_right_arithmetic": "sar"}[primitive]

    def formula(a, n):
        if isinstance(n, Const) and 0 <= n.value < 32:
            return shift(name, a, n)
        inside = bitcast(n, U32) < 32  # the machine would take the count modulo 32
        return select(inside, shift(name, a, n), shift("sar", a, 31) if name == "sar" else Const(a.kind, 0))

    return elementwise(build, out, (x, bits), formula, 2)


@lowers("convert_element_type", hints=("weak_type",))
def convert_element_type(build, out, x, *, new_dtype):
    """Return the same numbers as another kind."""
    return elementwise(build, out, (x,), lambda a: convert(a, KINDS[new_dtype]))


@lowers("bitcast_convert_type")
def bitcast_convert_type(build, out, x, *, new_dtype):
    """Return the same bits as another kind."""
    require(x.kind is not BOOL and out[0].kind is not BOOL, "new_dtype", new_dtype)
    return elementwise(build, out, (x,), lambda a: bitcast(a, KINDS[new_dtype]), 0)


@lowers("reduce_precision", exponent_bits=(8,), mantissa_bits=(23,))
@lowers("copy", "copy_p", "stop_gradient", "optimization_barrier")
@lowers("name", hints=("name",))
def same(build, out, *operands):
    """Pass on what needs no change."""
    return list(operands)


@lowers("nextafter")
def nextafter(build, out, x, y):
    """Step to the neighbouring float: the integer of its bits goes up or down by one."""

    def formula(a, b):
        bits = bitcast(a, I32)
        outwards = (b > a).equals(a > 0)
        step = bitcast(bits + select(outwards, 1, Const(I32, -1)), F32)
        tiny = bitcast((bitcast(b, I32) & -0x80000000) | 1, F32)
        moved = select(a.equals(0), tiny, step)
        return select(a.equals(b), b, select(a.differs(a) | b.differs(b), a + b, moved))

    return elementwise(build, out, (x, y), formula, 12)


def total_order(x: Expr) -> Expr:
    """Return an integer that orders floats as IEEE 754's total order does: -0 below 0, nan at the ends."""
    if x.kind is not F32:
        return x
    bits = bitcast(x, I32)
    return bits ^ (bitcast(shift("shr", bitcast(shift("sar", bits, 31), U32), 1), I32))


@lowers("le_to", "lt_to")
def total_order_comparison(build, out, x, y, *, primitive):
    """Compare floats in IEEE 754's total order."""
    return elementwise(build, out, (x, y), lambda a, b: Op(primitive[:2], BOOL, (total_order(a), total_order(b))), 8)
