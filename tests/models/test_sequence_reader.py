import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook.data.grammar import opinions, padded
from dlbook.data.text import vocabulary
from dlbook.models import sequence_reader
from dlbook.ops.losses import squared_error
from dlbook.ops.lstm import lstm
from dlbook.train import fit


def test_answers_from_the_last_hidden_state():
    params, xs = sequence_reader.init(jr.key(0), 3, (4,), 2), jr.normal(jr.key(1), (5, 6, 3))
    expected = lstm(xs, *params.layers[0])[-1] @ params.output.w
    np.testing.assert_allclose(sequence_reader.apply(params, xs), expected, rtol=1e-4, atol=1e-6)


def test_each_direction_answers_from_where_it_ends():
    params, xs = sequence_reader.init(jr.key(0), 3, (4,), 2, bidirectional=True), jr.normal(jr.key(1), (5, 6, 3))
    forward, backward = params.layers[0]
    ends = jnp.concatenate([lstm(xs, *forward)[-1], lstm(xs[::-1], *backward)[-1]], axis=1)
    np.testing.assert_allclose(sequence_reader.apply(params, xs), ends @ params.output.w, rtol=1e-4, atol=1e-6)


def test_learns_that_but_outweighs_and_not_turns():
    """Counting words gives one half."""
    sentences, labels = opinions(jr.key(0), 1200)
    words = vocabulary([w for s in sentences for w in s], unknown="?")
    data = padded([words.encode(s) for s in sentences], before=True), jnp.array(labels)
    train, test = [tuple(a[part] for a in data) for part in (slice(1000), slice(1000, None))]
    params = sequence_reader.init(jr.key(1), 8, (16,), 2, words=len(words.symbols))
    run = fit(sequence_reader.loss, params, train, key=jr.key(2), learning_rate=1e-2, epochs=12, batch_size=50)
    assert sequence_reader.accuracy(run.params, test) > 0.97


def test_the_head_may_be_a_regression():
    params, x, y = sequence_reader.init(jr.key(0), 3, (4,), 1), jr.normal(jr.key(1), (5, 6, 3)), jnp.ones((5, 1))
    outputs = sequence_reader.apply(params, x.swapaxes(0, 1))
    loss = sequence_reader.loss(params, (x, y), head=squared_error)
    assert float(loss) == pytest.approx(float(((outputs - 1) ** 2).mean() / 2), rel=1e-5)


def test_says_what_is_wrong(as_reader):
    with pytest.raises(ValueError, match="sequence_reader.init: sizes must name at least two layers"):
        sequence_reader.init(jr.key(0), 3, (0,), 2)
    with pytest.raises(ValueError, match="affine: x has 2 features but w has 3"):
        sequence_reader.apply(sequence_reader.init(jr.key(0), 3, (4,), 2), jnp.zeros((5, 1, 2)))
