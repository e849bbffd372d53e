import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dlbook import playground
from dlbook.models import mlp
from dlbook.ops.activations import tanh
from dlbook.ops.affine import Affine
from tests.explorers.test_compiled import machine_of
from tests.live.machine import difference

NONE = np.zeros((40, 4), np.float32)
CHOSEN = dict(learning_rate=0.03, batch=20, width=4, depth=2, activation=1, optimizer=2, l2=0.0)


@pytest.fixture(scope="module")
def figure():
    return playground.playground()


@pytest.fixture(scope="module")
def state():
    return playground.init(0, 0, 0.15, NONE)


def test_the_forward_pass_is_that_of_the_mlp(state):
    """With all layers and units in use it is `mlp.apply`; with fewer, that of the network without the others."""
    x, params = state.learn.x, state.params
    layers = [params.first, *(Affine(w, b) for w, b in zip(*params.further, strict=True)), params.last]
    scores, outputs = playground.forward(params, x, playground.WIDTH, playground.DEPTH, 1)
    np.testing.assert_allclose(scores, mlp.apply(layers, x, activation=tanh)[:, 0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(outputs[2], mlp.hidden(layers, x, activation=tanh)[2], rtol=1e-5, atol=1e-6)
    small = [Affine(layers[0].w[:, :3], layers[0].b[:3]), Affine(layers[1].w[:3, :3], layers[1].b[:3])]
    small.append(Affine(layers[-1].w[:3], layers[-1].b))
    scores, _ = playground.forward(params, x, 3, 2, 1)
    np.testing.assert_allclose(scores, mlp.apply(small, x, activation=tanh)[:, 0], rtol=1e-5, atol=1e-6)


def test_learning_lowers_the_loss_with_each_optimiser(state):
    for optimizer, rate in enumerate((0.3, 0.05, 0.03)):
        chosen = CHOSEN | dict(optimizer=optimizer, learning_rate=rate)
        after = jax.jit(lambda s, c: jax.lax.fori_loop(0, 300, lambda _, s: playground.step(s, **c), s))(state, chosen)
        seen = [playground.draw(s, 4, 2, 1) for s in (state, after)]
        assert seen[1]["training"] < 0.5 * seen[0]["training"] and seen[1]["right_training"] > 0.85, optimizer


def test_the_batch_counts_its_own_rows_only(state):
    """With one row in use, the update is that of the first row drawn."""
    rows = jax.random.randint(jax.random.fold_in(state.key, 0), (playground.BATCH,), 0, playground.SAMPLES)
    alone = jax.tree.map(lambda a: a.at[1:].set(a[rows[0]]).at[0].set(a[rows[0]]), state.learn)
    plain = CHOSEN | dict(optimizer=0)
    one = playground.step(state, **plain | dict(batch=1)).params
    same = playground.step(state._replace(learn=alone), **plain).params
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6), one, same)


def test_own_points_are_learnt_from_and_drawn():
    own = NONE.copy()
    own[:2] = [[1.5, 1.5, 1, 1], [-1.5, 1.5, 0, 1]]
    state = playground.init(0, 0, 0.15, own)
    assert int(state.learn.used.sum()) == playground.SAMPLES + 2
    drawn = playground.draw(state, 4, 2, 1)
    np.testing.assert_array_equal(drawn["x"][playground.SAMPLES], [1.5, 1.5])
    assert (drawn["x"][playground.SAMPLES + 2 :] == 9).all()


@pytest.mark.parametrize("data_set", range(len(playground.SETS)))
def test_every_set_lies_in_the_square_with_both_classes(data_set):
    for noise in (0.0, 0.15):
        sample = playground.draw_points(jax.random.key(1), data_set, noise)
        assert jnp.abs(sample.x).max() < 1.4 * playground.REACH and 0.4 < sample.labels.mean() < 0.6


def test_units_and_layers_out_of_use_are_blank(state):
    units = playground.draw(state, 3, 2, 1)["units"].reshape(playground.DEPTH, playground.WIDTH, -1)
    used = jnp.abs(units).max(-1) > 0
    expected = (jnp.arange(playground.DEPTH) < 2)[:, None] & (jnp.arange(playground.WIDTH) < 3)
    np.testing.assert_array_equal(used, expected)


SETTINGS = [
    {},
    dict(data_set=3, learning_rate=6, width=7, depth=3, activation=0, optimizer=1, batch=4, l2=5, seed=17),
    dict(data_set=2, noise=0, activation=2, optimizer=0, learning_rate=30, own=((1.0, -1.0, 1), (0.5, 0.5, 0))),
]


@pytest.mark.parametrize("changes", SETTINGS)
def test_the_page_computes_what_jax_computes(figure, changes):
    positions = [changes.get(name, control.position) for name, control in figure.controls.items()]
    machine, wanted = machine_of(figure)
    for name, value in figure.arguments(positions).items():
        machine.write(f"settings['{name}']", value)
    record = figure.record(positions)
    machine.call("init")
    for frame in range(3):
        machine.call("draw")
        for name in wanted:
            assert difference(machine.read(f"record['{name}']").astype(float), record[name][frame].astype(float)) < 1e-3
        machine.call("step_times", figure.steps.each)


def test_a_wild_learning_rate_is_shown_not_raised(figure):
    wild = dict(learning_rate=40, optimizer=0, activation=0, depth=3, width=7)
    positions = [wild.get(name, control.position) for name, control in figure.controls.items()]
    png, sentence = figure.picture(positions)
    assert png.startswith(b"\x89PNG") and "of the fresh ones are on the right" in sentence


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="setting must be one of 'data_set', .*, got 'rate'"):
        playground.playground(rate=1.0)
    with pytest.raises(ValueError, match="start must be one of moons, .*, got stars"):
        playground.playground(data_set="stars")


def test_settings_that_are_not_offered_are_fixed():
    few = playground.playground(offer=("learning_rate", "width"), data_set="spirals", seed=4)
    full = playground.playground(data_set="spirals", seed=4)
    assert list(few.controls) == ["learning_rate", "width"]
    first = [figure.function.begin(figure.arguments(figure.start)).learn.x for figure in (few, full)]
    np.testing.assert_array_equal(*first)
