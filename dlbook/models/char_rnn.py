"""A language model on characters: a recurrent network that predicts each symbol from those before it."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks
from dlbook.models import recurrent
from dlbook.ops.affine import Affine, affine
from dlbook.ops.embedding import embed
from dlbook.ops.losses import softmax_cross_entropy


class CharRNN(NamedTuple):
    """A vector for each symbol, the recurrent layers, and the layer that scores the next symbol."""

    table: Float[Array, "v e"]
    layers: list
    output: Affine


def init(
    key: PRNGKeyArray,
    symbols: int,
    hidden: tuple[int, ...] = (128,),
    *,
    embedding: int = 32,
    cell: str = "lstm",
    **settings,
) -> CharRNN:
    """Draw the parameters.

    Parameters
    ----------
    symbols
        Size of the vocabulary.
    hidden
        Units of each recurrent layer.
    embedding
        Numbers that stand for a symbol.
    cell
        One of rnn, lstm, gru.
    settings
        Passed on to `recurrent.init`, such as `forget_bias`.

    Raises
    ------
    ValueError
        If there is no such cell, or a size is below 1.
    """
    checks.sizes("char_rnn.init", (symbols, embedding, *hidden))
    key_table, key_layers, key_output = jr.split(key, 3)
    return CharRNN(
        jr.normal(key_table, (symbols, embedding)),
        recurrent.init(key_layers, (embedding, *hidden), cell=cell, **settings),
        Affine(jr.normal(key_output, (hidden[-1], symbols)) / jnp.sqrt(hidden[-1]), jnp.zeros(symbols)),
    )


def apply(params: CharRNN, tokens: Int[Array, "t n"], states: list | None = None) -> Float[Array, "t n v"]:
    """Return the scores of the symbol after each of `tokens`: equation :eq:`char-rnn`.

    What a symbol adds to the first layer depends on the symbol alone, so it is computed once for each
    symbol of the vocabulary and looked up, instead of once for each place in the text.

    Parameters
    ----------
    states
        Of each layer before the first symbol, as `start` and `step` return them; zeros by default.
    """
    states = start(params, tokens.shape[1]) if states is None else states
    first, *others = params.layers
    hs = recurrent.recur(first, embed(tokens, recurrent.project(first, params.table)), states[0])
    for layer, state in zip(others, states[1:], strict=True):
        hs = recurrent.recur(layer, recurrent.project(layer, hs), state)
    hs = hs.swapaxes(0, 1)  # sample first, so that devices that share the samples keep their rows
    return affine(hs.reshape(-1, hs.shape[2]), *params.output).reshape(*hs.shape[:2], -1).swapaxes(0, 1)


def loss(
    params: CharRNN, windows: Int[Array, "n t"], key: PRNGKeyArray | None = None, states: list | None = None
) -> Float[Array, ""]:
    """Mean cross-entropy of each symbol given those before it in its window, in nats: equation :eq:`sequence-loss`.

    Parameters
    ----------
    windows
        Pieces of text, one in each row.  All symbols but the last are read, all but the first predicted.
    key
        Not used: nothing here is random.
    """
    scores = apply(params, windows[:, :-1].T, states)
    return softmax_cross_entropy(scores.swapaxes(0, 1).reshape(-1, scores.shape[2]), windows[:, 1:].reshape(-1))


def start(params: CharRNN, samples: int = 1) -> list:
    """Return the states of the layers before the first symbol: zeros."""
    return [recurrent.start(layer, samples) for layer in params.layers]


def step(params: CharRNN, states: list, tokens: Int[Array, " n"]) -> tuple[list, Float[Array, "n v"]]:
    """Read one symbol of each sample; return the states and the scores of the symbol that follows."""
    states = recurrent.step(params.layers, states, embed(tokens, params.table))
    return states, affine(recurrent.hidden(states[-1]), *params.output)


def sample(key: PRNGKeyArray, scores: Float[Array, "n v"], temperature) -> Int[Array, " n"]:
    """Draw by softmax(scores / temperature); at temperature 0 take the likeliest symbol: equation :eq:`temperature`."""
    drawn = jr.categorical(key, scores / jnp.where(temperature > 0, temperature, 1))
    return jnp.where(temperature > 0, drawn, scores.argmax(1)).astype("int32")


def generate(
    params: CharRNN, key: PRNGKeyArray, prompt: Int[Array, " p"], length: int, *, temperature=1.0
) -> Int[Array, " t"]:
    """Read `prompt`, then write `length` symbols, each drawn given all before it.

    Parameters
    ----------
    prompt
        At least one symbol.
    temperature
        Below 1 likely symbols become likelier still, above 1 all become alike.  At 0 the likeliest
        is taken.  May be traced.

    Raises
    ------
    ValueError
        If the prompt is empty or has a token out of range, or length or temperature is negative.
    """
    if len(prompt) == 0:
        raise ValueError("char_rnn.generate: prompt must hold at least one symbol, got none.")
    checks.labels("char_rnn.generate", prompt, len(params.table), name="prompt")
    checks.in_range("char_rnn.generate", "length", length, 1, jnp.inf)
    checks.in_range("char_rnn.generate", "temperature", temperature, 0, jnp.inf)
    return _generate(params, key, prompt.astype("int32"), length, temperature)


@partial(jax.jit, static_argnames="length")
def _generate(params, key, prompt, length, temperature):
    states, _ = lax.scan(lambda states, token: (step(params, states, token[None])[0], None), start(params), prompt[:-1])

    def write(carry, number):
        states, token = carry
        states, scores = step(params, states, token)
        token = sample(jr.fold_in(key, number), scores, temperature)
        return (states, token), token[0]

    return lax.scan(write, (states, prompt[-1:]), jnp.arange(length))[1]
