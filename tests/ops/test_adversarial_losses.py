import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.ops import adversarial_losses as L
from dlbook.ops.losses import logistic_loss
from tests.gradients import check_backward

REAL, FAKE = jr.normal(jr.key(0), (5,)), jr.normal(jr.key(1), (7,))


@pytest.mark.parametrize(
    "name, shapes",
    [
        ("discriminator_loss", [(5,), (7,)]),
        ("saturating_loss", [(7,)]),
        ("nonsaturating_loss", [(7,)]),
        ("critic_loss", [(5,), (7,)]),
        ("wasserstein_loss", [(7,)]),
    ],
)
def test_backward_is_the_gradient(name, shapes):
    check_backward(getattr(L, name), getattr(L, f"{name}_backward"), *shapes)


def test_losses_are_those_of_the_probabilities():
    d_real, d_fake = (1 / (1 + np.exp(-np.asarray(s, "float64"))) for s in (REAL, FAKE))
    value = np.log(d_real).mean() + np.log(1 - d_fake).mean()
    assert L.discriminator_loss(REAL, FAKE) == pytest.approx(-value, rel=1e-5)
    assert L.saturating_loss(FAKE) == pytest.approx(np.log(1 - d_fake).mean(), rel=1e-5)
    assert L.nonsaturating_loss(FAKE) == pytest.approx(-np.log(d_fake).mean(), rel=1e-5)


def test_the_discriminator_is_a_logistic_classifier_of_real_against_false():
    labels = jnp.array([1] * 5 + [0] * 5)
    both = jnp.concatenate([REAL, FAKE[:5]])
    assert L.discriminator_loss(REAL, FAKE[:5]) == pytest.approx(2 * float(logistic_loss(both, labels)), rel=1e-6)


@pytest.mark.parametrize("d, saturating, nonsaturating", [(0.01, 0.01, 0.99), (0.5, 0.5, 0.5), (0.99, 0.99, 0.01)])
def test_where_the_fake_is_recognised_only_one_of_the_generators_losses_has_a_gradient(d, saturating, nonsaturating):
    score = jnp.array([np.log(d / (1 - d))], "float32")
    of = lambda backward: -float(backward(jnp.float32(1), score)[0][0])  # both push the score up
    assert of(L.saturating_loss_backward) == pytest.approx(saturating, rel=1e-4)
    assert of(L.nonsaturating_loss_backward) == pytest.approx(nonsaturating, rel=1e-4)


def test_the_critics_gradient_does_not_depend_on_the_scores():
    near, far = (jax.grad(L.wasserstein_loss)(jnp.full(4, score)) for score in (0.0, -100.0))
    np.testing.assert_array_equal(near, far)
    np.testing.assert_array_equal(near, -0.25)


def test_scores_of_a_thousand_overflow_nowhere():
    far = jnp.array([1e3, -1e3])
    for loss in (L.saturating_loss, L.nonsaturating_loss):
        assert np.isfinite(loss(far)) and np.isfinite(jax.grad(loss)(far)).all()


def test_a_critic_without_a_condition_wins_as_much_as_it_likes():
    """The source's value of a Wasserstein network names no bound of the critic: ten times the scores, ten times."""
    values = [-float(L.critic_loss(c * REAL, c * FAKE)) for c in (1, 10, 100)]
    np.testing.assert_allclose(values, values[0] * np.array([1, 10, 100]), rtol=1e-5)
    assert values[0] != 0
