import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import data, train
from dlbook.models import attacks, gan, mlp

(X, LABELS), (HELD, HELD_LABELS), _ = data.digits()
START = mlp.init(jr.key(0), (64, 32, 10))
RUN = dict(key=jr.key(1), learning_rate=3e-3, epochs=15)
EPSILON = 0.15


@pytest.fixture(scope="module")
def plain():
    return train.fit(mlp.loss, START, (X, LABELS), **RUN).params


def robust(params, x):
    return float(mlp.accuracy(params, (x, HELD_LABELS)))


def test_every_pixel_moves_by_epsilon_up_the_loss():
    x = 0.3 + 0.4 * X[:20]  # far from 0 and 1, so that nothing is cut off
    moved = attacks.fast_gradient_sign(mlp.loss, START, x, LABELS[:20], 0.1)
    slope = jax.grad(lambda x: mlp.loss(START, (x, LABELS[:20])))(x)
    np.testing.assert_allclose(moved - x, 0.1 * jnp.sign(slope), atol=1e-6)
    assert mlp.loss(START, (moved, LABELS[:20])) > mlp.loss(START, (x, LABELS[:20]))


def test_on_a_straight_classifier_no_step_of_that_size_is_worse():
    """With two classes and no hidden layer the loss rises with w·x: the sign is the best that epsilon allows."""
    params = mlp.init(jr.key(2), (6, 2))
    x, labels = 0.3 + 0.4 * jr.uniform(jr.key(3), (1, 6)), jnp.array([1])
    best = mlp.loss(params, (attacks.fast_gradient_sign(mlp.loss, params, x, labels, 0.1), labels))
    corners = x + 0.1 * jnp.sign(jr.normal(jr.key(4), (500, 6)))
    others = jax.vmap(lambda corner: mlp.loss(params, (corner[None], labels)))(corners)
    assert others.max() <= best + 1e-6


def test_pixels_stay_pixels_and_within_epsilon():
    for moved in (
        attacks.fast_gradient_sign(mlp.loss, START, X, LABELS, EPSILON),
        attacks.projected_gradient(jr.key(5), mlp.loss, START, X, LABELS, EPSILON, steps=4, rate=0.9),
    ):
        assert 0 <= moved.min() and moved.max() <= 1
        assert jnp.abs(moved - X).max() <= EPSILON + 1e-6


def test_attacks_bring_a_classifier_down_and_training_against_them_helps(plain):
    fast = lambda params: attacks.fast_gradient_sign(mlp.loss, params, HELD, HELD_LABELS, EPSILON)
    many = lambda params: attacks.projected_gradient(jr.key(6), mlp.loss, params, HELD, HELD_LABELS, EPSILON)
    loss = attacks.adversarial_loss(mlp.loss)
    hard = train.fit(loss, START, (X, LABELS), settings={"epsilon": EPSILON}, **RUN).params
    clean, attacked = robust(plain, HELD), robust(plain, fast(plain))
    assert clean > 0.93 and attacked < 0.5
    assert robust(plain, many(plain)) <= attacked + 0.02
    assert robust(hard, HELD) > 0.9 and robust(hard, fast(hard)) > attacked + 0.2


def test_the_hardened_loss_mixes_clean_and_attacked():
    batch = (X[:20], LABELS[:20])
    hardened = attacks.adversarial_loss(mlp.loss)
    moved = attacks.fast_gradient_sign(mlp.loss, START, *batch, EPSILON)
    clean, attacked = mlp.loss(START, batch), mlp.loss(START, (moved, LABELS[:20]))
    mixed = hardened(START, batch, jr.key(0), epsilon=EPSILON, share=0.25)
    assert mixed == pytest.approx(0.25 * float(clean) + 0.75 * float(attacked), rel=1e-5)
    assert attacks.adversarial_loss(mlp.loss) is hardened
    steps = attacks.adversarial_loss(mlp.loss, steps=5)
    assert steps(START, batch, jr.key(0), epsilon=EPSILON, share=0.25) > clean


def test_a_generator_s_own_sample_is_found_again():
    generator = mlp.init(jr.key(7), (2, 16, 6))
    made = gan.generate(generator, jr.normal(jr.key(8), (10, 2)))
    told = dict(latent=2, steps=150, rate=0.05)
    found = attacks.project(jr.key(9), gan.generate, generator, made, restarts=6, **told)
    assert (found.distance < 1e-3).mean() >= 0.8
    np.testing.assert_allclose(found.x, gan.generate(generator, found.z), rtol=1e-5, atol=1e-6)
    half = ((found.x - made) ** 2).sum(1) / 2
    np.testing.assert_allclose(found.distance, half, rtol=1e-3, atol=1e-6)


def test_more_starts_and_steps_come_nearer():
    generator = mlp.init(jr.key(7), (2, 16, 6))
    x = jr.normal(jr.key(10), (10, 6))
    near = lambda restarts, steps: (
        attacks.project(
            jr.key(9), gan.generate, generator, x, latent=2, restarts=restarts, steps=steps, rate=0.02
        ).distance
    )
    assert (near(6, 50) <= near(1, 50) + 1e-6).all() and near(6, 50).mean() < near(6, 1).mean()


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="fast_gradient_sign: epsilon must lie between 0 and 1, got -0.1"):
        attacks.fast_gradient_sign(mlp.loss, START, X, LABELS, -0.1)
    with pytest.raises(ValueError, match="projected_gradient: steps must be finite and above 0, got 0"):
        attacks.projected_gradient(jr.key(0), mlp.loss, START, X, LABELS, 0.1, steps=0)
    with pytest.raises(ValueError, match="adversarial_loss: steps must be finite and above 0, got 0"):
        attacks.adversarial_loss(mlp.loss, steps=0)
