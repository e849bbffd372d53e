"""Recurrent layers put together: stacked, or read in both directions.

A layer is an `RNN`, `LSTM` or `GRU`, or a `Bidirectional` of two; its type says what it does, so only
`init` asks for the cell.  A stack is a list of layers, each reading the hidden states of the one before.
They train by the hand-written passes of `dlbook.ops.recurrence`.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.ops.affine import affine
from dlbook.ops.gru import GRU, gru_step
from dlbook.ops.lstm import LSTM, lstm_step
from dlbook.ops.recurrence import gru_recurrence, lstm_recurrence, rnn_recurrence
from dlbook.ops.rnn import RNN, rnn_step

CELLS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
BLOCKS = {RNN: 1, LSTM: 4, GRU: 3}


class Bidirectional(NamedTuple):
    """Two layers, one reading from the first step to the last and one from the last to the first."""

    forward: Any
    backward: Any


Layer = RNN | LSTM | GRU | Bidirectional
State = Any  # of RNN and GRU the hidden state, of LSTM hidden state and cell


def init(
    key: PRNGKeyArray,
    sizes: tuple[int, ...],
    *,
    cell: str = "lstm",
    bidirectional: bool = False,
    radius=1.0,
    forget_bias=1.0,
    update_bias=0.0,
) -> list[Layer]:
    """Draw a stack of layers: orthogonal recurrent weights, normal input weights of deviation 1 / sqrt(inputs).

    Parameters
    ----------
    sizes
        Features of the input, then units of each layer.
    cell
        One of rnn, lstm, gru.
    bidirectional
        Whether each layer has a second one that reads against the time.
    radius
        Times the orthogonal matrices: how far from 0 the eigenvalues of each block begin.  May be traced.
    forget_bias
        Bias of the LSTM's forget gate, above 0 so that it begins open :cite:`gers2000learning`.  May be traced.
    update_bias
        Bias of the GRU's update gate, which likewise keeps the more of the old state the higher it is.  May be traced.

    Raises
    ------
    ValueError
        If there is no cell of this name, or a size is below 1.
    """
    checks.one_of("recurrent.init", "cell", cell, CELLS)
    checks.sizes("recurrent.init", sizes)
    layers, features = [], sizes[0]
    for number, units in enumerate(sizes[1:]):
        directions = [
            _layer(layer_key, features, units, CELLS[cell], radius, forget_bias, update_bias)
            for layer_key in jr.split(jr.fold_in(key, number), 1 + bidirectional)
        ]
        layers.append(Bidirectional(*directions) if bidirectional else directions[0])
        features = len(directions) * units
    return layers


def apply(layers: list[Layer], xs: Float[Array, "t n d"]) -> Float[Array, "t n h"]:
    """Return the hidden states of the last layer at each step, from zero states."""
    for layer in layers:
        xs = unroll(layer, xs)
    return xs


def unroll(layer: Layer, xs: Float[Array, "t n d"]) -> Float[Array, "t n h"]:
    """Return the hidden states of one layer; a bidirectional one puts both halves side by side."""
    if isinstance(layer, Bidirectional):
        backward = unroll(layer.backward, xs[::-1])[::-1]
        return jnp.concatenate([unroll(layer.forward, xs), backward], axis=2)
    return recur(layer, project(layer, xs), start(layer, xs.shape[1]))


def project(layer: RNN | LSTM | GRU, xs: Float[Array, "*s d"]) -> Float[Array, "*s g"]:
    """Return inputs times input weights plus bias, for all steps in one product."""
    return affine(xs.reshape(-1, xs.shape[-1]), layer.wx, layer.b).reshape(*xs.shape[:-1], -1)


def recur(layer: RNN | LSTM | GRU, zs: Float[Array, "t n g"], state: State) -> Float[Array, "t n h"]:
    """Return the hidden states of one layer from projected inputs and an initial state."""
    if isinstance(layer, LSTM):
        return lstm_recurrence(zs, layer.wh, *state)[0]
    if isinstance(layer, GRU):
        return gru_recurrence(zs, layer.wh, layer.bh, state)
    return rnn_recurrence(zs, layer.wh, state)


def start(layer: RNN | LSTM | GRU, samples: int) -> State:
    """Return the state before the first step: zeros."""
    zeros = jnp.zeros((samples, len(layer.wh)), layer.wh.dtype)
    return (zeros, zeros) if isinstance(layer, LSTM) else zeros


def hidden(state: State) -> Float[Array, "n h"]:
    """Return the part of a layer's state that the outside sees."""
    return state[0] if isinstance(state, tuple) else state


def step(layers: list[RNN | LSTM | GRU], states: list[State], x: Float[Array, "n d"]) -> list[State]:
    """Return the states of a stack after one step more; each layer reads the one before.

    Raises
    ------
    ValueError
        If a layer is bidirectional: the future is not known yet.
    """
    after = []
    for layer, state in zip(layers, states, strict=True):
        after.append(_step(layer, state, x))
        x = hidden(after[-1])
    return after


def _step(layer, state, x):
    if isinstance(layer, Bidirectional):
        raise ValueError("recurrent.step: a bidirectional layer needs the whole sequence, got one step.")
    if isinstance(layer, LSTM):
        return lstm_step(x, *state, *layer)
    return (gru_step if isinstance(layer, GRU) else rnn_step)(x, state, *layer)


def count_parameters(features: int, units: int, cell: str = "lstm") -> int:
    """Weights and biases of one layer: g (n_h n_x + n_h² + n_h) with g = 1, 4 or 3 blocks, and n_h more of a GRU.

    Examples
    --------
    >>> [count_parameters(2, 3, cell) for cell in ("rnn", "lstm", "gru")]
    [18, 72, 57]
    """
    checks.one_of("recurrent.count_parameters", "cell", cell, CELLS)
    return BLOCKS[CELLS[cell]] * units * (features + units + 1) + (units if cell == "gru" else 0)


def _layer(key, features, units, cell, radius, forget_bias, update_bias):
    key_wx, *keys_wh = jr.split(key, 1 + BLOCKS[cell])
    wx = jr.normal(key_wx, (features, BLOCKS[cell] * units)) / jnp.sqrt(features)
    wh = radius * jnp.concatenate([jr.orthogonal(key_block, units) for key_block in keys_wh], axis=1)
    b = jnp.zeros(wx.shape[1])
    if cell is not RNN:
        b = b.at[units : 2 * units].set(forget_bias if cell is LSTM else update_bias)
    return cell(wx, wh, b, jnp.zeros(units)) if cell is GRU else cell(wx, wh, b)
