import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest
from jax import lax

from dlbook import data
from dlbook.models import dcgan, gan
from dlbook.ops.conv import conv2d
from dlbook.train import alternate

PLAYERS = dcgan.init(jr.key(0), latent=3, features=4)
X = jr.uniform(jr.key(1), (5, 64))


def test_sizes():
    (first, (middle, last)), ((one, two), score) = PLAYERS.generator, PLAYERS.discriminator
    assert first.w.shape == (3, 2 * 2 * 8) and score.w.shape == (2 * 2 * 8, 1)
    assert [conv.kernel.shape for conv in (middle, last)] == [(4, 4, 4, 8), (4, 4, 1, 4)]
    assert [conv.kernel.shape for conv in (one, two)] == [(4, 4, 1, 4), (4, 4, 4, 8)]


def test_images_are_rows_of_64_pixels():
    made = dcgan.generate(PLAYERS.generator, jr.normal(jr.key(2), (5, 3)))
    assert made.shape == (5, 64) and 0 < made.min() < made.max() < 1
    assert dcgan.score(PLAYERS.discriminator, X).shape == (5,)


def test_the_generator_agrees_with_the_library_s_transposed_convolution():
    first, convs = PLAYERS.generator
    z = jr.normal(jr.key(3), (5, 3))
    x = jnp.maximum(z @ first.w + first.b, 0).reshape(5, 2, 2, 8)
    for number, (kernel, bias) in enumerate(convs):
        flipped = kernel[::-1, ::-1].swapaxes(2, 3)
        x = lax.conv_general_dilated(
            x, flipped, (1, 1), ((2, 2), (2, 2)), lhs_dilation=(2, 2), dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = x + bias if number else jnp.maximum(x + bias, 0)
    np.testing.assert_allclose(
        dcgan.generate(PLAYERS.generator, z), 1 / (1 + jnp.exp(-x)).reshape(5, 64), rtol=1e-4, atol=1e-5
    )


def test_signals_keep_their_size_on_the_way_through_both():
    """He's deviation: with a unit signal in, the scores are neither near 0 nor large."""
    wide = dcgan.init(jr.key(4), latent=16, features=32)
    made = dcgan.generate(wide.generator, jr.normal(jr.key(5), (200, 16)))
    assert 0.5 < jnp.log(made / (1 - made)).std() < 3
    assert 0.3 < dcgan.score(wide.discriminator, jr.normal(jr.key(6), (200, 64))).std() < 3


def test_the_label_reaches_both():
    players = dcgan.init(jr.key(0), latent=3, features=4, classes=10)
    z, labels = jr.normal(jr.key(2), (5, 3)), jnp.arange(5)
    one, other = (dcgan.generate(players.generator, z, chosen) for chosen in (labels, labels + 1))
    assert (jnp.abs(one - other).max(1) > 1e-3).all()


def test_what_a_label_adds_to_the_score_depends_on_the_image():
    """Else a label that does not fit could not be told."""
    judge = dcgan.init(jr.key(0), latent=3, features=4, classes=10).discriminator
    one, other = (dcgan.score(judge, X, jnp.full(5, label)) for label in (3, 7))
    assert (one - other).std() > 1e-2


def test_each_player_wins_against_one_that_stands_still():
    (x, _), _, _ = data.digits()
    game = gan.game(latent=3, generate=dcgan.generate, score=dcgan.score)
    still = lambda own, other, batch, key: jnp.zeros(())
    told = dict(key=jr.key(7), rounds=60, batch_size=32, learning_rate=3e-3)
    judged = alternate((game.discriminator, still), PLAYERS, x, **told).loss[:, 0]
    cheated = alternate((still, game.generator), PLAYERS, x, **told).loss[:, 1]
    assert judged[-1] < 0.5 * judged[0] and cheated[-1] < 0.5 * cheated[0]


def test_the_penalty_goes_through_the_hand_written_backward_pass_once_more():
    fake = jr.uniform(jr.key(9), (5, 64))

    def penalty(discriminator, score):
        return gan.gradient_penalty(jr.key(10), lambda x: score(discriminator, x), X, fake)

    ours, autodiff = (jax.grad(penalty)(PLAYERS.discriminator, score) for score in (dcgan.score, plain_score))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5), ours, autodiff)
    assert jnp.abs(ours.convs[0].kernel).max() > 1e-3


def plain_score(discriminator, x):
    """The same scores without a hand-written backward pass."""
    x = x.reshape(-1, 8, 8, 1)
    for kernel, bias in discriminator.convs:
        x = conv2d(x, kernel, bias, stride=2, padding=1)
        x = jnp.where(x > 0, x, 0.2 * x)
    return x.reshape(len(x), -1) @ discriminator.last.w[:, 0] + discriminator.last.b[0]


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="dcgan.init: sizes must name at least two layers of at least one unit each"):
        dcgan.init(jr.key(0), latent=0)
