import jax.numpy as jnp
import jax.random as jr
import numpy as np

from dlbook.data.shapes import KINDS, shapes

IMAGES, (LABELS, BOXES) = shapes(jr.key(0), 300, size=20, noise=0.0)


def test_every_shape_fills_its_box_and_nothing_else():
    for image, box in zip(np.asarray(IMAGES[..., 0]), np.asarray(BOXES) * 20 - 0.5, strict=True):
        rows, columns = np.nonzero(image)
        low, high = np.array([rows.min(), columns.min()]), np.array([rows.max(), columns.max()])
        assert (low >= box[:2] - 1e-4).all() and (high <= box[2:] + 1e-4).all()
        assert (low - box[:2] < 1.7).all() and (box[2:] - high < 1.7).all()


def test_boxes_lie_in_the_image_and_all_kinds_occur():
    assert BOXES.min() >= 0 and BOXES.max() <= 1 and set(LABELS.tolist()) == set(range(len(KINDS)))


def test_squares_are_larger_than_discs_and_discs_than_crosses():
    area = (BOXES[:, 2] - BOXES[:, 0]) ** 2 * 400
    share = IMAGES.sum((1, 2, 3)) / area
    means = [float(share[LABELS == kind].mean()) for kind in range(3)]
    assert means[0] > means[1] > means[2] and abs(means[0] - 1) < 0.1 and abs(means[1] - jnp.pi / 4) < 0.1


def test_noise_is_added():
    noisy, _ = shapes(jr.key(0), 300, size=20, noise=0.2)
    assert abs(float((noisy - IMAGES).std()) - 0.2) < 0.01
