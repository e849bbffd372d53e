"""Variational auto-encoder: an auto-encoder whose code is a distribution, so that new samples can be drawn.

It makes a lower bound of the log-likelihood large, :cite:`kingma2014auto`.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import jax.random as jr
from jaxtyping import Array, Float, PRNGKeyArray

from dlbook import checks
from dlbook.models import mlp
from dlbook.ops.activations import relu


class VAE(NamedTuple):
    """The way from a sample to the distribution of its code, and the way back."""

    encoder: mlp.Params
    decoder: mlp.Params


class Code(NamedTuple):
    """A normal distribution for each sample, its coordinates independent."""

    mean: Float[Array, "n m"]
    log_variance: Float[Array, "n m"]


def init(key: PRNGKeyArray, sizes: tuple[int, ...]) -> VAE:
    """Draw the weights as `mlp.init` does; the decoder has the encoder's sizes in reverse.

    Parameters
    ----------
    sizes
        From the sample to the code, as in `(64, 32, 2)`; the encoder has two outputs for each number of the code.

    Raises
    ------
    ValueError
        If there are fewer than two sizes or one is below 1.
    """
    checks.sizes("vae.init", sizes)
    key_encoder, key_decoder = jr.split(key)
    return VAE(mlp.init(key_encoder, (*sizes[:-1], 2 * sizes[-1])), mlp.init(key_decoder, sizes[::-1]))


def encode(params: VAE, x: Float[Array, "n d"], *, activation: Callable = relu) -> Code:
    """Return the distribution of each sample's code, q(z | x): equation :eq:`vae-encoder`."""
    return Code(*jnp.split(mlp.apply(params.encoder, x, activation=activation), 2, axis=1))


def decode(params: VAE, z: Float[Array, "n m"], *, activation: Callable = relu) -> Float[Array, "n d"]:
    """Return the scores of what each code stands for, p(x | z): equation :eq:`vae-decoder`."""
    return mlp.apply(params.decoder, z, activation=activation)


def reparameterise(key: PRNGKeyArray, code: Code) -> Float[Array, "n m"]:
    """Draw a code as mean + deviation · noise, which has a gradient by both: equation :eq:`reparameterisation`."""
    return code.mean + jnp.exp(code.log_variance / 2) * jr.normal(key, code.mean.shape)


def divergence(code: Code) -> Float[Array, " n"]:
    r"""Return the Kullback-Leibler divergence of each code from the standard normal, in nats: equation :eq:`vae-kl`.

    Notes
    -----
    .. math:: \tfrac12 \sum_j (\mu_j^2 + \sigma_j^2 - \log \sigma_j^2 - 1)
    """
    return (code.mean**2 + jnp.exp(code.log_variance) - code.log_variance - 1).sum(1) / 2


def bernoulli(scores: Float[Array, "n d"], x: Float[Array, "n d"]) -> Float[Array, " n"]:
    """Return log p(x) of pixels that are 1 with probability sigmoid(score); greys count in part."""
    return (x * scores - jnp.logaddexp(scores, 0.0)).sum(1)


def gaussian(scores: Float[Array, "n d"], x: Float[Array, "n d"], deviation=0.1) -> Float[Array, " n"]:
    """Return log p(x) of coordinates that are normal about the score."""
    return (-(((x - scores) / deviation) ** 2) / 2 - jnp.log(deviation) - jnp.log(2 * jnp.pi) / 2).sum(1)


def elbo(
    params: VAE,
    x: Float[Array, "n d"],
    key: PRNGKeyArray,
    *,
    beta=1.0,
    likelihood: Callable = bernoulli,
    activation: Callable = relu,
) -> Float[Array, " n"]:
    """Return the evidence lower bound of each sample, from one draw of its code: equation :eq:`elbo`.

    Parameters
    ----------
    beta
        Weight of the divergence, 1 for a bound.  May be traced.
    likelihood
        `likelihood(scores, x)`, the log-probability of each sample.
    """
    code = encode(params, x, activation=activation)
    scores = decode(params, reparameterise(key, code), activation=activation)
    return likelihood(scores, x) - beta * divergence(code)


def loss(params: VAE, batch: Float[Array, "n d"], key: PRNGKeyArray, **settings) -> Float[Array, ""]:
    """Minus the mean :func:`elbo` of a batch, in nats."""
    return -elbo(params, batch, key, **settings).mean()


def sample(key: PRNGKeyArray, params: VAE, samples: int, *, activation: Callable = relu) -> Float[Array, "n d"]:
    """Draw codes from the standard normal and return the scores of what they stand for."""
    z = jr.normal(key, (samples, params.decoder[0].w.shape[0]))
    return decode(params, z, activation=activation)
