import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.explorers import Steps
from tests.explorers import figures


def test_frames_are_those_of_a_plain_loop():
    steps = Steps(figures.begin, figures.learn, figures.look, count=5, each=3)
    settings = dict(learning_rate=2.0, scale=1.0, flat=False, seed=1)
    record, state = jax.jit(steps)(**settings), figures.begin(1, 1.0)
    for k in range(6):
        np.testing.assert_allclose(record["field"][k], figures.look(state)["field"], rtol=1e-5, atol=1e-6)
        for _ in range(3):
            state = figures.learn(state, 2.0, False)
    assert record["loss"].shape == (6,) and steps.settings == ["seed", "scale", "learning_rate", "flat"]


def test_a_key_may_be_part_of_the_state():
    draw = Steps(
        lambda seed: (jax.random.key(seed), 0.0),
        lambda state: (jax.random.fold_in(state[0], 1), jax.random.normal(state[0])),
        lambda state: {"x": state[1]},
        count=4,
    )
    with jax.debug_key_reuse(False):
        assert len(np.unique(draw(seed=0)["x"])) == 5


@pytest.mark.parametrize(
    ("step", "found"),
    [(lambda x: jnp.append(x, 1.0), r"float32\[4\]"), (lambda x: x.astype(int), r"int32\[3\]")],
)
def test_a_step_that_changes_the_state_is_refused(step, found):
    with pytest.raises(ValueError, match=f"a step must keep shapes and types, got {found} from float32"):
        Steps(lambda: jnp.ones(3), step, lambda x: {"x": x})()


@pytest.mark.parametrize("name", ["count", "each"])
def test_counts_below_one_are_refused(name):
    with pytest.raises(ValueError, match=f"Steps: {name} must be at least 1, got 0"):
        Steps(dict, dict, dict, **{name: 0})
