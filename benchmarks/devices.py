"""What sharing out costs where the devices share the cores too: eight devices made of one processor, against one.

`python -m benchmarks.devices` times the same run of the digits' network, and the same sweep of it, on one device and
on a mesh of eight.  The two must agree.
"""

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

from benchmarks import clock
from dlbook import data
from dlbook.models import mlp
from dlbook.train import fit, sweep

SIZES = (64, 32, 10)
BATCHES = (32, 1024)
EPOCHS = 5


def main():
    """Measure runs and sweep, print a line for each, write the results."""
    jax.config.update("jax_num_cpu_devices", 8)
    train = data.digits().train
    mesh = jax.sharding.Mesh(np.array(jax.devices("cpu")), ("batch",))
    works = {f"fit, batch {size}": lambda mesh, size=size: run(train, size, mesh) for size in BATCHES}
    works["sweep"] = grid(train)
    rows = [measured(name, work, mesh) for name, work in works.items()]
    for row in rows:
        print(f"  {row['name']:<16} one {row['one']['seconds']:.4f} s, eight {row['eight']['seconds']:.4f} s")
    clock.write("devices", {"devices": mesh.size, "epochs": EPOCHS, "rows": rows})


def run(train, size, mesh):
    """The losses of one run."""
    options = dict(learning_rate=0.01, epochs=EPOCHS, batch_size=size, mesh=mesh)
    return fit(mlp.loss, mlp.init(jr.key(0), SIZES), train, key=jr.key(1), **options).loss


def grid(train):
    """Return the work of sixteen runs, two learning rates and eight seeds: from a mesh to their losses."""

    def one(learning_rate, seed):
        key_init, key_fit = jr.split(jr.key(seed))
        return fit(mlp.loss, mlp.init(key_init, SIZES), train, key=key_fit, learning_rate=learning_rate, epochs=2).loss

    return lambda mesh: sweep(one, learning_rate=jnp.array([0.001, 0.01]), seed=jnp.arange(8), mesh=mesh)


def measured(name, work, mesh, rounds=9):
    """The seconds of the work on one device and on all, which must give the same numbers."""
    np.testing.assert_allclose(work(None), work(mesh), rtol=1e-2, atol=1e-4)
    laps = clock.interleaved({"one": clock.waiting(work, None), "eight": clock.waiting(work, mesh)}, rounds=rounds)
    return {"name": name, **{key: clock.spread(values) for key, values in laps.items()}}


if __name__ == "__main__":
    main()
