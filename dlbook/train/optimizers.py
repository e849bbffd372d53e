"""Update rules of the book, in Optax's protocol: each can be swapped for Optax's own.

`optimizer.init(params)` gives a state; `optimizer.update(grads, state, params)`
gives the step to add to the parameters, and the next state.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.tree import map as tree_map

from dlbook import checks


class Optimizer(NamedTuple):
    """The two functions of an update rule."""

    init: Callable
    update: Callable


def sgd(learning_rate) -> Optimizer:
    """Gradient descent: equation :eq:`gradient-descent`."""

    def update(grads, state, params=None):
        return tree_map(lambda g: -learning_rate * g, grads), state

    return Optimizer(lambda params: (), update)


def momentum(learning_rate, beta=0.9) -> Optimizer:
    """Heavy-ball momentum :cite:`polyak1964some`, the velocity a decaying sum of gradients: equation :eq:`momentum`."""

    def update(grads, velocity, params=None):
        velocity = tree_map(lambda v, g: beta * v + g, velocity, grads)
        return tree_map(lambda v: -learning_rate * v, velocity), velocity

    return Optimizer(lambda params: tree_map(jnp.zeros_like, params), update)


class AdamState(NamedTuple):
    """Steps taken, and running means of the gradient and of its square."""

    step: jax.Array
    mean: Any
    square: Any


def adam(learning_rate, b1=0.9, b2=0.999, eps=1e-8) -> Optimizer:
    """Adam :cite:`kingma2015adam`, steps scaled by the gradient's running moments: equation :eq:`adam`."""

    def init(params):
        zeros = tree_map(jnp.zeros_like, params)
        return AdamState(jnp.zeros((), "int32"), zeros, zeros)

    def update(grads, state, params=None):
        step = state.step + 1
        mean = tree_map(lambda m, g: b1 * m + (1 - b1) * g, state.mean, grads)
        square = tree_map(lambda v, g: b2 * v + (1 - b2) * g * g, state.square, grads)
        fix1, fix2 = 1 - b1**step, 1 - b2**step  # both moments start at zero: undo that bias
        steps = tree_map(lambda m, v: -learning_rate * (m / fix1) / (jnp.sqrt(v / fix2) + eps), mean, square)
        return steps, AdamState(step, mean, square)

    return Optimizer(init, update)


def global_norm(grads) -> jax.Array:
    """Return the length of the gradient, all parameters taken as one vector."""
    return jnp.sqrt(sum((g**2).sum() for g in jax.tree.leaves(grads)))


def clip_by_global_norm(grads, largest):
    """Shorten the gradient to the length `largest` where it is longer, direction kept: equation :eq:`clipping`.

    This is what :cite:t:`pascanu2013difficulty` do against gradients that explode.  `largest` may be traced.
    """
    norm = global_norm(grads)
    factor = jnp.where(norm > largest, largest / jnp.where(norm > 0, norm, 1), 1)
    return tree_map(lambda g: g * factor.astype(g.dtype), grads)


@cache
def clipped(optimizer: Callable, largest) -> Callable:
    """Return `optimizer` with its gradients clipped first, for `fit(..., optimizer=clipped(adam, 1.0))`.

    The same arguments give the same function, so that nothing is compiled again.

    Raises
    ------
    ValueError
        If `largest` is not a number above 0.
    """
    checks.positive("clipped", "largest", largest)

    def make(learning_rate) -> Optimizer:
        init, update = optimizer(learning_rate)
        return Optimizer(
            init, lambda grads, state, params=None: update(clip_by_global_norm(grads, largest), state, params)
        )

    return make


@cache
def weight_clipped(optimizer: Callable, largest) -> Callable:
    """Return `optimizer` with the weights kept between -`largest` and `largest`: equation :eq:`weight-clipping`.

    So :cite:t:`arjovsky2017wasserstein` hold their critic to a Lipschitz condition.  The same arguments give the
    same function, so that nothing is compiled again.

    Raises
    ------
    ValueError
        If `largest` is not a number above 0.
    """
    checks.positive("weight_clipped", "largest", largest)

    def make(learning_rate) -> Optimizer:
        init, update = optimizer(learning_rate)

        def bounded(grads, state, params):
            steps, state = update(grads, state, params)
            return tree_map(lambda p, s: jnp.clip(p + s, -largest, largest) - p, params, steps), state

        return Optimizer(init, bounded)

    return make
