"""Word vectors by negative sampling in the form that trains fast: blocks of consecutive words, as matrix products.

One pair at a time, an update moves a handful of rows by a few products of vectors, and memory waits.  Here the words of
a block share the drawn words that they are told from, so that matrices are multiplied: the scores of the block's words
against all that may be right and all drawn, and the gradients by both sides.  The models are skip-gram and CBOW, as in
`dlbook.models.word2vec`, with the same loss in expectation.
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
MODELS = "skip-gram", "cbow"


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
    model: str = "skip-gram",
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
    model
        "skip-gram": each word predicts its neighbours one by one; "cbow": the mean of its neighbours predicts it.
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
        If a token is no word of the vocabulary, sizes differ, a number makes no sense, or there is no such model.
    """
    checks.one_of("word_blocks.fit", "model", model, MODELS)
    checks.same("word_blocks.fit", "words", tokens=len(text.tokens), sentences=len(text.sentences))
    checks.labels("word_blocks.fit", text.tokens, len(params.words), name="tokens")
    checks.same("word_blocks.fit", "words", params=len(params.words), noise=len(noise))
    checks.same("word_blocks.fit", "words", params=len(params.words), keep=len(keep))
    checks.positive("word_blocks.fit", "learning_rate", learning_rate)
    checks.in_range("word_blocks.fit", "window", window, 1, jnp.inf)
    checks.in_range("word_blocks.fit", "epochs", epochs, 1, jnp.inf)
    checks.in_range("word_blocks.fit", "blocks", blocks, 1, jnp.inf)
    return _fit(params, text, noise, keep, key, model, learning_rate, last_rate, epochs, window, negatives, blocks)


@partial(jax.jit, static_argnames=("model", "window", "blocks"))
def _fit(params, text, noise, keep, key, model, learning_rate, last_rate, epochs, window, negatives, blocks):
    size = BLOCK * blocks

    def epoch(number, params):
        key_keep, key_steps = jr.split(jr.fold_in(key, number))
        kept, count = _thinned(text, jr.uniform(key_keep, text.tokens.shape) < keep[text.tokens], window, size)
        updates = (count - 1) // size + 1

        def update(step, params):
            done = (number + step / updates) / epochs
            rate = learning_rate + (last_rate - learning_rate) * done
            part = jax.tree.map(lambda a: lax.dynamic_slice(a, (step * size,), (size + 2 * window,)), kept)
            return _update(params, part, noise, jr.fold_in(key_steps, step), model, rate, window, negatives)

        return lax.fori_loop(0, updates, update, params)

    return lax.fori_loop(0, epochs, epoch, params)


def _thinned(text, stays, window, size):
    """The words that stay, moved together; before and behind them is room that belongs to no sentence."""
    room = len(stays) + size + 2 * window
    place = jnp.where(stays, window + jnp.cumsum(stays) - 1, room)
    move = lambda a, rest: jnp.full(room, rest, a.dtype).at[place].set(a, mode="drop")
    return Text(move(text.tokens, 0), move(text.sentences, -1)), stays.sum()


def _update(params, text, noise, key, model, rate, window, negatives):
    """One step from blocks that follow each other, with `window` words more at either end."""
    key_window, key_drawn = jr.split(key)
    starts = jnp.arange(0, len(text.tokens) - 2 * window, BLOCK)[:, None]
    middle, around = starts + window + jnp.arange(BLOCK), starts + jnp.arange(BLOCK + 2 * window)
    sentence = text.sentences[middle][:, :, None]
    distance = jnp.abs(middle[:, :, None] - around[:, None])
    reach = jr.randint(key_window, sentence.shape, 1, window + 1)
    near = (distance > 0) & (distance <= reach)
    pairs = (near & (sentence >= 0) & (sentence == text.sentences[around][:, None])).astype(params.words.dtype)

    drawn = draw(key_drawn, noise, (len(middle), SHARED))
    if model == "skip-gram":
        inputs, answers, right = text.tokens[middle], text.tokens[around], pairs
        x, to_inputs = params.words[inputs], lambda dx: dx
    else:
        count = pairs.sum(2, keepdims=True)
        inputs, answers, right = text.tokens[around], text.tokens[middle], jnp.eye(BLOCK) * (count > 0)
        mean = pairs / jnp.maximum(count, 1)
        x, to_inputs = mean @ params.words[inputs], lambda dx: mean.swapaxes(1, 2) @ dx

    told_from = jnp.concatenate([answers, drawn], axis=1)
    y, target = params.outputs[told_from], jnp.arange(told_from.shape[1]) < answers.shape[1]
    wrong = jnp.broadcast_to(negatives / SHARED * right.sum(2, keepdims=True), (*middle.shape, SHARED))
    signal = jnp.concatenate([right, wrong], axis=2) * (sigmoid(jnp.einsum("bid,bkd->bik", x, y)) - target)
    dx, dy = jnp.einsum("bik,bkd->bid", signal, y), jnp.einsum("bik,bid->bkd", signal, x)
    words = params.words.at[inputs].add(-rate * to_inputs(dx))
    return Params(words, params.outputs.at[told_from].add(-rate * dy))
