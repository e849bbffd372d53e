import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from dlbook.data.augment import augment, move

IMAGE = jnp.arange(9.0).reshape(3, 3, 1)


def test_a_shift_moves_down_and_right_and_lets_zeros_in():
    np.testing.assert_allclose(move(IMAGE, 0.0, 1.0, 0.0)[:, :, 0], [[0, 0, 0], [0, 1, 2], [3, 4, 5]], atol=1e-5)
    np.testing.assert_allclose(move(IMAGE, 0.0, 0.0, -1.0)[:, :, 0], [[1, 2, 0], [4, 5, 0], [7, 8, 0]], atol=1e-5)


def test_half_a_pixel_mixes_two():
    np.testing.assert_allclose(move(IMAGE, 0.0, 0.0, 0.5)[1, :, 0], [1.5, 3.5, 4.5], atol=1e-5)


def test_a_quarter_turn_goes_against_the_clock():
    np.testing.assert_allclose(move(IMAGE, 90.0, 0.0, 0.0)[:, :, 0], np.rot90(IMAGE[:, :, 0]), atol=1e-4)


SPOTS = jnp.zeros((64, 9, 9, 1)).at[:, 4, 4].set(1.0)


def test_each_image_is_shifted_by_an_amount_of_its_own_within_the_limits():
    moved = jax.jit(lambda key: augment(key, SPOTS, angle=0.0, shift=2.0))(jr.key(0))[..., 0]
    centres = jnp.stack([moved.sum(2) @ jnp.arange(9.0), moved.sum(1) @ jnp.arange(9.0)]) - 4
    assert jnp.abs(centres).max() <= 2.001 and centres.max() > 1.5 and centres.min() < -1.5
    assert jnp.unique(centres).size == 128


def test_each_image_is_turned_about_its_centre_by_an_amount_of_its_own():
    pairs = SPOTS.at[:, 4, 8].set(1.0)
    moved = jax.jit(lambda key: augment(key, pairs, angle=30.0, shift=0.0))(jr.key(0))[..., 0]
    np.testing.assert_allclose(moved[:, 4, 4], 1, rtol=1e-4)
    rows = (moved[:, :, 6:].sum(2) @ (4 - jnp.arange(9.0))) / moved[:, :, 6:].sum((1, 2))
    assert jnp.abs(rows).max() < 4 * jnp.sin(jnp.deg2rad(30)) + 0.5 and rows.max() > 1 and rows.min() < -1


def test_nothing_moves_without_a_range():
    np.testing.assert_allclose(augment(jr.key(0), IMAGE[None], angle=0.0, shift=0.0)[0], IMAGE, atol=1e-5)
