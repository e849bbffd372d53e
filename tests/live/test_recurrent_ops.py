"""The recurrent kernels in WebAssembly: forward, gradient and a whole training step, as `jax.jit` computes them."""

import jax
import jax.numpy as jnp
import jax.random as jr
import pytest

from dlbook.models import char_rnn, recurrent, sequence_reader, tagger
from dlbook.ops.embedding import embed, embed_backward
from dlbook.ops.gru import gru, gru_backward
from dlbook.ops.losses import squared_error
from dlbook.ops.lstm import lstm, lstm_backward, lstm_gates
from dlbook.ops.rnn import rnn, rnn_backward
from dlbook.train.optimizers import adam, clip_by_global_norm
from tests.live.machine import largest_difference

XS, DHS = jr.normal(jr.key(0), (7, 3, 2)), jr.normal(jr.key(1), (7, 3, 5))
OPS = {"rnn": (rnn, rnn_backward), "lstm": (lstm, lstm_backward), "gru": (gru, gru_backward)}
TOKENS = jr.randint(jr.key(2), (4, 9), 0, 6)


@pytest.mark.parametrize("cell", OPS)
def test_forward_and_backward(cell):
    (layer,) = recurrent.init(jr.key(3), (2, 5), cell=cell)
    forward, backward = OPS[cell]
    assert (
        largest_difference(lambda dhs, xs, layer: (forward(xs, *layer), backward(dhs, xs, *layer)), DHS, XS, layer)
        < 1e-6
    )


@pytest.mark.parametrize("reset", ["after", "before"])
def test_both_grus_and_an_initial_state(reset):
    (layer,) = recurrent.init(jr.key(4), (2, 5), cell="gru")
    h0 = jr.normal(jr.key(5), (3, 5))
    assert largest_difference(lambda *a: gru_backward(*a, reset=reset), DHS, XS, *layer, h0) < 1e-6


def test_gates_of_all_steps():
    (layer,) = recurrent.init(jr.key(6), (2, 5))
    assert largest_difference(lstm_gates, XS, DHS, *layer) < 1e-6


def test_embedding():
    table = jr.normal(jr.key(7), (6, 3))
    assert largest_difference(embed, TOKENS, table) == 0
    assert largest_difference(embed_backward, jr.normal(jr.key(8), (4, 9, 3)), TOKENS, table) < 1e-6


@pytest.mark.parametrize("cell", OPS)
def test_a_training_step_of_the_character_model(cell):
    params = char_rnn.init(jr.key(9), 6, (5,), embedding=3, cell=cell)
    state = adam(1e-2).init(params)

    def step(params, state, windows, rate, largest):
        value, grads = jax.value_and_grad(char_rnn.loss)(params, windows)
        updates, state = adam(rate).update(clip_by_global_norm(grads, largest), state, params)
        return jax.tree.map(jnp.add, params, updates), state, value

    assert largest_difference(step, params, state, TOKENS, jnp.float32(1e-2), jnp.float32(0.5)) < 2e-6


def test_text_is_drawn_bit_for_bit():
    params = char_rnn.init(jr.key(10), 6, (5, 4), embedding=3)
    write = lambda params, key, temperature: char_rnn.generate(params, key, TOKENS[0], 20, temperature=temperature)
    assert largest_difference(write, params, jr.key(11), jnp.float32(0.8)) == 0
    assert largest_difference(write, params, jr.key(11), jnp.float32(0.0)) == 0


def test_gradients_of_tagger_and_reader():
    words = tagger.init(jr.key(12), 6, 3, (4,), bidirectional=True)
    numbers = sequence_reader.init(jr.key(13), 2, (4, 3), 1, cell="gru")
    assert largest_difference(jax.value_and_grad(tagger.loss), words, (TOKENS, TOKENS % 3)) < 2e-6
    loss = lambda params, x, y: sequence_reader.loss(params, (x, y), head=squared_error)
    assert largest_difference(jax.value_and_grad(loss), numbers, XS.swapaxes(0, 1), jnp.ones((3, 1))) < 2e-6
