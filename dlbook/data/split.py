"""Three disjoint parts of a data set: to learn from, to choose by, and to judge with once."""

from typing import NamedTuple

import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, PRNGKeyArray, Shaped

from dlbook import checks

Batch = tuple[Shaped[Array, "n ..."], Shaped[Array, " n"]]


class Split(NamedTuple):
    """Three disjoint parts of a data set, each a pair `(x, labels)`.

    Attributes
    ----------
    train
        The samples that gradients are taken of.
    valid
        Held back to choose by: learning rate, width, when to stop.
    test
        Held back until every choice is made, then looked at once.
    """

    train: Batch
    valid: Batch
    test: Batch


def split(x: Shaped[Array, "m ..."], y: Shaped[Array, " n"], key: PRNGKeyArray, *, valid: int, test: int) -> Split:
    """Shuffle the samples and cut them in three, each part with the same mix of `y`.

    Parameters
    ----------
    x
        One sample in each entry of its first axis.
    y
        The label of each sample, or the number to be predicted.
    valid, test
        Samples in these two parts; all others go to `train`.

    Raises
    ------
    ValueError
        If `x` and `y` differ in length, or no sample is left for training.

    Notes
    -----
    The shuffled samples are sorted by `y`, and those held back are taken at
    equal steps along that order.  So each class comes with its share, to within
    a sample or two.  Each part is then shuffled again.

    Examples
    --------
    >>> x, y = jnp.arange(10.0), jnp.arange(10) % 2
    >>> [part[1].tolist().count(0) for part in split(x, y, jr.key(0), valid=2, test=2)]
    [3, 1, 1]
    """
    checks.same("split", "samples", x=len(x), y=len(y))
    if min(valid, test) < 0 or valid + test >= len(y):
        raise ValueError(
            f"split: valid and test must not be negative and leave some of the {len(y)} samples for training, "
            f"got {valid} and {test}."
        )
    key_order, *key_parts = jr.split(key, 4)
    order = jr.permutation(key_order, len(y))
    train, held = _draw_evenly(order[jnp.argsort(y[order])], valid + test)
    parts = train, *_draw_evenly(held, test)
    parts = [jr.permutation(key_part, rows) for key_part, rows in zip(key_parts, parts, strict=True)]
    return Split(*((x[rows], y[rows]) for rows in parts))


def _draw_evenly(rows, count):
    """Take `count` entries at equal steps; return the others and those taken, both in order."""
    taken = (2 * np.arange(count) + 1) * len(rows) // (2 * max(count, 1))
    return rows[np.setdiff1d(np.arange(len(rows)), taken)], rows[taken]
