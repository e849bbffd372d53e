import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.models import recurrent
from dlbook.models.recurrent import CELLS, Bidirectional
from dlbook.ops.gru import gru
from dlbook.ops.lstm import lstm
from dlbook.ops.rnn import rnn

READABLE = {"rnn": rnn, "lstm": lstm, "gru": gru}
XS = jr.normal(jr.key(0), (6, 2, 3))


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_is_the_op(cell):
    (layer,) = recurrent.init(jr.key(1), (3, 4), cell=cell)
    assert type(layer) is CELLS[cell]
    np.testing.assert_allclose(recurrent.apply([layer], XS), READABLE[cell](XS, *layer), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_a_stack_step_by_step_is_the_stack_at_once(cell):
    layers = recurrent.init(jr.key(2), (3, 4, 5), cell=cell)
    states, hs = [recurrent.start(layer, 2) for layer in layers], []
    for x in XS:
        states = recurrent.step(layers, states, x)
        hs.append(recurrent.hidden(states[-1]))
    np.testing.assert_allclose(recurrent.apply(layers, XS), jnp.stack(hs), rtol=1e-4, atol=1e-6)


def test_a_bidirectional_layer_is_one_layer_and_another_on_the_reversed_sequence():
    (layer,) = recurrent.init(jr.key(3), (3, 4), bidirectional=True)
    hs = recurrent.apply([layer], XS)
    np.testing.assert_allclose(hs[:, :, :4], lstm(XS, *layer.forward), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(hs[:, :, 4:], lstm(XS[::-1], *layer.backward)[::-1], rtol=1e-4, atol=1e-6)
    assert abs(layer.forward.wx - layer.backward.wx).max() > 0.1


def test_only_a_bidirectional_stack_sees_the_future():
    later = XS.at[-1].add(1.0)
    for bidirectional in (False, True):
        layers = recurrent.init(jr.key(4), (3, 4, 4), bidirectional=bidirectional)
        assert isinstance(layers[1], Bidirectional) == bidirectional
        changed = abs(recurrent.apply(layers, later) - recurrent.apply(layers, XS))[0].max() > 0
        assert changed == bidirectional


@pytest.mark.parametrize("cell, count", [("rnn", 18), ("lstm", 72), ("gru", 57)])
def test_parameters_are_counted(cell, count):
    layers = recurrent.init(jr.key(5), (2, 3), cell=cell)
    assert sum(a.size for a in jax.tree.leaves(layers)) == recurrent.count_parameters(2, 3, cell) == count


def test_recurrent_weights_begin_orthogonal_and_the_forget_gate_open():
    (layer,) = recurrent.init(jr.key(6), (3, 4), radius=0.5, forget_bias=2.0)
    for block in jnp.split(layer.wh, 4, axis=1):
        np.testing.assert_allclose(block @ block.T, 0.25 * np.eye(4), atol=1e-6)
    np.testing.assert_array_equal(layer.b.reshape(4, 4), [[0] * 4, [2] * 4, [0] * 4, [0] * 4])


def test_an_update_gate_that_begins_open_keeps_the_state():
    for bias in (0.0, 50.0):
        (layer,) = recurrent.init(jr.key(6), (3, 4), cell="gru", update_bias=bias)
        np.testing.assert_array_equal(layer.b.reshape(3, 4), [[0] * 4, [bias] * 4, [0] * 4])
        (after,) = recurrent.step([layer], [jnp.full((2, 4), 0.7)], XS[0])
        assert np.allclose(after, 0.7) == (bias == 50)


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="recurrent.init: cell must be one of 'rnn', 'lstm', 'gru', got 'elman'"):
        recurrent.init(jr.key(0), (3, 4), cell="elman")
    with pytest.raises(ValueError, match="recurrent.init: sizes must name at least two layers"):
        recurrent.init(jr.key(0), (3,))
    layers = recurrent.init(jr.key(0), (3, 4), bidirectional=True)
    with pytest.raises(ValueError, match="recurrent.step: a bidirectional layer needs the whole sequence"):
        recurrent.step(layers, [None], XS[0])
