"""Powers: the logarithm with about 32 bits, since its error is multiplied by the exponent."""

import math

from dlbook.live.functions import coefficients as table
from dlbook.live.functions.exact import two_product, two_sum
from dlbook.live.functions.exponentials import exp
from dlbook.live.functions.library import absolute, function, polynomial, signed_like
from dlbook.live.functions.logarithms import log, mantissa
from dlbook.live.ir.expressions import I32, bitcast, maximum, minimum, select, unary


@function
def pow(x, y):
    """e^(y ln |x|); for negative x the sign of an odd whole y, and nan if y is not whole."""
    f, e = mantissa(absolute(x))
    square, square_lost = two_product(f, f)
    head, lost = two_sum(f, square * -0.5)
    tail = f * square * polynomial(table.LOG, f) + lost - square_lost * 0.5 + e * table.LN2_LOW
    high, lost = two_sum(e * table.LN2_HIGH, head)
    high, low = two_sum(high, tail + lost)
    y_bounded = minimum(maximum(y, -(2.0**100)), 2.0**100)
    product, lost = two_product(high, y_bounded)
    raised = exp(product)
    accurate = raised + raised * (lost + low * y_bounded)
    finite = select((absolute(product) < 87.0), accurate, raised)
    logarithm = log(absolute(x))
    ordinary = (absolute(x) > 0.0) & (absolute(x) < math.inf)
    magnitude = select(ordinary, finite, exp(logarithm * y))
    whole = unary("floor", y).equals(y)
    odd = whole & (unary("floor", y * 0.5) * 2.0).differs(y) & (absolute(y) < 2.0**24)
    negative = bitcast(x, I32) < 0
    result = select(negative & odd, -magnitude, magnitude)
    result = select((x < 0.0) & (x > -math.inf) & ~whole & (absolute(y) < math.inf), math.nan, result)
    result = select(absolute(x).equals(1.0) & absolute(y).equals(math.inf), 1.0, result)
    return select(y.equals(0.0) | x.equals(1.0), 1.0, result)


@function
def cbrt(x):
    """A third of the logarithm, then one step of Newton's method."""
    y = exp(log(absolute(x)) * (1.0 / 3.0))
    better = y - (y - absolute(x) / (y * y)) * (1.0 / 3.0)
    return select(x.equals(0.0) | (absolute(x)).equals(math.inf), x, signed_like(better, x))
