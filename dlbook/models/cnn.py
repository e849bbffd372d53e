"""Convolutional network: stages of convolution, ReLU and max-pooling, then a multilayer perceptron.

Sizes and counts of the book's three networks:

=========================== ============ =========================================== ==========
network                     image        arguments of :func:`init`                   parameters
=========================== ============ =========================================== ==========
LeNet-5, as taught today    28 x 28 x 1  `padding=(2, 0)`                            61,706
its short form              28 x 28 x 1  `hidden=(120,)`                             34,622
for scikit-learn's digits   8 x 8 x 1    `features=(8, 16), kernel=3, padding=1,     1,898
                                         hidden=()`
=========================== ============ =========================================== ==========

The network that was published in 1998 is :mod:`dlbook.models.lenet5`.
"""

from collections.abc import Callable
from itertools import pairwise
from math import prod
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.ops.activations import relu
from dlbook.ops.affine import Affine, affine, affine_relu, affine_relu_backward
from dlbook.ops.batch_norm import (
    BatchNorm,
    Statistics,
    batch_norm,
    batch_norm_backward,
    frozen_batch_norm,
    population_statistics,
)
from dlbook.ops.by_hand import by_hand
from dlbook.ops.conv import Conv, conv2d, conv2d_backward
from dlbook.ops.conv_pool import conv2d_max_pool, conv2d_max_pool_backward
from dlbook.ops.dropout import draw_mask, dropout
from dlbook.ops.geometry import output_size
from dlbook.ops.losses import softmax_cross_entropy
from dlbook.ops.pool import max_pool2d, max_pool2d_backward

Op = tuple[Callable, Callable]  # a function and its backward pass


class Params(NamedTuple):
    """Parameters of a convolutional network.

    Attributes
    ----------
    convs
        One convolution a stage.
    norms
        One batch normalisation a stage, between convolution and ReLU; empty if there is none.
    dense
        The affine maps after the last stage; replace them to transfer the features to another task.
    """

    convs: list[Conv]
    norms: list[BatchNorm]
    dense: list[Affine]


def init(
    key: PRNGKeyArray,
    image: tuple[int, int, int] = (28, 28, 1),
    *,
    features: tuple[int, ...] = (6, 16),
    kernel: int = 5,
    hidden: tuple[int, ...] = (120, 84),
    classes: int = 10,
    padding=0,
    pool: int = 2,
    normalise: bool = False,
) -> Params:
    """Draw normal weights with He's deviation :eq:`he-initialisation`, and zero biases.

    Parameters
    ----------
    image
        Height, width and channels.
    features
        Feature maps of each stage.
    kernel
        Side of all kernels, in pixels.
    hidden
        Units of each hidden layer after the last stage.
    padding
        Border of zeros of each convolution; one number for all stages, or one for each.  Give :func:`apply` the same.
    pool
        Side of the pooling windows.  Give :func:`apply` the same.
    normalise
        Put a batch normalisation into each stage.

    Raises
    ------
    ValueError
        If the image is too small for the stages, or `padding` names another number of them.
    """
    height, width, channels = image
    keys = iter(jr.split(key, len(features) + len(hidden) + 1))
    convs = []
    for n_in, n_out, border in zip((channels, *features[:-1]), features, _each(padding, features), strict=True):
        convs.append(Conv(_he(next(keys), (kernel, kernel, n_in, n_out)), jnp.zeros(n_out)))
        height, width = (output_size(n, kernel, padding=border) // pool for n in (height, width))
    checks.in_range("cnn.init", "pixels left after the last stage", min(height, width), 1, max(image))
    sizes = (height * width * features[-1], *hidden, classes)
    dense = [Affine(_he(next(keys), shape), jnp.zeros(shape[1])) for shape in pairwise(sizes)]
    norms = [BatchNorm(jnp.ones(n), jnp.zeros(n)) for n in features] if normalise else []
    return Params(convs, norms, dense)


def maps(
    params: Params,
    x: Float[Array, "n h w c"],
    *,
    padding=0,
    pool: int = 2,
    conv: Op | None = None,
    statistics: list[Statistics] | None = None,
) -> list[Float[Array, "n _ _ _"]]:
    """Return the pooled feature maps of each stage, first to last: equation :eq:`cnn-stage`.

    Parameters
    ----------
    padding, pool
        As in :func:`init`.
    conv
        The convolution, a pair of forward and backward pass such as `(conv2d_by_library,
        conv2d_by_library_backward)`.  By default convolution and pooling are one op,
        :func:`dlbook.ops.conv_pool.conv2d_max_pool`, which gives the same numbers sooner.
    statistics
        What the batch normalisations use instead of the batch's own mean and variance, from :func:`statistics`.
    """
    outputs = []
    for stage, border in enumerate(_each(padding, params.convs)):
        if params.norms:
            z = by_hand(*(conv or (conv2d, conv2d_backward)), padding=border)(x, *params.convs[stage])
            x = _pooled(_normalised(z, params.norms[stage], statistics and statistics[stage]), pool)
        elif conv:
            x = _pooled(by_hand(*conv, padding=border)(x, *params.convs[stage]), pool)
        else:
            both = by_hand(conv2d_max_pool, conv2d_max_pool_backward, padding=border, pool=pool)
            x = relu(both(x, *params.convs[stage]))
        outputs.append(x)
    return outputs


def features(params: Params, x: Float[Array, "n h w c"], **structure) -> Float[Array, "n d"]:
    """Return the maps of the last stage as one row for each image: what the stages learned to see.

    Parameters
    ----------
    structure
        As for :func:`maps`.
    """
    return maps(params, x, **structure)[-1].reshape(len(x), -1)


def hidden(params: Params, row: Float[Array, "n d"], *, masks=(), rate=None) -> list[Float[Array, "n _"]]:
    """Return what each hidden layer makes of the rows of :func:`features`, a list from first to last.

    Parameters
    ----------
    masks, rate
        Units kept by dropout in each layer and the share dropped; without masks all are kept.
    """
    outputs = []
    for number, layer in enumerate(params.dense[:-1]):
        row = by_hand(affine_relu, affine_relu_backward)(row, *layer)
        row = dropout(row, masks[number], rate=rate) if masks else row
        outputs.append(row)
    return outputs


def apply(params: Params, x: Float[Array, "n h w c"], **structure) -> Float[Array, "n k"]:
    """Return the scores of each image, without dropout.

    Parameters
    ----------
    structure
        As for :func:`maps`.
    """
    row = features(params, x, **structure)
    return affine([row, *hidden(params, row)][-1], *params.dense[-1])


def loss(
    params: Params,
    batch,
    key: PRNGKeyArray | None = None,
    *,
    l1=0.0,
    l2=0.0,
    rate=None,
    head: Callable = softmax_cross_entropy,
    **structure,
) -> Float[Array, ""]:
    """Mean loss of a batch `(x, y)`, plus penalties: equations :eq:`weight-decay` and :eq:`lasso`.

    Parameters
    ----------
    key
        Draws the dropout masks; not used without `rate`.
    l1, l2
        Strength of the penalty on the absolute and on the squared weights; biases go free.  May be traced.
    rate
        Share of the hidden units that dropout silences; may be traced.  None: no dropout.
    head
        Loss of the scores and `y`.
    structure
        As for :func:`maps`.
    """
    x, y = batch
    row = features(params, x, **structure)
    masks = () if rate is None else _masks(key, params, len(x), rate)
    last = [row, *hidden(params, row, masks=masks, rate=rate)][-1]
    weights = [layer[0] for layer in (*params.convs, *params.dense)]
    penalty = sum(l1 * jnp.abs(w).sum() + l2 / 2 * (w**2).sum() for w in weights)
    return head(affine(last, *params.dense[-1]), y) + penalty


def statistics(params: Params, batches: Float[Array, "m n h w c"], *, padding=0, pool: int = 2) -> list[Statistics]:
    """Estimate mean and variance that each batch normalisation meets, after training.

    Parameters
    ----------
    batches
        Training images, one batch in each entry of the first axis.
    """

    def before(x):
        seen = []
        for layer, norm, border in zip(params.convs, params.norms, _each(padding, params.convs), strict=True):
            seen.append(conv2d(x, *layer, padding=border))
            x = _pooled(batch_norm(seen[-1], *norm), pool)
        return seen

    return [population_statistics(z) for z in jax.lax.map(before, batches)]


def accuracy(params: Params, batch, **structure) -> Float[Array, ""]:
    """Share of a batch `(x, labels)` whose highest score is at its label."""
    x, labels = batch
    return (apply(params, x, **structure).argmax(1) == labels).mean()


def count_parameters(params) -> int:
    """Numbers in a tree of parameters, all of which are trained.

    Examples
    --------
    >>> count_parameters(init(jr.key(0), padding=(2, 0)))
    61706
    >>> count_parameters(init(jr.key(0), hidden=(120,)))
    34622
    """
    return sum(a.size for a in jax.tree.leaves(params))


def _pooled(z, pool):
    """ReLU and max-pooling; they exchange, and after pooling there is less to do."""
    return relu(by_hand(max_pool2d, max_pool2d_backward, size=pool)(z))


def _normalised(z, norm, given):
    if given is None:
        return by_hand(batch_norm, batch_norm_backward)(z, *norm)
    return frozen_batch_norm(z, *norm, *given)


def _masks(key, params, n, rate):
    layers = params.dense[:-1]
    return [draw_mask(jr.fold_in(key, i), (n, layer.b.shape[0]), rate) for i, layer in enumerate(layers)]


def _he(key, shape):
    return (2 / prod(shape[:-1])) ** 0.5 * jr.normal(key, shape)


def _each(padding, stages):
    if isinstance(padding, tuple):
        checks.same("cnn", "entries", padding=len(padding), stages=len(stages))
    return padding if isinstance(padding, tuple) else (padding,) * len(stages)
