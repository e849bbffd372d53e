from functools import partial

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import train
from dlbook.data.shapes import shapes
from dlbook.models import cnn, localiser
from dlbook.models.localiser import iou

UNIT = jnp.array([0.0, 0.0, 1.0, 1.0])


def test_iou_of_boxes_known_by_hand():
    others = [[0, 0, 1, 1], [0, 0.5, 1, 1.5], [0.25, 0.25, 0.75, 0.75], [2, 2, 3, 3], [0, 1, 1, 2]]
    found = iou(jnp.broadcast_to(UNIT, (5, 4)), jnp.array(others, "float32"))
    np.testing.assert_allclose(found, [1, 1 / 3, 1 / 4, 0, 0], rtol=1e-6)


def test_iou_is_symmetric_and_knows_no_scale():
    a, b = jr.uniform(jr.key(0), (2, 50, 2, 2))
    a, b = (jnp.sort(x, 1).reshape(50, 4) for x in (a, b))
    np.testing.assert_allclose(iou(a, b), iou(b, a), rtol=1e-6)
    np.testing.assert_allclose(iou(3 * a + 1, 3 * b + 1), iou(a, b), atol=1e-5)
    counted = (iou(a, b) > 0).mean()
    assert 0.1 < counted < 1


def test_a_box_turned_inside_out_has_no_area():
    turned = jnp.array([1.0, 1.0, 0.0, 0.0])
    assert iou(turned, turned) == 0 and iou(turned, UNIT) == 0


def test_loss_is_cross_entropy_and_weighted_half_squared_distance():
    batch = shapes(jr.key(1), 5)
    params = localiser.init(jr.key(2))
    scores, boxes = map(np.asarray, localiser.apply(params, batch[0]))
    assert scores.shape == (5, 3) and boxes.shape == (5, 4)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    what = -np.log(p[np.arange(5), np.asarray(batch[1][0])]).mean()
    where = ((boxes - np.asarray(batch[1][1])) ** 2).sum(1).mean() / 2
    assert localiser.loss(params, batch, weight=7.0) == pytest.approx(what + 7 * where, rel=1e-4)


def test_one_gradient_reaches_the_trunk_from_both_heads():
    batch, params = shapes(jr.key(1), 5), localiser.init(jr.key(2))
    only = lambda weight: jax.grad(partial(localiser.loss, batch=batch, weight=weight))(params).convs[0].kernel
    assert jnp.abs(only(0.0)).max() > 0 and jnp.abs(only(1.0) - only(0.0)).max() > 0


def test_learns_what_and_where():
    data, test = shapes(jr.key(3), 1024), shapes(jr.key(4), 256)
    params = localiser.init(jr.key(5), features=(4, 8))
    how = dict(learning_rate=1e-2, epochs=14, settings={"weight": 10.0})
    run = train.fit(localiser.loss, params, data, key=jr.key(6), **how)
    boxes = localiser.apply(run.params, test[0])[1]
    always = jnp.broadcast_to(data[1][1].mean(0), boxes.shape)
    assert iou(boxes, test[1][1]).mean() > 1.8 * iou(always, test[1][1]).mean()
    assert localiser.accuracy(run.params, test) > 0.6


def test_parameters_are_those_of_a_convolutional_network():
    params = localiser.init(jr.key(0), features=(6, 12))
    assert cnn.count_parameters(params) == 60 + 660 + 193 * 32 + 33 * 7


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="localiser.init: kinds must be finite and above 0, got 0"):
        localiser.init(jr.key(0), kinds=0)
