import itertools

import jax.numpy as jnp
import pytest

from dlbook.data import logic_gate
from dlbook.history import mcp

CORNERS = jnp.asarray(list(itertools.product((0.0, 1.0), repeat=2)))


@pytest.mark.parametrize("name", ["and", "or", "nand", "nor"])
def test_gates_have_their_truth_tables(name):
    x, labels = logic_gate(name)
    assert mcp.predict(mcp.gate(name), x).tolist() == labels.tolist()


def test_not_and_but_not():
    assert mcp.predict(mcp.gate("not"), jnp.asarray([[0.0], [1.0]])).tolist() == [1, 0]
    assert mcp.predict(mcp.gate("but not"), CORNERS).tolist() == [0, 0, 1, 0]


def test_three_units_make_xor():
    x, labels = logic_gate("xor")
    assert mcp.xor(x).tolist() == labels.tolist()


def test_one_unit_makes_all_functions_of_two_bits_but_xor_and_its_negation():
    """Brute force over all weights and thresholds: 14 of the 16 truth tables."""
    units = [mcp.init(w, theta) for w in itertools.product((-1, 0, 1), repeat=2) for theta in range(-2, 4)]
    tables = {tuple(mcp.predict(unit, CORNERS).tolist()) for unit in units}
    assert set(itertools.product((0, 1), repeat=4)) - tables == {(0, 1, 1, 0), (1, 0, 0, 1)}


def test_one_inhibiting_input_silences_any_excitement():
    x, inhibition = jnp.ones((3, 5)), jnp.asarray([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    assert mcp.vetoed(x, inhibition, 2).tolist() == [1, 0, 0]
    assert mcp.vetoed(x, jnp.zeros((3, 0)), 6).tolist() == [0, 0, 0]


def test_a_weight_that_is_none_of_the_three_is_refused(as_reader):
    with pytest.raises(ValueError, match="mcp.init: weight must be one of -1, 0, 1, got 2"):
        mcp.init((1, 2), 1)


def test_there_is_no_gate_xor(as_reader):
    with pytest.raises(ValueError, match="mcp.gate: name must be one of .*, got 'xor'"):
        mcp.gate("xor")
