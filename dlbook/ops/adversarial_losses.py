r"""Losses of the two players of a generative adversarial network, and their gradients by the scores.

The discriminator gives each sample a score :math:`s`; :math:`D = \sigma(s)` is its probability that the sample is
real.  All losses are to be made small, so that the discriminator's is minus the value of the game.  The critic of a
Wasserstein network gives scores that are no probabilities: no sigmoid, no logarithm.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook.ops.activations import sigmoid

Scores = Float[Array, " n"]


def discriminator_loss(real: Float[Array, " n"], fake: Float[Array, " m"]) -> Float[Array, ""]:
    """Mean of -log D over the real samples and of -log(1 - D) over the false: equation :eq:`discriminator-loss`."""
    return jnp.logaddexp(-real, 0.0).mean() + jnp.logaddexp(fake, 0.0).mean()


def discriminator_loss_backward(
    dloss: Float[Array, ""], real: Float[Array, " n"], fake: Float[Array, " m"]
) -> tuple[Float[Array, " n"], Float[Array, " m"]]:
    """D - 1 over n and D over m: equation :eq:`discriminator-loss-backward`."""
    return -dloss * sigmoid(-real) / len(real), dloss * sigmoid(fake) / len(fake)


def saturating_loss(fake: Scores) -> Float[Array, ""]:
    """Mean of log(1 - D), the generator's share of the value of the game: equation :eq:`saturating-loss`."""
    return -jnp.logaddexp(fake, 0.0).mean()


def saturating_loss_backward(dloss: Float[Array, ""], fake: Scores) -> tuple[Scores]:
    """-D over n: next to nothing where the discriminator is sure of a fake, equation :eq:`saturating-loss-backward`."""
    return (-dloss * sigmoid(fake) / len(fake),)


def nonsaturating_loss(fake: Scores) -> Float[Array, ""]:
    """Mean of -log D: equation :eq:`nonsaturating-loss` :cite:`goodfellow2014generative`."""
    return jnp.logaddexp(-fake, 0.0).mean()


def nonsaturating_loss_backward(dloss: Float[Array, ""], fake: Scores) -> tuple[Scores]:
    """D - 1 over n, strongest for the fake that is recognised: equation :eq:`nonsaturating-loss-backward`."""
    return (-dloss * sigmoid(-fake) / len(fake),)


def critic_loss(real: Float[Array, " n"], fake: Float[Array, " m"]) -> Float[Array, ""]:
    """Mean score of the false samples minus that of the real: equation :eq:`critic-loss`.

    It is minus the value of the game of :cite:t:`arjovsky2017wasserstein`.
    It has no lower bound unless the critic is held to a Lipschitz condition: by clipped weights, or by a penalty.
    """
    return fake.mean() - real.mean()


def critic_loss_backward(
    dloss: Float[Array, ""], real: Float[Array, " n"], fake: Float[Array, " m"]
) -> tuple[Float[Array, " n"], Float[Array, " m"]]:
    """-1 over n and 1 over m, whatever the scores."""
    return jnp.full_like(real, -1 / len(real)) * dloss, jnp.full_like(fake, 1 / len(fake)) * dloss


def wasserstein_loss(fake: Scores) -> Float[Array, ""]:
    """Minus the mean score, what a Wasserstein network's generator makes small: equation :eq:`wasserstein-loss`."""
    return -fake.mean()


def wasserstein_loss_backward(dloss: Float[Array, ""], fake: Scores) -> tuple[Scores]:
    """-1 over n, whatever the scores: a critic ahead of the generator still shows the way."""
    return (jnp.full_like(fake, -1 / len(fake)) * dloss,)
