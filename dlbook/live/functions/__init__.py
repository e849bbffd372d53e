"""Transcendental functions and the random hash, written as expressions.

The machine has only `+ - * /`, square roots and bit operations.  Each function here
reduces its argument to a small interval, where a polynomial (`coefficients`) gives
what is missing.  A module contains each function that it uses once, for four numbers at
a time; scalar code calls the same function, so that results never depend on where in an
array an element stands, nor on the browser.

`tests/live/test_functions.py` measures every function against float64; `CLAIMS` in it
says what is promised, in units in the last place (ulp).
"""

from dlbook.live.functions import circular, error_function, exact, exponentials, logarithms, powers, threefry
from dlbook.live.functions.library import FUNCTIONS

LIBRARY = FUNCTIONS | threefry.hashes()

__all__ = [
    "FUNCTIONS",
    "LIBRARY",
    "circular",
    "error_function",
    "exact",
    "exponentials",
    "logarithms",
    "powers",
    "threefry",
]
