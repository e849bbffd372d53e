"""Every program of the coverage suite, and most of their gradients, agree with `jax.jit`."""

from functools import cache

import jax
import pytest

from tests.live.machine import largest_difference
from tests.live.programs import GRADIENTS, PROGRAMS

FORWARD, GRADIENT = 1e-5, 1e-6


@pytest.fixture(autouse=True)
def keys_may_repeat():
    """Programs of the suite look at one key in several ways."""
    jax.config.update("jax_debug_key_reuse", False)
    yield
    jax.config.update("jax_debug_key_reuse", True)


@cache
def expected(name):
    """Return gradients (or nothing) and results, by JAX."""
    if name in GRADIENTS:
        function, arguments = GRADIENTS[name]
        return jax.jit(function)(*arguments)
    function, arguments = PROGRAMS[name]
    return (), jax.jit(function)(*arguments)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    function, arguments = PROGRAMS[name]
    assert largest_difference(function, *arguments, reference=expected(name)[1]) < FORWARD


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient(name):
    function, arguments = GRADIENTS[name]
    gradients = largest_difference(lambda *a: function(*a)[0], *arguments, reference=expected(name)[0])
    assert gradients < GRADIENT


def test_the_suite_is_large():
    assert len(PROGRAMS) >= 170
