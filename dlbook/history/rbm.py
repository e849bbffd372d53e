"""Restricted Boltzmann machine :cite:`smolensky1986information,hinton2002training`: binary units in two layers.

Every state has an energy, low energy is high probability, and learning lowers the energy of
the data.  Visible units carry the data, hidden units explain it; no two units of one layer are
connected, so that each layer, given the other, is drawn at one stroke.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jax import lax
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.ops.activations import sigmoid

ENUMERABLE = 20  # hidden units; a million states


class RBM(NamedTuple):
    """Weights between the layers, biases of the visible and of the hidden units."""

    w: Float[Array, "d h"]
    b: Float[Array, " d"]
    c: Float[Array, " h"]


def init(key: PRNGKeyArray, visible: int, hidden: int, *, scale=0.1) -> RBM:
    """Draw small normal weights with deviation `scale`; biases start at zero.

    Raises
    ------
    ValueError
        If a layer has no unit.
    """
    checks.sizes("rbm.init", (visible, hidden))
    return RBM(scale * jr.normal(key, (visible, hidden)), jnp.zeros(visible), jnp.zeros(hidden))


def energy(params: RBM, v: Float[Array, "n d"], h: Float[Array, "n h"]) -> Float[Array, " n"]:
    """Return the energy of each pair of states, one a row: equation :eq:`rbm-energy`."""
    return -((v @ params.w) * h).sum(1) - v @ params.b - h @ params.c


def free_energy(params: RBM, v: Float[Array, "n d"]) -> Float[Array, " n"]:
    """Return -log of the sum of exp(-energy) over all hidden states: equation :eq:`free-energy`."""
    return -v @ params.b - jnp.logaddexp(v @ params.w + params.c, 0.0).sum(1)


def hidden(params: RBM, v: Float[Array, "n d"], temperature=1.0) -> Float[Array, "n h"]:
    """Return the probability that each hidden unit is 1, given the visible ones: :eq:`rbm-conditionals`."""
    return sigmoid((v @ params.w + params.c) / temperature)


def visible(params: RBM, h: Float[Array, "n h"], temperature=1.0) -> Float[Array, "n d"]:
    """Return the probability that each visible unit is 1, given the hidden ones: :eq:`rbm-conditionals`."""
    return sigmoid((h @ params.w.T + params.b) / temperature)


def log_partition(params: RBM) -> Float[Array, ""]:
    """Return log Z by going through all states of the hidden layer, of at most twenty units.

    Raises
    ------
    ValueError
        If there are more hidden units.
    """
    units = len(params.c)
    checks.in_range("rbm.log_partition", "hidden units", units, 1, ENUMERABLE)
    states = ((jnp.arange(2**units)[:, None] >> jnp.arange(units)) & 1).astype(params.c.dtype)
    summed = jnp.logaddexp(states @ params.w.T + params.b, 0.0).sum(1) + states @ params.c
    return summed.max() + jnp.log(jnp.exp(summed - summed.max()).sum())


def log_likelihood(params: RBM, v: Float[Array, "n d"]) -> Float[Array, " n"]:
    """Return log p(v) of each row, in nats, with the exact partition function."""
    return -free_energy(params, v) - log_partition(params)


def gibbs(key: PRNGKeyArray, params: RBM, v: Float[Array, "n d"], temperature=1.0) -> Float[Array, "n d"]:
    """Draw the hidden layer given the visible one, then the visible layer given the hidden one."""
    key_hidden, key_visible = jr.split(key)
    h = _draw(key_hidden, hidden(params, v, temperature))
    return _draw(key_visible, visible(params, h, temperature))


def sample(key: PRNGKeyArray, params: RBM, v: Float[Array, "n d"], *, steps, temperature=1.0) -> Float[Array, "n d"]:
    """Run one Gibbs chain from each row of `v`; `steps` and `temperature` may be traced."""
    return lax.fori_loop(0, steps, lambda t, v: gibbs(jr.fold_in(key, t), params, v, temperature), v)


def statistics(params: RBM, v: Float[Array, "n d"]) -> RBM:
    """Return the slopes of minus the mean free energy by the parameters: both phases of :eq:`rbm-gradient`."""
    h = hidden(params, v)
    return RBM(v.T @ h / len(v), v.mean(0), h.mean(0))


def step(params: RBM, x: Float[Array, "n d"], *, key: PRNGKeyArray, rate, k=1) -> tuple[RBM, Float[Array, ""]]:
    """One step of CD-k on a batch, :eq:`contrastive-divergence`; return the reconstruction error too.

    Parameters
    ----------
    x
        Zeros and ones, or numbers between them that stand for probabilities.
    rate
        Learning rate; it may be traced.
    k
        Gibbs steps from the data to the negative samples; it may be traced.
    """
    data, model = statistics(params, x), statistics(params, sample(key, params, x, steps=k))
    error = ((x - visible(params, hidden(params, x))) ** 2).mean()
    return jax.tree.map(lambda p, d, m: p + rate * (d - m), params, data, model), error


def fit(
    params: RBM, x: Float[Array, "n d"], *, key: PRNGKeyArray, epochs: int = 10, batch_size: int = 20, rate=0.1, k=1
) -> tuple[RBM, Float[Array, " epochs"]]:
    """Train by CD-k on shuffled minibatches; return the reconstruction error of each epoch.

    Raises
    ------
    ValueError
        If the samples have not one feature for each visible unit, no batch fits, or the rate is not above 0.
    """
    checks.same("rbm.fit", "visible units", x=x.shape[1], w=params.w.shape[0])
    checks.in_range("rbm.fit", "batch_size", batch_size, 1, len(x))
    checks.positive("rbm.fit", "rate", rate)
    return _fit(params, x, key, epochs, batch_size, rate, k)


@partial(jax.jit, static_argnums=(3, 4))
def _fit(params, x, key, epochs, batch_size, rate, k):
    batches = len(x) // batch_size

    def epoch(params, number):
        key_order, key_steps = jr.split(jr.fold_in(key, number))

        def batch(params, inputs):
            number, rows = inputs
            return step(params, x[rows], key=jr.fold_in(key_steps, number), rate=rate, k=k)

        order = jr.permutation(key_order, len(x))[: batches * batch_size].reshape(batches, batch_size)
        params, errors = lax.scan(batch, params, (jnp.arange(batches), order))
        return params, errors.mean()

    return lax.scan(epoch, params, jnp.arange(epochs))


def _draw(key, probability):
    return jr.bernoulli(key, probability).astype(probability.dtype)
