r"""Activation functions, applied to each number (maxout and softmax: to each row), and their backward passes.

At a kink the slope is the one from the left, so that ReLU has slope 0 at 0: the indicator of x > 0.
"""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float


def step(x: Float[Array, "*s"]) -> Float[Array, "*s"]:
    """Return 1 where `x` is 0 or more, else 0: equation :eq:`step`."""
    return jnp.where(x >= 0, 1, 0).astype(x.dtype)


def step_backward(dy: Float[Array, "*s"], x: Float[Array, "*s"]) -> tuple[Float[Array, "*s"]]:
    """Zero everywhere: a threshold passes no gradient, which is why networks gave it up."""
    return (jnp.zeros_like(x),)


def sigmoid(x: Float[Array, "*s"]) -> Float[Array, "*s"]:
    """Return 1 / (1 + exp(-x)), between 0 and 1: equation :eq:`sigmoid`."""
    return lax.logistic(x)


def sigmoid_backward(dy: Float[Array, "*s"], x: Float[Array, "*s"]) -> tuple[Float[Array, "*s"]]:
    """`dy` times y (1 - y), at most a quarter of it: equation :eq:`sigmoid-backward`."""
    y = sigmoid(x)
    return (dy * y * (1 - y),)


def tanh(x: Float[Array, "*s"]) -> Float[Array, "*s"]:
    """Return the hyperbolic tangent, between -1 and 1, which is 2 sigmoid(2 x) - 1: equation :eq:`tanh`."""
    return jnp.tanh(x)


def tanh_backward(dy: Float[Array, "*s"], x: Float[Array, "*s"]) -> tuple[Float[Array, "*s"]]:
    """`dy` times 1 - y²: equation :eq:`tanh-backward`."""
    return (dy * (1 - tanh(x) ** 2),)


def relu(x: Float[Array, "*s"]) -> Float[Array, "*s"]:
    """Return the larger of `x` and 0: equation :eq:`relu`."""
    return jnp.where(x > 0, x, 0)


def relu_backward(dy: Float[Array, "*s"], x: Float[Array, "*s"]) -> tuple[Float[Array, "*s"]]:
    """`dy` where `x` is above 0, else 0: equation :eq:`relu-backward`."""
    return (jnp.where(x > 0, dy, 0),)


def leaky_relu(x: Float[Array, "*s"], *, slope: float = 0.01) -> Float[Array, "*s"]:
    """Return `x` above 0 and `slope` times `x` below :cite:`maas2013rectifier`: equation :eq:`leaky-relu`."""
    return jnp.where(x > 0, x, slope * x)


def leaky_relu_backward(
    dy: Float[Array, "*s"], x: Float[Array, "*s"], *, slope: float = 0.01
) -> tuple[Float[Array, "*s"]]:
    """`dy` above 0 and `slope` times `dy` below."""
    return (jnp.where(x > 0, dy, slope * dy),)


def elu(x: Float[Array, "*s"], *, alpha: float = 1.0) -> Float[Array, "*s"]:
    """Return `x` above 0 and alpha (exp(x) - 1) below :cite:`clevert2016fast`: equation :eq:`elu`."""
    return jnp.where(x > 0, x, alpha * jnp.expm1(_below_zero(x)))


def elu_backward(dy: Float[Array, "*s"], x: Float[Array, "*s"], *, alpha: float = 1.0) -> tuple[Float[Array, "*s"]]:
    """`dy` above 0 and alpha exp(x) `dy` below."""
    return (jnp.where(x > 0, dy, alpha * jnp.exp(_below_zero(x)) * dy),)


def maxout(x: Float[Array, "*s p"]) -> Float[Array, "*s"]:
    """Return the largest of the `p` pieces of each unit :cite:`goodfellow2013maxout`: equation :eq:`maxout`."""
    return x.max(-1)


def maxout_backward(dy: Float[Array, "*s"], x: Float[Array, "*s p"]) -> tuple[Float[Array, "*s p"]]:
    """`dy` to the largest piece; in a tie, equal shares, as `jax.numpy.max` has it."""
    y = maxout(x)
    largest = x == y[..., None]
    share, rest = dy / largest.sum(-1).astype(x.dtype), jnp.where(jnp.isnan(y), y, 0)
    return (jnp.where(largest, share[..., None], rest[..., None]),)


def softmax(scores: Float[Array, "*s k"]) -> Float[Array, "*s k"]:
    """Return exp(scores) divided by its sum, a probability for each class: equation :eq:`softmax`.

    The largest score is taken off first, which changes nothing but keeps exp from overflowing.
    """
    e = jnp.exp(scores - lax.stop_gradient(scores.max(-1, keepdims=True)))
    return e / e.sum(-1, keepdims=True)


def softmax_backward(dy: Float[Array, "*s k"], scores: Float[Array, "*s k"]) -> tuple[Float[Array, "*s k"]]:
    """p (dy - dy·p): the row `dy` times the Jacobian of equation :eq:`softmax-jacobian`."""
    p = softmax(scores)
    return (p * (dy - (dy * p).sum(-1, keepdims=True)),)


def _below_zero(x):
    return jnp.where(x > 0, 0, x)  # exp must not overflow in the branch that is thrown away
