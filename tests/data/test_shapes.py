import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data.shapes import KINDS, TEXTURES, box, draw, shapes, texture

IMAGES, (LABELS, BOXES) = shapes(jr.key(0), 300, size=20, noise=0.0)


def test_every_shape_fills_its_box_and_nothing_else():
    """The outermost pixels that are not black lie at the box's edges."""
    for image, edges in zip(np.asarray(IMAGES[..., 0]), np.asarray(BOXES) * 20 - 0.5, strict=True):
        rows, columns = np.nonzero(image > 1e-4)
        low, high = np.array([rows.min(), columns.min()]), np.array([rows.max(), columns.max()])
        assert (np.abs(low - edges[:2]) < 0.6).all() and (np.abs(high - edges[2:]) < 0.6).all()


def test_boxes_lie_in_the_image_and_all_kinds_occur():
    assert BOXES.min() >= 0 and BOXES.max() <= 1 and set(LABELS.tolist()) == set(range(len(KINDS)))


def test_areas_are_those_of_geometry():
    """Square 1, disc pi / 4, cross 5 / 9 of the box, whatever the place between the pixels."""
    area = (BOXES[:, 2] - BOXES[:, 0]) ** 2 * 400
    share = IMAGES.sum((1, 2, 3)) / area
    for kind, expected, tolerance in [(0, 1, 1e-4), (1, np.pi / 4, 0.03), (2, 5 / 9, 0.03)]:
        np.testing.assert_allclose(share[LABELS == kind], expected, atol=tolerance)


def test_a_shape_moves_smoothly():
    """Half a pixel to the right takes half of the edge pixels along."""
    moved = draw(0, (7.0, 7.5), 3.0) - draw(0, (7.0, 7.0), 3.0)
    np.testing.assert_allclose(moved[7], 0.5 * (jnp.arange(16) == 10) - 0.5 * (jnp.arange(16) == 4), atol=1e-6)


def test_box_counts_from_the_outer_edge_of_the_first_pixel():
    np.testing.assert_allclose(box((7.5, 1.5), 2.0, size=16), [6 / 16, 0, 10 / 16, 4 / 16])


def test_kind_and_place_may_be_traced():
    many = jax.jit(jax.vmap(lambda kind: draw(kind, jnp.array([8.0, 6.0]), 3.0)))(jnp.arange(3))
    np.testing.assert_allclose(many[2], draw(2, (8.0, 6.0), 3.0), atol=1e-6)
    assert float(jnp.abs(many[0] - many[2]).max()) > 0.5


def test_noise_is_added():
    noisy, _ = shapes(jr.key(0), 300, size=20, noise=0.2)
    assert abs(float((noisy - IMAGES).std()) - 0.2) < 0.01


@pytest.mark.parametrize("kind", range(len(TEXTURES)))
def test_textures_repeat_and_differ(kind):
    pattern = texture(kind, size=24, period=6.0)
    np.testing.assert_allclose(pattern[6:, 6:], pattern[:-6, :-6], atol=1e-4)
    assert pattern.min() >= 0 and pattern.max() <= 1 and pattern.max() - pattern.min() > 0.8
    others = [texture(k, size=24, period=6.0) for k in range(len(TEXTURES)) if k != kind]
    assert min(float(jnp.abs(pattern - other).mean()) for other in others) > 0.1


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="shapes: n must be finite and above 0, got 0"):
        shapes(jr.key(0), 0)
    with pytest.raises(ValueError, match="shapes: size must lie between 8 and 1024, got 4"):
        shapes(jr.key(0), 3, size=4)
