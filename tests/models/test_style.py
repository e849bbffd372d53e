import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data.shapes import draw, texture
from dlbook.models import style
from dlbook.ops.conv import Conv, conv2d
from dlbook.ops.numeric import certify
from dlbook.ops.pool import mean_pool2d
from tests.gradients import check_backward

MAPS = jr.normal(jr.key(0), (4, 5, 3))
BANK = style.gabor_bank()
DISC, STRIPES = draw(1, (8.0, 8.0), 5.0, size=18), texture(0, size=16)


def test_gram_is_the_mean_of_outer_products():
    rows = np.asarray(MAPS).reshape(20, 3)
    expected = sum(np.outer(row, row) for row in rows) / 20
    np.testing.assert_allclose(style.gram(MAPS), expected, rtol=1e-5, atol=1e-6)


def test_gram_backward():
    check_backward(style.gram, style.gram_backward, (4, 5, 3))
    assert certify(style.gram, style.gram_backward, MAPS).holds


def test_gram_does_not_know_places():
    shuffled = jr.permutation(jr.key(1), MAPS.reshape(20, 3)).reshape(5, 4, 3)
    np.testing.assert_allclose(style.gram(shuffled), style.gram(MAPS), rtol=1e-5, atol=1e-6)


def test_waves_are_silent_on_even_ground_and_the_blur_keeps_it():
    (found,) = style.maps(BANK, jnp.full((12, 12), 0.7))
    np.testing.assert_allclose(found[..., :-1], 0, atol=1e-5)
    np.testing.assert_allclose(found[..., -1], 0.7, rtol=1e-5)
    np.testing.assert_allclose((BANK[0].kernel[..., :-1] ** 2).sum((0, 1, 2)), 1, rtol=1e-5)


@pytest.mark.parametrize("kind, orientation", [(0, 2), (1, 1)])
def test_each_orientation_answers_to_its_own_stripes(kind, orientation):
    (found,) = style.maps(BANK, texture(kind, size=24, period=4.0 * (1 + 0.41 * kind)))
    energy = (found[..., :-1] ** 2).mean((0, 1)).reshape(4, 4).sum(1)
    assert energy.argmax() == orientation


def test_two_layers_pool_between():
    second = Conv(jr.normal(jr.key(2), (3, 3, 17, 4)), jnp.zeros(4))
    first, last = style.maps([*BANK, second], DISC)
    expected = jax.nn.relu(conv2d(mean_pool2d(first[None]), *second, padding="valid"))[0]
    np.testing.assert_allclose(last, expected, rtol=1e-4, atol=1e-5)


def test_losses_are_what_their_equations_say():
    found, wanted = style.maps(BANK, DISC), style.maps(BANK, STRIPES)
    grams = [style.gram(m) for m in wanted]
    by_hand = ((np.asarray(style.gram(found[0])) - np.asarray(grams[0])) ** 2).sum() / (4 * 17**2)
    assert style.style_loss(found, grams) == pytest.approx(by_hand, rel=1e-4)
    assert style.content_loss(found[0], found[0] + 2.0) == pytest.approx(2.0, rel=1e-5)
    whole = style.loss(DISC, BANK, DISC, STRIPES, weight=3.0)
    assert whole == pytest.approx(3 * by_hand, rel=1e-4)


def test_the_gradient_reaches_the_pixels_as_autodiff_says():
    def plain(image):
        found = jax.nn.relu(conv2d(image[None, :, :, None], *BANK[0]))[0].reshape(-1, 17)
        other = jax.nn.relu(conv2d(STRIPES[None, :, :, None], *BANK[0]))[0].reshape(-1, 17)
        return 9 / 4 * ((found.T @ found / len(found) - other.T @ other / len(other)) ** 2).mean()

    image = DISC + 0.1 * jr.normal(jr.key(3), DISC.shape)
    ours = jax.grad(lambda x: style.loss(x, BANK, image, STRIPES, weight=9.0))(image)
    np.testing.assert_allclose(ours, jax.grad(plain)(image), rtol=1e-3, atol=1e-6)


def test_a_few_steps_bring_the_style_nearer():
    image, slope = DISC, jax.jit(jax.grad(lambda x: style.loss(x, BANK, DISC, STRIPES, weight=1000.0)))
    before = style.loss(image, BANK, DISC, STRIPES, weight=1000.0)
    for _ in range(20):
        image = image - 0.1 * slope(image)
    assert style.loss(image, BANK, DISC, STRIPES, weight=1000.0) < 0.9 * before


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="gabor_bank: size must lie between 3 and 99, got 1"):
        style.gabor_bank(1)
