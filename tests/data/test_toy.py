import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest

from dlbook import data

CLASSES = {
    "xor": 2,
    "two_moons": 2,
    "spirals": 2,
    "blobs": 3,
    "circles": 2,
    "ring_of_gaussians": 8,
    "grid_of_gaussians": 25,
}
REGRESSION = {"house_prices": 4, "noisy_sine": 1}
TOYS = [*CLASSES, *REGRESSION]


def radius(x):
    return jnp.hypot(*x.T)


@pytest.mark.parametrize("name", CLASSES)
def test_points_of_the_plane_with_every_label(name):
    x, labels = getattr(data, name)(jr.key(0), 1000)
    assert (x.shape, x.dtype, labels.shape, labels.dtype) == ((1000, 2), "float32", (1000,), "int32")
    assert set(labels.tolist()) == set(range(CLASSES[name]))


@pytest.mark.parametrize("name", REGRESSION)
def test_regression_sets_have_one_number_for_each_row(name):
    x, y = getattr(data, name)(jr.key(0), 16)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((16, REGRESSION[name]), "float32", (16,), "float32")


@pytest.mark.parametrize("name", TOYS)
def test_the_key_decides(name):
    make = getattr(data, name)
    np.testing.assert_array_equal(make(jr.key(7), 16)[0], make(jr.key(7), 16)[0])
    assert not jnp.array_equal(make(jr.key(7), 16, 0.1)[1 if name in REGRESSION else 0], make(jr.key(8), 16, 0.1)[0])


@pytest.mark.parametrize("name", TOYS)
def test_noise_may_be_traced_under_jit_and_vmap(name):
    make = getattr(data, name)
    noises = jnp.array([0.0, 0.1, 0.3])
    xs, ys = jax.jit(jax.vmap(lambda noise: make(jr.key(0), 16, noise)))(noises)
    for noise, x, y in zip(noises, xs, ys, strict=True):
        alone = make(jr.key(0), 16, float(noise))
        np.testing.assert_allclose(x, alone[0], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(y, alone[1], rtol=1e-5, atol=1e-5)
    moved = ys if name in REGRESSION else xs
    assert not jnp.allclose(moved[0], moved[1])


@pytest.mark.parametrize("name", TOYS)
def test_keys_may_be_mapped(name):
    make = getattr(data, name)
    xs, _ = jax.vmap(lambda key: make(key, 16))(jr.split(jr.key(0), 3))
    np.testing.assert_allclose(xs[1], make(jr.split(jr.key(0), 3)[1], 16)[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["xor", "two_moons", "spirals", "blobs", "circles"])
def test_classes_take_equal_shares(name):
    counts = jnp.bincount(getattr(data, name)(jr.key(0), 60)[1])
    assert (counts == 60 // CLASSES[name]).all()


@pytest.mark.parametrize("name, modes", [("ring_of_gaussians", 8), ("grid_of_gaussians", 25)])
def test_modes_are_drawn_independently_with_equal_chances(name, modes):
    labels = getattr(data, name)(jr.key(0), 100 * modes)[1]
    counts = np.bincount(labels, minlength=modes)
    chi2 = ((counts - 100) ** 2 / 100).sum()
    assert 0.1 * modes < chi2 < 2.5 * modes  # equal shares by construction would give 0
    assert len(set(jnp.diff(labels).tolist())) > 2


@pytest.mark.parametrize("name", [*CLASSES, "noisy_sine"])
def test_noise_is_the_standard_deviation_of_what_is_added(name):
    make = getattr(data, name)
    clean, noisy = make(jr.key(1), 1000, 0.0), make(jr.key(1), 1000, 0.25)
    added = (noisy[1] - clean[1]) if name == "noisy_sine" else (noisy[0] - clean[0])
    np.testing.assert_allclose(added.std(), 0.25, rtol=0.05)
    assert abs(added.mean()) < 0.02


def test_gates_are_the_functions_of_their_names():
    x, _ = data.logic_gate("and")
    a, b = x.astype(bool).T
    truth = {"and": a & b, "or": a | b, "nand": ~(a & b), "nor": ~(a | b), "xor": a ^ b}
    assert len({tuple(corner) for corner in x.tolist()}) == 4
    for name, expected in truth.items():
        np.testing.assert_array_equal(data.logic_gate(name)[1], expected)


def test_xor_without_noise_is_the_gate():
    x, labels = data.xor(jr.key(0), 40, 0.0)
    np.testing.assert_array_equal(x.astype(bool)[:, 0] ^ x.astype(bool)[:, 1], labels)
    assert all(((x == corner).all(1)).sum() == 10 for corner in data.logic_gate("or")[0])


def test_moons_are_half_circles_that_reach_into_each_other():
    x, labels = data.two_moons(jr.key(0), 1000, 0.0)
    upper, lower = x[labels == 0], x[labels == 1]
    np.testing.assert_allclose(radius(upper), 1, rtol=1e-5)
    np.testing.assert_allclose(radius(lower - jnp.array([1, 0.5])), 1, rtol=1e-5)
    assert upper[:, 1].min() >= 0 and lower[:, 1].max() <= 0.5
    assert lower[:, 0].min() < 0.01 and upper[:, 0].max() > 0.99
    gaps = jnp.hypot(*jnp.moveaxis(upper[:, None] - lower, -1, 0))
    assert gaps.min() > 0.2


@pytest.mark.parametrize("arms, turns", [(2, 1.0), (3, 1.5), (5, 0.5)])
def test_spirals_have_their_arms(arms, turns):
    x, labels = data.spirals(jr.key(0), 1000, 0.0, arms=arms, turns=turns)
    assert radius(x).max() <= 1 and radius(x).max() > 0.99
    assert set(labels.tolist()) == set(range(arms))
    unwound = jnp.arctan2(x[:, 1], x[:, 0]) / (2 * jnp.pi) - turns * radius(x)
    off = (unwound * arms - labels) % arms
    assert jnp.minimum(off, arms - off).max() < 1e-2


def test_blobs_lie_about_the_given_centres():
    centres = jnp.array([[0.0, 0], [10, 0], [0, 10], [10, 10]])
    x, labels = data.blobs(jr.key(0), 1000, 0.5, centres=centres)
    for k, centre in enumerate(centres):
        np.testing.assert_allclose(x[labels == k].mean(0), centre, atol=0.1)
        np.testing.assert_allclose(x[labels == k].std(0), 0.5, rtol=0.15)


def test_circles_have_the_given_radii():
    x, labels = data.circles(jr.key(0), 1000, 0.0, radii=(1.0, 2.0, 4.0))
    np.testing.assert_allclose(radius(x), jnp.array([1.0, 2.0, 4.0])[labels], rtol=1e-5)
    np.testing.assert_allclose(x.mean(0), 0, atol=0.1)


def test_ring_modes_stand_at_equal_steps_round_the_circle():
    x, labels = data.ring_of_gaussians(jr.key(0), 1000, 0.0, radius=3.0)
    np.testing.assert_allclose(radius(x), 3, rtol=1e-5)
    step = jnp.arctan2(x[:, 1], x[:, 0]) * 4 / jnp.pi - labels
    np.testing.assert_allclose((step + 0.5) % 8, 0.5, atol=1e-4)


def test_grid_modes_stand_on_a_square_about_the_origin():
    x, labels = data.grid_of_gaussians(jr.key(0), 1000, 0.0)
    points = {tuple(p) for p in x.tolist()}
    assert points == {(2.0 * i, 2.0 * j) for i in range(-2, 3) for j in range(-2, 3)}
    assert len({(*p, k) for p, k in zip(x.tolist(), labels.tolist(), strict=True)}) == 25


def test_house_prices_obey_the_documented_formula():
    x, price = data.house_prices(jr.key(0), 1000, 0.0)
    hidden = jax.nn.relu(
        x @ jnp.array([[1 / 30, 0, 0], [1 / 2, 0, 0], [0, 1.5, 1], [0, 0, 1]]) - jnp.array([2.5, 0.5, 0.8])
    )
    np.testing.assert_allclose(price, hidden @ jnp.array([60.0, 40, 60]), rtol=1e-4, atol=1e-3)
    assert all((hidden == 0).any(0)) and all((hidden > 0).any(0))


def test_house_features_lie_in_their_ranges():
    x, price = data.house_prices(jr.key(0), 1000, 10.0)
    size, bedrooms, access, wealth = x.T
    assert 15 <= size.min() < 16 and 214 < size.max() <= 215
    assert set(bedrooms.tolist()) == {1, 2, 3, 4, 5, 6}
    assert all(0 <= v.min() < 0.1 and 0.9 < v.max() <= 1 for v in (access, wealth))
    assert price.min() == 0 and jnp.corrcoef(size, price)[0, 1] > 0.9


def test_a_line_gives_small_houses_negative_prices_and_the_kink_does_not():
    x, price = data.house_prices(jr.key(0), 1000)
    rows = jnp.stack([x[:, 0], jnp.ones(1000)], 1)
    line = rows @ jnp.linalg.lstsq(rows, price)[0]
    assert line.min() < -10 and price.min() == 0
    assert ((jax.nn.relu(line) - price) ** 2).mean() < ((line - price) ** 2).mean()


def test_sine_without_noise_is_a_sine():
    x, y = data.noisy_sine(jr.key(0), 1000, 0.0)
    np.testing.assert_allclose(y, np.sin(2 * np.pi * x[:, 0]), atol=1e-6)
    assert 0 <= x.min() < 0.02 and 0.98 < x.max() < 1


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize("noise", [-0.1, float("nan"), float("inf")])
def test_bad_noise_is_refused(name, noise):
    with pytest.raises(ValueError, match=f"{name}: noise must lie between 0 and .*, got {noise}"):
        getattr(data, name)(jr.key(0), 10, noise)


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize("samples", [0, -3])
def test_bad_sample_counts_are_refused(name, samples):
    with pytest.raises(ValueError, match=f"{name}: samples must be finite and above 0, got {samples}"):
        getattr(data, name)(jr.key(0), samples)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: data.logic_gate("imply"), "logic_gate: name must be one of 'and', 'or', .*, got 'imply'"),
        (lambda: data.spirals(jr.key(0), arms=0), "spirals: arms must be finite and above 0, got 0"),
        (lambda: data.circles(jr.key(0), radii=()), "circles: number of radii must be .* above 0, got 0"),
        (
            lambda: data.blobs(jr.key(0), centres=[1.0, 2.0]),
            r"blobs: centres must be rows of two .* got the shape \(2,\)",
        ),
        (lambda: data.blobs(jr.key(0), centres=[[1.0, 2, 3]]), r"blobs: centres .* got the shape \(1, 3\)"),
        (lambda: data.ring_of_gaussians(jr.key(0), modes=0), "ring_of_gaussians: modes must be .* above 0, got 0"),
        (lambda: data.grid_of_gaussians(jr.key(0), side=0), "grid_of_gaussians: side must be .* above 0, got 0"),
    ],
)
def test_bad_structure_is_refused(call, message, as_reader):
    with pytest.raises(ValueError, match=message):
        call()
