"""From sentences to what word vectors learn from: words with the words round them.

Sentences are joined to one row of tokens, with the number of its sentence beside each, so that no window
reaches into another sentence.
"""

from typing import NamedTuple

import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from dlbook import checks


class Contexts(NamedTuple):
    """Words and their neighbours.

    Attributes
    ----------
    words
        The word in the middle of each window.
    around
        The words before and after it, 0 where there is none.
    known
        Where there is one.
    """

    words: Int[Array, " n"]
    around: Int[Array, "n c"]
    known: Bool[Array, "n c"]


def joined(sentences: list[list[int]]) -> tuple[Int[Array, " n"], Int[Array, " n"]]:
    """Return the words of all sentences in one row, and beside each the number of its sentence.

    Examples
    --------
    >>> tokens, of = joined([[7, 8], [], [9]])
    >>> tokens.tolist(), of.tolist()
    ([7, 8, 9], [0, 0, 2])
    """
    tokens = np.array([token for sentence in sentences for token in sentence], "int32")
    of = np.repeat(np.arange(len(sentences), dtype="int32"), list(map(len, sentences)))
    return jnp.asarray(tokens), jnp.asarray(of)


def contexts(sentences: list[list[int]], *, window: int = 5) -> Contexts:
    """Return each word with up to `window` words on either side, within its sentence.

    Raises
    ------
    ValueError
        If the window is below 1, or there is no word.

    Examples
    --------
    >>> found = contexts([[7, 8, 9]], window=1)
    >>> found.around.tolist(), found.known.tolist()
    ([[0, 8], [7, 9], [8, 0]], [[False, True], [True, True], [True, False]])
    """
    checks.positive("contexts", "window", window)
    tokens, of = map(np.asarray, joined(sentences))
    if not len(tokens):
        raise ValueError("contexts: there must be at least one word, got none.")
    shifts = [shift for shift in range(-window, window + 1) if shift]
    places = np.arange(len(tokens))[:, None] + shifts
    inside = places.clip(0, len(tokens) - 1)
    known = (places == inside) & (of[inside] == of[:, None])
    return Contexts(jnp.asarray(tokens), jnp.asarray(np.where(known, tokens[inside], 0)), jnp.asarray(known))


def pairs(found: Contexts) -> tuple[Int[Array, " p"], Int[Array, " p"]]:
    """Return every word with every neighbour: what skip-gram predicts from, and what."""
    row, column = np.nonzero(np.asarray(found.known))
    return found.words[row], found.around[row, column]


def keep_probability(counts, *, threshold: float = 1e-3) -> Float[Array, " v"]:
    r"""Probability with which a word of each kind stays in the text: equation :eq:`subsampling-words`.

    Parameters
    ----------
    counts
        How often each word stands in the text.
    threshold
        Words with a larger share of the text than this are thinned out :cite:`mikolov2013distributed`.

    Raises
    ------
    ValueError
        If the threshold is not above 0.

    Notes
    -----
    .. math:: \min\Big(1, \sqrt{t / f}\Big), \qquad f \text{ the word's share of the text}
    """
    checks.positive("keep_probability", "threshold", threshold)
    share = jnp.asarray(counts, "float32") / sum(counts)
    return jnp.minimum(1.0, jnp.sqrt(threshold / jnp.maximum(share, 1e-12)))


def subsample(key: PRNGKeyArray, sentences: list[list[int]], counts, *, threshold: float = 1e-3) -> list[list[int]]:
    """Leave out frequent words at random, each by itself; sentences that are left without a word stay, empty."""
    chance = np.asarray(keep_probability(counts, threshold=threshold))
    tokens = np.asarray(joined(sentences)[0])
    stays = np.asarray(jr.uniform(key, tokens.shape)) < chance[tokens]
    ends = np.cumsum(list(map(len, sentences)))[:-1]
    return [part[kept].tolist() for part, kept in zip(np.split(tokens, ends), np.split(stays, ends), strict=True)]


def noise(counts, *, power: float = 0.75) -> Float[Array, " v"]:
    """Return the distribution that negatives are drawn from, shares of the text raised to a power: :eq:`noise`."""
    raised = jnp.asarray(counts, "float32") ** power
    return raised / raised.sum()
