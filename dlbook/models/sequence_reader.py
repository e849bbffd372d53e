"""A reader: a recurrent network that answers once, after the last step of a sequence (many to one)."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks
from dlbook.models import recurrent
from dlbook.ops.affine import Affine, affine
from dlbook.ops.embedding import embed
from dlbook.ops.losses import softmax_cross_entropy


class Reader(NamedTuple):
    """The recurrent layers and the layer that answers; where tokens are read, a vector for each."""

    layers: list
    output: Affine
    table: Float[Array, "v e"] | None = None


def init(
    key: PRNGKeyArray, features: int, hidden: tuple[int, ...], outputs: int, *, words: int | None = None, **settings
) -> Reader:
    """Draw the parameters.

    Parameters
    ----------
    features
        Numbers that each step brings, or that stand for a word.
    words
        Size of the vocabulary, where sequences are of tokens.
    settings
        Passed on to `recurrent.init`, such as `cell`.

    Raises
    ------
    ValueError
        If a size is below 1, or `recurrent.init` refuses a setting.
    """
    checks.sizes("sequence_reader.init", (features, *hidden, outputs, *([] if words is None else [words])))
    key_layers, key_output, key_table = jr.split(key, 3)
    layers = recurrent.init(key_layers, (features, *hidden), **settings)
    seen = hidden[-1] * (2 if isinstance(layers[-1], recurrent.Bidirectional) else 1)
    w = jr.normal(key_output, (seen, outputs)) / jnp.sqrt(seen)
    table = None if words is None else jr.normal(key_table, (words, features))
    return Reader(layers, Affine(w, jnp.zeros(outputs)), table)


def apply(params: Reader, xs: Float[Array, "t n d"] | Int[Array, "t n"]) -> Float[Array, "n k"]:
    """Return what each direction's last hidden state says of a sequence of vectors, or of tokens."""
    hs = recurrent.apply(params.layers, xs if params.table is None else embed(xs, params.table))
    if not isinstance(params.layers[-1], recurrent.Bidirectional):
        return affine(hs[-1], *params.output)
    forward, backward = jnp.split(hs, 2, axis=2)
    return affine(jnp.concatenate([forward[-1], backward[0]], axis=1), *params.output)


def loss(
    params: Reader, batch, key: PRNGKeyArray | None = None, *, head: Callable = softmax_cross_entropy
) -> Float[Array, ""]:
    """Mean loss of a batch `(x, y)`, with `x` of the axes `[n, t, ...]`.

    Parameters
    ----------
    key
        Not used: nothing here is random.
    head
        Loss of the outputs and `y`, such as `squared_error` for regression.
    """
    x, y = batch
    return head(apply(params, x.swapaxes(0, 1)), y)


def accuracy(params: Reader, batch) -> Float[Array, ""]:
    """Share of a batch `(x, labels)` whose highest score is at its label."""
    x, labels = batch
    return (apply(params, x.swapaxes(0, 1)).argmax(1) == labels).mean()
