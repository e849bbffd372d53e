"""The error function, its complement and its inverse."""

import math

from dlbook.live.functions import coefficients as table
from dlbook.live.functions.exponentials import exp
from dlbook.live.functions.library import absolute, function, polynomial, signed_like
from dlbook.live.functions.logarithms import log1p
from dlbook.live.ir.expressions import F32, I32, Expr, bitcast, minimum, select, unary


def _erfc_tail(x: Expr) -> Expr:
    """e^(-x^2) times a polynomial, for x of 0.5 and above; x^2 in two parts, for e^ is steep."""
    bounded = minimum(x, 10.5)
    high = bitcast(bitcast(bounded, I32) & -4096, F32)
    rest = (bounded - high) * (bounded + high)
    return exp(-(high * high)) * exp(-rest) * polynomial(table.ERFC, (bounded - 2.0) / (bounded + 2.0))


@function
def erf(x):
    """A polynomial near zero; one minus erfc elsewhere."""
    z = x * x
    small = x + x * polynomial(table.ERF, z)
    large = signed_like(1.0 - _erfc_tail(absolute(x)), x)
    return select(absolute(x) < 0.9, small, large)


@function
def erfc(x):
    """1 - erf(x), without cancellation for large x."""
    tail = _erfc_tail(absolute(x))
    return select(absolute(x) < 0.5, 1.0 - erf(x), select(x < 0.0, 2.0 - tail, tail))


@function
def erf_inv(x):
    """Polynomials of w = -ln(1 - x^2), as in XLA :cite:`giles2011approximating`.

    XLA rounds x^2 before it takes the logarithm; the same is done here, so that random
    normal numbers far in the tails agree.
    """
    w = -log1p(-(x * x))
    middle = polynomial(table.ERF_INV_MIDDLE, w - 2.5)
    tail = polynomial(table.ERF_INV_TAIL, unary("sqrt", w) - 3.0)
    return select(absolute(x).equals(1.0), x * math.inf, select(w < 5.0, middle, tail) * x)
