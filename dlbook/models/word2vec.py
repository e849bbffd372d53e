"""Word vectors that predict words: continuous bag of words, and skip-gram :cite:`mikolov2013efficient`.

A batch is `(inputs, known, outputs)`: the words that predict `[n, c]`, where they stand at all `[n, c]`, and the
word that is predicted `[n]`.  Skip-gram has one input, c = 1; the bag has all words of the window.  Three losses
differ in how they score the prediction against the rest of the vocabulary.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from dlbook import checks
from dlbook.ops.embedding import embed
from dlbook.ops.losses import softmax_cross_entropy
from dlbook.ops.word_losses import hierarchical_softmax_loss, negative_sampling_loss

Batch = tuple[Int[Array, "n c"], Bool[Array, "n c"], Int[Array, " n"]]


class Params(NamedTuple):
    """A vector for each word when it predicts, and one for each output: a word, or an inner node of a tree."""

    words: Float[Array, "v d"]
    outputs: Float[Array, "o d"]


def init(key: PRNGKeyArray, words: int, features: int, *, outputs: int | None = None) -> Params:
    """Draw word vectors between -1 / 2d and 1 / 2d; output vectors begin at 0, as in the authors' program.

    Parameters
    ----------
    outputs
        Number of output vectors, by default one a word; the inner nodes of a tree are `words` - 1.

    Raises
    ------
    ValueError
        If a size is below 1.
    """
    outputs = words if outputs is None else outputs
    checks.sizes("word2vec.init", (words, features, outputs))
    half = 0.5 / features
    return Params(jr.uniform(key, (words, features), minval=-half, maxval=half), jnp.zeros((outputs, features)))


def hidden(params: Params, inputs: Int[Array, "n c"], known: Bool[Array, "n c"]) -> Float[Array, "n d"]:
    """Return the mean vector of the words that predict: equation :eq:`cbow-hidden`."""
    weight = known.astype(params.words.dtype)
    total = (embed(inputs, params.words) * weight[:, :, None]).sum(1)
    return total / jnp.maximum(weight.sum(1, keepdims=True), 1)


def softmax_loss(params: Params, batch: Batch, key: Any = None) -> Float[Array, ""]:
    """Cross-entropy over the whole vocabulary: equation :eq:`word-softmax`."""
    inputs, known, outputs = batch
    return softmax_cross_entropy(hidden(params, inputs, known) @ params.outputs.T, outputs)


def negative_loss(
    params: Params, batch: Batch, key: PRNGKeyArray, noise: Float[Array, " v"], *, negatives: int = 5
) -> Float[Array, ""]:
    """Loss of negative sampling, with words drawn from `noise` :cite:`mikolov2013distributed`: :eq:`negative-sampling`.

    Parameters
    ----------
    noise
        Probability with which each word is drawn.
    negatives
        Words drawn for each sample.

    Raises
    ------
    ValueError
        If no word is drawn.
    """
    checks.positive("negative_loss", "negatives", negatives)
    inputs, known, outputs = batch
    drawn = draw(key, noise, (len(outputs), negatives))
    return negative_sampling_loss(
        hidden(params, inputs, known), embed(outputs, params.outputs), embed(drawn, params.outputs)
    )


def tree_loss(
    params: Params, batch: Batch, key: Any, nodes: Int[Array, "v l"], turns: Int[Array, "v l"]
) -> Float[Array, ""]:
    """Loss of the hierarchical softmax over a tree's `nodes` and `turns` to each word: :eq:`hierarchical-softmax`."""
    inputs, known, outputs = batch
    return hierarchical_softmax_loss(
        hidden(params, inputs, known), embed(nodes[outputs], params.outputs), turns[outputs]
    )


def draw(key: PRNGKeyArray, noise: Float[Array, " v"], shape: tuple[int, ...]) -> Int[Array, "..."]:
    """Draw words from a distribution, each by a binary search among the sums of the probabilities before it."""
    sums = jnp.cumsum(noise)
    at = jnp.searchsorted(sums, sums[-1] * jr.uniform(key, shape), side="right")
    return jnp.minimum(at, len(noise) - 1).astype("int32")


def similarities(vectors: Float[Array, "v d"], query: Float[Array, " d"]) -> Float[Array, " v"]:
    """Return the cosine of the angle between a query and each vector: equation :eq:`cosine`; 0 with a zero vector."""
    lengths = jnp.linalg.norm(vectors, axis=1) * jnp.linalg.norm(query)
    return vectors @ query / jnp.where(lengths > 0, lengths, 1)


def nearest(
    vectors: Float[Array, "v d"], query: Float[Array, " d"], *, count: int = 5, without: tuple[int, ...] = ()
) -> tuple[Int[Array, " k"], Float[Array, " k"]]:
    """Return the words whose vectors make the smallest angles with a query, and the cosines.

    Parameters
    ----------
    without
        Words that are passed over, such as the query's own.

    Raises
    ------
    ValueError
        If there are not `count` words to return.
    """
    checks.in_range("nearest", "count", count, 1, len(vectors) - len(set(without)))
    cosines = similarities(vectors, query)
    cosines = cosines.at[jnp.array(without, "int32")].set(-jnp.inf)
    order = jnp.argsort(-cosines)[:count]
    return order, cosines[order]


def analogy(vectors: Float[Array, "v d"], a: int, b: int, c: int) -> Float[Array, " d"]:
    """Return what is to `c` as `b` is to `a`, the vector b - a + c of unit vectors: equation :eq:`analogy`."""
    unit = lambda word: vectors[word] / jnp.linalg.norm(vectors[word])
    return unit(b) - unit(a) + unit(c)
