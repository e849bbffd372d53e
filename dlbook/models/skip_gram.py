"""Skip-gram with negative sampling in the form that trains fast: blocks of consecutive words, as matrix products.

One pair at a time, an update moves a handful of rows by a few products of vectors, and memory waits.  Here the words of
a block share the drawn words that their neighbours are told from, so that matrices are multiplied: scores of the
block's words against all within reach, scores against the drawn words, and the gradients of both.  The
model is that of `dlbook.models.word2vec`, its loss the same in expectation.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks
from dlbook.models.word2vec import Params, draw
from dlbook.ops.activations import sigmoid

BLOCK, SHARED = 28, 26  # words of a block, and words drawn for it


class Text(NamedTuple):
    """Words in a row, and the number of the sentence of each; windows do not reach into another sentence."""

    tokens: Int[Array, " t"]
    sentences: Int[Array, " t"]


def fit(
    params: Params,
    text: Text,
    noise: Float[Array, " v"],
    keep: Float[Array, " v"],
    *,
    key: PRNGKeyArray,
    learning_rate=0.025,
    last_rate=1e-4,
    epochs: int = 5,
    window: int = 5,
    negatives=5,
    blocks: int = 24,
) -> Params:
    """Train word vectors by stochastic gradient descent, at a rate that falls in a straight line.

    Parameters
    ----------
    noise
        Probability with which each word is drawn as a negative.
    keep
        Probability with which each word stays in the text, drawn anew each epoch.
    learning_rate, last_rate
        Rate at the beginning and at the end, of the sum of all pairs' gradients.
    window
        Largest distance of two words that predict each other; each word draws its own, from 1 to this.
    negatives
        Words that a pair is told from, on average.
    blocks
        Blocks of 28 words that make one update, all from the same parameters; a small vocabulary, whose words stand
        in it many times, needs few.

    Raises
    ------
    ValueError
        If a token is no word of the vocabulary, sizes differ, or a number makes no sense.
    """
    checks.same("skip_gram.fit", "words", tokens=len(text.tokens), sentences=len(text.sentences))
    checks.labels("skip_gram.fit", text.tokens, len(params.words), name="tokens")
    checks.same("skip_gram.fit", "words", params=len(params.words), noise=len(noise))
    checks.same("skip_gram.fit", "words", params=len(params.words), keep=len(keep))
    checks.positive("skip_gram.fit", "learning_rate", learning_rate)
    checks.in_range("skip_gram.fit", "window", window, 1, jnp.inf)
    checks.in_range("skip_gram.fit", "epochs", epochs, 1, jnp.inf)
    checks.in_range("skip_gram.fit", "blocks", blocks, 1, jnp.inf)
    return _fit(params, text, noise, keep, key, learning_rate, last_rate, epochs, window, negatives, blocks)


@partial(jax.jit, static_argnames=("window", "blocks"))
def _fit(params, text, noise, keep, key, learning_rate, last_rate, epochs, window, negatives, blocks):
    size = BLOCK * blocks

    def epoch(number, params):
        key_keep, key_steps = jr.split(jr.fold_in(key, number))
        kept, count = _thinned(text, jr.uniform(key_keep, text.tokens.shape) < keep[text.tokens], window, size)
        updates = (count - 1) // size + 1

        def update(step, params):
            done = (number + step / updates) / epochs
            rate = learning_rate + (last_rate - learning_rate) * done
            part = jax.tree.map(lambda a: lax.dynamic_slice(a, (step * size,), (size + 2 * window,)), kept)
            return _update(params, part, noise, jr.fold_in(key_steps, step), rate, window, negatives)

        return lax.fori_loop(0, updates, update, params)

    return lax.fori_loop(0, epochs, epoch, params)


def _thinned(text, stays, window, size):
    """The words that stay, moved together; before and behind them is room that belongs to no sentence."""
    room = len(stays) + size + 2 * window
    place = jnp.where(stays, window + jnp.cumsum(stays) - 1, room)
    move = lambda a, rest: jnp.full(room, rest, a.dtype).at[place].set(a, mode="drop")
    return Text(move(text.tokens, 0), move(text.sentences, -1)), stays.sum()


def _update(params, text, noise, key, rate, window, negatives):
    """One step from blocks that follow each other, with `window` words more at either end."""
    key_window, key_drawn = jr.split(key)
    starts = jnp.arange(0, len(text.tokens) - 2 * window, BLOCK)[:, None]
    middle, around = starts + window + jnp.arange(BLOCK), starts + jnp.arange(BLOCK + 2 * window)
    sentence = text.sentences[middle][:, :, None]
    distance = jnp.abs(middle[:, :, None] - around[:, None])
    reach = jr.randint(key_window, sentence.shape, 1, window + 1)
    near = (distance > 0) & (distance <= reach)
    pairs = (near & (sentence >= 0) & (sentence == text.sentences[around][:, None])).astype(params.words.dtype)

    words, others = text.tokens[middle], text.tokens[around]
    drawn = draw(key_drawn, noise, (len(words), SHARED))
    x, y, z = params.words[words], params.outputs[others], params.outputs[drawn]
    right = pairs * (sigmoid(jnp.einsum("bid,bjd->bij", x, y)) - 1)
    share = negatives / SHARED * pairs.sum(2, keepdims=True)
    wrong = share * sigmoid(jnp.einsum("bid,bkd->bik", x, z))
    dx = jnp.einsum("bij,bjd->bid", right, y) + jnp.einsum("bik,bkd->bid", wrong, z)
    dy = jnp.einsum("bij,bid->bjd", right, x)
    dz = jnp.einsum("bik,bid->bkd", wrong, x)
    outputs = params.outputs.at[others].add(-rate * dy).at[drawn].add(-rate * dz)
    return Params(params.words.at[words].add(-rate * dx), outputs)
