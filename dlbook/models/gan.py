"""Generative adversarial network: a generator that makes samples from noise, and a discriminator that judges them.

Both are multilayer perceptrons by default; :func:`game` takes other networks, such as those of
:mod:`dlbook.models.dcgan`.  The two losses of a game are played against each other by
:func:`dlbook.train.alternate`.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import jax.random as jr
from jax.scipy.special import xlogy
from jaxtyping import Array, Float, Int, PRNGKeyArray

from dlbook import checks
from dlbook.models import mlp
from dlbook.ops.adversarial_losses import (
    critic_loss,
    critic_loss_backward,
    discriminator_loss,
    discriminator_loss_backward,
    nonsaturating_loss,
    nonsaturating_loss_backward,
    saturating_loss,
    saturating_loss_backward,
    wasserstein_loss,
    wasserstein_loss_backward,
)
from dlbook.ops.by_hand import by_hand


class GAN(NamedTuple):
    """Parameters of the two players, in the order in which they move."""

    discriminator: mlp.Params
    generator: mlp.Params


class Game(NamedTuple):
    """What each player makes small: `loss(own, other, batch, key, **settings)`."""

    discriminator: Callable
    generator: Callable


KINDS = {
    "minimax": (
        by_hand(discriminator_loss, discriminator_loss_backward),
        by_hand(saturating_loss, saturating_loss_backward),
    ),
    "non-saturating": (
        by_hand(discriminator_loss, discriminator_loss_backward),
        by_hand(nonsaturating_loss, nonsaturating_loss_backward),
    ),
    "wasserstein": (
        by_hand(critic_loss, critic_loss_backward),
        by_hand(wasserstein_loss, wasserstein_loss_backward),
    ),
}


def init(
    key: PRNGKeyArray, *, generator: tuple[int, ...], discriminator: tuple[int, ...], classes: int = 0, scale=None
) -> GAN:
    """Draw the weights of both players as `mlp.init` does.

    Parameters
    ----------
    generator, discriminator
        Units of each layer, as in `(2, 128, 128, 2)` from the noise to the sample, and `(2, 128, 128, 1)` from the
        sample to its score.
    classes
        Of a conditional network: as many inputs more for both, which tell the class :cite:`mirza2014conditional`.
    scale
        As in `mlp.init`.

    Raises
    ------
    ValueError
        If sizes are missing or below 1, or the discriminator has more scores than one.
    """
    checks.same("gan.init", "outputs", discriminator=discriminator[-1], score=1)
    key_discriminator, key_generator = jr.split(key)
    wider = lambda sizes: (sizes[0] + classes, *sizes[1:])
    return GAN(
        mlp.init(key_discriminator, wider(discriminator), scale=scale),
        mlp.init(key_generator, wider(generator), scale=scale),
    )


def generate(
    generator: mlp.Params, z: Float[Array, "n m"], labels: Int[Array, " n"] | None = None
) -> Float[Array, "n d"]:
    """Make a sample from each row of noise: equation :eq:`generator`; with labels, of the class that is asked for."""
    return mlp.apply(generator, conditioned(z, labels, len(generator[0].w)))


def score(
    discriminator: mlp.Params, x: Float[Array, "n d"], labels: Int[Array, " n"] | None = None
) -> Float[Array, " n"]:
    """Return a number for each sample, high if it looks real; D is its sigmoid: equation :eq:`discriminator`."""
    return mlp.apply(discriminator, conditioned(x, labels, len(discriminator[0].w)))[:, 0]


def conditioned(x: Float[Array, "n d"], labels: Int[Array, " n"] | None, inputs: int) -> Float[Array, "n i"]:
    """Append each label, one-hot, to its row, to fill `inputs` columns: equation :eq:`conditional-gan`.

    Raises
    ------
    ValueError
        If the labels do not fit in the columns that are left.
    """
    if labels is None:
        return x
    classes = inputs - x.shape[1]
    checks.labels("conditioned", labels, classes)
    return jnp.concatenate([x, jax.nn.one_hot(labels, classes, dtype=x.dtype)], 1)


@cache
def packed(size: int, score: Callable = score) -> Callable:
    """Return a score of `size` samples at once, against collapse :cite:`lin2018pacgan`: equation :eq:`packing`.

    A discriminator that sees several samples side by side recognises a generator by their lack of variety.  Its
    network needs `size` times as many inputs.

    Raises
    ------
    ValueError
        If `size` is below 1.
    """
    checks.positive("packed", "size", size)
    return lambda discriminator, x, labels=None: score(discriminator, x.reshape(len(x) // size, -1))


@cache
def game(kind: str = "non-saturating", *, latent: int, generate: Callable = generate, score: Callable = score) -> Game:
    """Return the losses of both players; the same arguments give the same functions, so that nothing compiles twice.

    A batch is the real samples `x`, or `(x, labels)` for a conditional network.

    Parameters
    ----------
    kind
        `"minimax"`, the game of equation :eq:`minimax-game`, `"non-saturating"`, or `"wasserstein"`, the game of
        equation :eq:`wasserstein-game`.
    latent
        Numbers in a row of noise.
    generate, score
        The networks: `generate(generator, z, labels)` and `score(discriminator, x, labels)`.

    Returns
    -------
    Two functions with the settings `noise`, the standard deviation of normal numbers added to real and false
    samples alike :cite:`sonderby2017amortised`, and, for the discriminator alone, `penalty`, the strength of the
    :func:`gradient_penalty`.  Both may be traced; without a setting nothing is added.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    checks.one_of("game", "kind", kind, KINDS)
    judge, cheat = KINDS[kind]

    def discriminator_loss(discriminator, generator, batch, key, *, noise=None, penalty=None):
        key_z, key_noise, key_penalty = jr.split(key, 3)
        x, labels = _parts(batch)
        fake = generate(generator, jr.normal(key_z, (len(x), latent)), labels)
        shown = _blurred(key_noise, jnp.stack([x, fake]), noise)
        judged = lambda x: score(discriminator, x, labels)
        value = judge(*map(judged, shown))
        return value if penalty is None else value + penalty * gradient_penalty(key_penalty, judged, *shown)

    def generator_loss(generator, discriminator, batch, key, *, noise=None):
        key_z, key_noise = jr.split(key)
        x, labels = _parts(batch)
        fake = generate(generator, jr.normal(key_z, (len(x), latent)), labels)
        return cheat(score(discriminator, _blurred(key_noise, fake, noise), labels))

    return Game(discriminator_loss, generator_loss)


def gradient_penalty(
    key: PRNGKeyArray, score: Callable, real: Float[Array, "n *d"], fake: Float[Array, "n *d"]
) -> Float[Array, ""]:
    r"""Mean of (slope - 1)² at points between real and false samples :cite:`gulrajani2017improved`.

    Equation :eq:`gradient-penalty`.

    Parameters
    ----------
    score
        A function of the samples alone, which gives a number for each, or for each pack (:func:`packed`).

    Notes
    -----
    .. math:: \hat x = \alpha x + (1 - \alpha) G(z), \qquad (\lVert \nabla_{\hat x} D(\hat x) \rVert - 1)^2

    with :math:`\alpha` drawn evenly from [0, 1] for each number that the score gives.
    """
    (scores,) = jax.eval_shape(score, real).shape
    share = jnp.repeat(jr.uniform(key, (scores,)), len(real) // scores).reshape(-1, *[1] * (real.ndim - 1))
    slope = jax.grad(lambda x: score(x).sum())(share * real + (1 - share) * fake)
    square = (slope**2).reshape(scores, -1).sum(1)
    return ((jnp.sqrt(square + 1e-12) - 1) ** 2).mean()  # the root has no slope at 0


def optimal_discriminator(p: Float[Array, "*s"], q: Float[Array, "*s"]) -> Float[Array, "*s"]:
    """Return p / (p + q), the best judgement of data `p` against samples `q`: equation :eq:`optimal-discriminator`.

    Where both are 0 nothing can be said, and it is a half.
    """
    total = p + q
    return jnp.where(total > 0, p / jnp.where(total > 0, total, 1), 0.5)


def value(d: Float[Array, "*s"], p: Float[Array, "*s"], q: Float[Array, "*s"], cell=1.0) -> Float[Array, ""]:
    """Return the value of the game in nats, for densities on a grid: equation :eq:`minimax-game`.

    Parameters
    ----------
    d
        The discriminator's probability that the sample is real.
    p, q
        Densities of the data and of the generator's samples.
    cell
        Length, or area, of a cell of the grid; 1 for probabilities.

    Notes
    -----
    Probabilities nearer to 0 or 1 than float32 can tell from 1 are taken as that near.
    """
    least = jnp.finfo(d.dtype).eps
    d = jnp.clip(d, least, 1 - least)
    return (xlogy(p, d) + xlogy(q, 1 - d)).sum() * cell


def jensen_shannon(p: Float[Array, "*s"], q: Float[Array, "*s"], cell=1.0) -> Float[Array, ""]:
    """Return the Jensen-Shannon divergence in nats, from 0 to log 2, on a grid: equation :eq:`jensen-shannon`."""
    total = p + q  # not their mean, as half of the smallest number is 0
    divergence = lambda a: (xlogy(a, a) - xlogy(a, total) + a * jnp.log(2)).sum() * cell
    return (divergence(p) + divergence(q)) / 2


def _parts(batch):
    return batch if isinstance(batch, tuple) else (batch, None)


def _blurred(key, x, noise):
    return x if noise is None else x + noise * jr.normal(key, x.shape)
