"""Localiser: a convolutional network that says what an image shows and where, by a class and a box.

Its parameters are those of :mod:`dlbook.models.cnn`; the last layer has one column for each class, then four for
the box: top, left, bottom and right.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.models import cnn
from dlbook.ops.by_hand import by_hand
from dlbook.ops.losses import (
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    squared_error,
    squared_error_backward,
)


def init(
    key: PRNGKeyArray,
    image: tuple[int, int, int] = (16, 16, 1),
    *,
    kinds: int = 3,
    features: tuple[int, ...] = (8, 16),
    hidden: tuple[int, ...] = (32,),
    kernel: int = 3,
) -> cnn.Params:
    """Draw the parameters as :func:`dlbook.models.cnn.init` does.

    Parameters
    ----------
    kinds
        Classes.
    image, features, hidden, kernel
        As there.

    Raises
    ------
    ValueError
        If there is no class, or the image is too small for the stages.
    """
    checks.positive("localiser.init", "kinds", kinds)
    return cnn.init(key, image, features=features, kernel=kernel, hidden=hidden, classes=kinds + 4, padding=kernel // 2)


def apply(params: cnn.Params, x: Float[Array, "n h w c"]) -> tuple[Float[Array, "n k"], Float[Array, "n 4"]]:
    """Return the scores of the classes, and the box: equation :eq:`localiser`."""
    return _heads(cnn.apply(params, x, padding=_border(params)))


def loss(params: cnn.Params, batch, key: PRNGKeyArray | None = None, *, weight=20.0) -> Float[Array, ""]:
    """Cross-entropy of the class plus squared error of the box: equation :eq:`localiser-loss`.

    Parameters
    ----------
    batch
        Images, then a pair of labels and boxes.
    key
        Not used: nothing here is random.
    weight
        What the error of the box counts; may be traced.
    """
    x, (labels, boxes) = batch
    scores, found = apply(params, x)
    what = by_hand(softmax_cross_entropy, softmax_cross_entropy_backward)(scores, labels)
    return what + weight * by_hand(squared_error, squared_error_backward)(found, boxes)


def accuracy(params: cnn.Params, batch) -> Float[Array, ""]:
    """Share of a batch `(x, (labels, boxes))` whose highest score is at its label."""
    x, (labels, _) = batch
    return (apply(params, x)[0].argmax(1) == labels).mean()


def iou(a: Float[Array, "*n 4"], b: Float[Array, "*n 4"]) -> Float[Array, "*n"]:
    """Intersection over union of boxes, 1 for equal ones and 0 for those apart: equation :eq:`iou`.

    Boxes whose bottom lies above their top, or right left of their left, have no area.

    Examples
    --------
    >>> float(iou(jnp.array([0.0, 0.0, 2.0, 2.0]), jnp.array([0.0, 1.0, 2.0, 3.0])))
    0.3333333432674408
    """
    common = _area(jnp.concatenate([jnp.maximum(a, b)[..., :2], jnp.minimum(a, b)[..., 2:]], -1))
    union = _area(a) + _area(b) - common
    return jnp.where(union > 0, common / jnp.where(union > 0, union, 1), 0)


def _area(box):
    sides = jnp.maximum(box[..., 2:] - box[..., :2], 0)
    return sides[..., 0] * sides[..., 1]


def _heads(outputs):
    return outputs[:, :-4], outputs[:, -4:]


def _border(params):
    return params.convs[0].kernel.shape[0] // 2
