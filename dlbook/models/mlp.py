"""Multilayer perceptron: affine maps with an activation between them."""

from collections.abc import Callable
from itertools import pairwise

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.ops.activations import relu, relu_backward
from dlbook.ops.affine import Affine, affine, affine_backward
from dlbook.ops.losses import softmax_cross_entropy, softmax_cross_entropy_backward

Params = list[Affine]
Op = tuple[Callable, Callable]  # a function and its backward pass


def init(key: PRNGKeyArray, sizes: tuple[int, ...], *, width=None, scale=None) -> Params:
    """Draw normal weights, by default with He's deviation :eq:`he-initialisation`, and zero biases.

    Parameters
    ----------
    sizes
        Units in each layer, from the inputs to the scores, as in `(64, 32, 10)`.
    width
        Hidden units in use, at most those in `sizes`; it may be traced, so that
        one compiled call can sweep it.  The others get zero weights in and out,
        and gradient descent keeps them so where the activation has f(0) = 0.
    scale
        Standard deviation of the weights, instead of He's sqrt(2 / inputs) :cite:`he2015delving`.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, one is below 1, or `width` is more than a hidden layer has.
    """
    checks.sizes("mlp.init", sizes)
    for size in sizes[1:-1] if width is not None else ():
        checks.in_range("mlp.init", "width", width, 1, size)
    used = [sizes[0]] + [n if width is None else width for n in sizes[1:-1]] + [sizes[-1]]
    keys = jr.split(key, len(sizes) - 1)
    layers = []
    for layer_key, (n_in, n_out), (used_in, used_out) in zip(keys, pairwise(sizes), pairwise(used), strict=True):
        deviation = jnp.sqrt(2 / used_in) if scale is None else scale
        in_use = (jnp.arange(n_in)[:, None] < used_in) & (jnp.arange(n_out) < used_out)
        w = deviation * jr.normal(layer_key, (n_in, n_out))
        layers.append(Affine(w=jnp.where(in_use, w, 0), b=jnp.zeros(n_out)))
    return layers


def hidden(params: Params, x: Float[Array, "n d"], *, activation: Callable = relu) -> list[Float[Array, "n _"]]:
    """Return what each hidden layer puts out, a list from first to last: equation :eq:`mlp-forward`."""
    outputs = []
    for layer in params[:-1]:
        x = activation(affine(x, *layer))
        outputs.append(x)
    return outputs


def apply(params: Params, x: Float[Array, "n d"], *, activation: Callable = relu) -> Float[Array, "n k"]:
    """Return the scores of each row of `x`: equation :eq:`mlp-forward`, without an activation at the end."""
    return affine([x, *hidden(params, x, activation=activation)][-1], *params[-1])


def loss(
    params: Params,
    batch,
    key: PRNGKeyArray | None = None,
    *,
    l2=0.0,
    head: Callable = softmax_cross_entropy,
    activation: Callable = relu,
) -> Float[Array, ""]:
    """Mean loss of a batch `(x, y)`, plus weight decay: equation :eq:`weight-decay`.

    Parameters
    ----------
    key
        Not used: nothing here is random.
    l2
        Strength of the penalty on the squared weights; biases go free.  May be traced.
    head
        Loss of the scores and `y`, such as `squared_error` for regression.
    """
    x, y = batch
    penalty = sum((w**2).sum() for w, _ in params)
    return head(apply(params, x, activation=activation), y) + l2 / 2 * penalty


def backprop(
    params: Params,
    batch,
    *,
    l2=0.0,
    head: Op = (softmax_cross_entropy, softmax_cross_entropy_backward),
    activation: Op = (relu, relu_backward),
) -> tuple[Float[Array, ""], Params]:
    """Return the loss of a batch `(x, y)` and its gradients by back-propagation: equation :eq:`backprop`.

    This is the algorithm that `jax.value_and_grad(loss)` finds by itself, written out
    :cite:`rumelhart1986learning`: a pass forward that keeps every layer's input and pre-activation, then
    one backward that turns the loss's gradient by each pre-activation into that of the layer below.

    Parameters
    ----------
    l2
        Strength of the penalty on the squared weights; biases go free.  May be traced.
    head
        Loss of the scores and `y`, with its backward pass.
    activation
        Activation of the hidden layers, with its backward pass.

    Returns
    -------
    The loss, and a gradient for each parameter, in the form of `params`.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> params = [Affine(jnp.eye(2), jnp.zeros(2))]
    >>> value, ((dw, db),) = backprop(params, (jnp.ones((1, 2)), jnp.array([0])))
    >>> db.tolist()
    [-0.5, 0.5]
    """
    (x, y), (head_forward, head_backward), (_, f_backward) = batch, head, activation
    inputs, pre_activations = _forward(params, x, activation[0])
    scores = pre_activations[-1]
    mean_loss = head_forward(scores, y)
    dz = head_backward(jnp.ones_like(mean_loss), scores, y)[0]
    grads = []
    for layer in reversed(range(len(params))):
        da, dw, db = affine_backward(dz, inputs[layer], *params[layer])
        grads.append(Affine(dw + l2 * params[layer].w, db))
        if layer > 0:
            (dz,) = f_backward(da, pre_activations[layer - 1])
    penalty = sum((w**2).sum() for w, _ in params)
    return mean_loss + l2 / 2 * penalty, grads[::-1]


def _forward(params, x, f):
    """The input of each layer and its pre-activation, first to last: all that the backward pass needs."""
    inputs, pre_activations = [], []
    for layer in params:
        inputs.append(x)
        pre_activations.append(affine(x, *layer))
        x = f(pre_activations[-1])  # not used after the last layer, whose pre-activations are the scores
    return inputs, pre_activations


def accuracy(params: Params, batch, *, activation: Callable = relu) -> Float[Array, ""]:
    """Share of a batch `(x, labels)` whose highest score is at its label."""
    x, labels = batch
    return (apply(params, x, activation=activation).argmax(1) == labels).mean()


def count_parameters(sizes: tuple[int, ...]) -> int:
    """Weights and biases of a network with these layer sizes: equation :eq:`parameter-count`.

    Examples
    --------
    >>> count_parameters((64, 32, 10))
    2410
    """
    checks.sizes("mlp.count_parameters", sizes)
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
