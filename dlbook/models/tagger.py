"""A tagger: a recurrent network that labels every token of a sentence (many to many)."""

from typing import NamedTuple

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks
from dlbook.models import recurrent
from dlbook.ops.affine import Affine, affine
from dlbook.ops.embedding import embed
from dlbook.ops.losses import softmax_cross_entropy


class Tagger(NamedTuple):
    """A vector for each word, the recurrent layers, and the layer that scores the tags."""

    table: Float[Array, "v e"]
    layers: list
    output: Affine


def init(
    key: PRNGKeyArray,
    words: int,
    tags: int,
    hidden: tuple[int, ...] = (32,),
    *,
    embedding: int = 16,
    bidirectional: bool = False,
    **settings,
) -> Tagger:
    """Draw the parameters.

    Parameters
    ----------
    words, tags
        Sizes of the two vocabularies.
    bidirectional
        Whether each layer reads the sentence in both directions, so that a tag may depend on later words.
    settings
        Passed on to `recurrent.init`, such as `cell`.

    Raises
    ------
    ValueError
        If a size is below 1, or `recurrent.init` refuses a setting.
    """
    checks.sizes("tagger.init", (words, embedding, *hidden, tags))
    key_table, key_layers, key_output = jr.split(key, 3)
    seen = hidden[-1] * (1 + bidirectional)
    return Tagger(
        jr.normal(key_table, (words, embedding)),
        recurrent.init(key_layers, (embedding, *hidden), bidirectional=bidirectional, **settings),
        Affine(jr.normal(key_output, (seen, tags)) / jnp.sqrt(seen), jnp.zeros(tags)),
    )


def apply(params: Tagger, tokens: Int[Array, "t n"]) -> Float[Array, "t n k"]:
    """Return the scores of each token's tags."""
    hs = recurrent.apply(params.layers, embed(tokens, params.table))
    return affine(hs.reshape(-1, hs.shape[2]), *params.output).reshape(*tokens.shape, -1)


def loss(params: Tagger, batch, key: PRNGKeyArray | None = None) -> Float[Array, ""]:
    """Mean cross-entropy over the words of a batch `(tokens, tags)`, both `[n, t]`: equation :eq:`sequence-loss`.

    Parameters
    ----------
    key
        Not used: nothing here is random.
    """
    tokens, tags = batch
    scores = apply(params, tokens.T)
    return softmax_cross_entropy(scores.reshape(-1, scores.shape[2]), tags.T.reshape(-1))


def accuracy(params: Tagger, batch) -> Float[Array, ""]:
    """Share of the words of a batch `(tokens, tags)` whose highest score is at their tag."""
    tokens, tags = batch
    return (apply(params, tokens.T).argmax(2) == tags.T).mean()
