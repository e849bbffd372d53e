import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.ops.gru import RESETS, gru, gru_backward, gru_step
from tests.gradients import check_backward
from tests.ops.test_rnn import arrays

PARAMETERS = (3, 12), (4, 12), (12,), (4,)  # shapes: three features, four units


@pytest.mark.parametrize("reset, state", [("after", True), ("before", False)])
def test_backpropagation_through_time_is_the_gradient(reset, state):
    check_backward(gru, gru_backward, (5, 2, 3), *PARAMETERS, *([(2, 4)] if state else []), reset=reset)


@pytest.mark.parametrize("reset", RESETS)
def test_steps_one_by_one_are_the_scan(reset):
    xs, *params, h0 = arrays((6, 2, 3), *PARAMETERS, (2, 4))
    hs, h = gru(xs, *params, h0, reset=reset), h0
    for t, x in enumerate(xs):
        h = gru_step(x, h, *params, reset=reset)
        np.testing.assert_allclose(hs[t], h, rtol=1e-5, atol=1e-6)


def test_where_the_reset_gate_acts_makes_a_difference():
    xs, *params = arrays((6, 2, 3), *PARAMETERS)
    assert abs(gru(xs, *params) - gru(xs, *params, reset="before")).max() > 0.05


def test_a_closed_update_gate_copies_the_state():
    xs, wx, wh, b, bh, h0 = arrays((6, 2, 3), *PARAMETERS, (2, 4))
    b = b.at[4:8].set(100.0)
    np.testing.assert_allclose(gru(xs, wx, wh, b, bh, h0)[-1], h0, rtol=1e-6)


def test_says_what_is_wrong(as_reader):
    xs, wx, wh, b, bh = arrays((5, 2, 3), *PARAMETERS)
    with pytest.raises(ValueError, match="gru: reset must be one of 'after', 'before', got 'never'"):
        gru(xs, wx, wh, b, bh, reset="never")
    with pytest.raises(ValueError, match=r"gru: wh must have 3 times as many columns as rows, got the shape \(3, 12\)"):
        gru(xs, wx, wh[:3], b, bh)
    with pytest.raises(ValueError, match="gru: wh has 4 units but bh has 3"):
        gru(xs, wx, wh, b, jnp.zeros(3))
