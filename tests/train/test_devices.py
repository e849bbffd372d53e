"""One program on eight devices, which the tests make of one processor, gives the numbers of one device."""

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import optax
import pytest

from dlbook.models import mlp
from dlbook.ops.dropout import draw_mask, dropout
from dlbook.train import fit, momentum, sweep
from tests.train.test_sweep import DATA, run

SHAPES = {"a row": ((8,), ("batch",)), "a grid": ((2, 4), ("host", "device"))}


@pytest.fixture(params=SHAPES)
def mesh(request):
    return jax.make_mesh(*SHAPES[request.param])


def start():
    return mlp.init(jr.key(0), (2, 8, 2))


def on_each(tree) -> bool:
    """Tell whether each of the eight devices holds the whole of all arrays."""
    return all(a.sharding.is_fully_replicated and len(a.sharding.device_set) == 8 for a in jax.tree.leaves(tree))


def alike(ours, theirs, rtol=1e-5):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-6), ours, theirs)


@pytest.mark.parametrize("optimizer", [momentum, optax.adam])
def test_a_run_shared_out_is_the_run_on_one_device(mesh, optimizer):
    options = dict(learning_rate=0.1, optimizer=optimizer, epochs=4, batch_size=16)
    alone, together = (fit(mlp.loss, start(), DATA, key=jr.key(1), mesh=m, **options) for m in (None, mesh))
    alike(alone, together)
    assert on_each(together)


def test_what_the_loss_draws_is_the_same(mesh):
    def noisy(params, batch, key):
        x, labels = batch
        return mlp.loss(params, (dropout(x, draw_mask(key, x.shape, 0.5), rate=0.5), labels))

    alike(*(fit(noisy, start(), DATA, key=jr.key(1), mesh=m).loss for m in (None, mesh)))


def test_early_stopping_stops_at_the_same_epoch(mesh):
    score = lambda params: mlp.loss(params, DATA)
    options = dict(learning_rate=0.3, epochs=30, score=score, patience=2)
    alone, together = (fit(mlp.loss, start(), DATA, key=jr.key(1), mesh=m, **options) for m in (None, mesh))
    assert alone.best == together.best
    alike(alone, together, rtol=1e-3)  # differences of rounding grow over so many steps


def test_each_device_computes_on_its_part_of_the_batch(mesh):
    """The compiled step adds up gradients over the devices, and each multiplies two samples only."""
    sizes = []

    def watched(params, batch, key):
        jax.debug.inspect_array_sharding(batch[0], callback=lambda s: sizes.append(s.shard_shape((16, 2))))
        return mlp.loss(params, batch)

    fit(watched, start(), DATA, key=jr.key(1), epochs=1, batch_size=16, mesh=mesh)
    assert set(sizes) == {(2, 2)}


def test_data_may_lie_on_the_devices_in_parts(mesh):
    parts = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec(mesh.axis_names))
    shared = jax.device_put(DATA, parts)
    alike(*(fit(mlp.loss, start(), d, key=jr.key(1), epochs=2, mesh=mesh).loss for d in (DATA, shared)))


def test_a_sweep_shared_out_is_the_sweep_on_one_device(mesh):
    axes = dict(learning_rate=jnp.array([0.001, 0.1]), width=jnp.array([2, 5, 8]), seed=jnp.arange(8))
    alone, together = (sweep(run, mesh=m, **axes) for m in (None, mesh))
    alike(alone, together)
    assert on_each(together)


def test_a_batch_that_cannot_be_shared_out_is_refused(mesh):
    with pytest.raises(ValueError, match="fit: batch_size must be a multiple of the 8 devices, got 12"):
        fit(mlp.loss, start(), DATA, key=jr.key(1), batch_size=12, mesh=mesh)


def test_a_grid_that_cannot_be_shared_out_is_refused(mesh):
    with pytest.raises(ValueError, match=r"sweep: an axis must have a multiple of 8 values.*got \{'a': 3, 'b': 4\}"):
        sweep(lambda a, b: a + b, a=[1, 2, 3], b=[1, 2, 3, 4], mesh=mesh)


class Gone:
    """A device of a backend that was closed, or of a machine that is not this one."""

    platform, process_index = "cpu", 0


def train_on(mesh):
    return fit(mlp.loss, start(), DATA, key=jr.key(1), mesh=mesh)


def search_on(mesh):
    return sweep(run, mesh=mesh)


@pytest.mark.parametrize("call", [train_on, search_on])
def test_a_mesh_of_devices_that_are_not_there_is_refused(call, as_reader):
    stale = jax.sharding.Mesh(np.array([Gone() for _ in range(8)]), ("batch",))
    with pytest.raises(ValueError, match="the mesh must name devices that JAX has now"):
        call(stale)
    with pytest.raises(ValueError, match="mesh must be a Mesh, such as .* got 8"):
        call(8)
