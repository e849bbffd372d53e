"""One of two processes of four CPU devices each: `python -m tests.train.process ADDRESS NUMBER DEATH`.

Where DEATH is "end-0" it trains and sweeps on a mesh over the devices of both, and prints whether the numbers are those
of one device.  Else it trains until the process that DEATH names dies: "killed-1", "terminated-0", "raised-1".
"""

import os
import signal
import sys

import jax

address, number, death = sys.argv[1], int(sys.argv[2]), sys.argv[3]
jax.config.update("jax_num_cpu_devices", 4)

from dlbook.train import fit, join, sweep  # noqa: E402

join(address, processes=2, process=number, patience=90, silence=60 if death == "end-0" else 10)

import jax.random as jr  # noqa: E402
import numpy as np  # noqa: E402

from dlbook.models import mlp  # noqa: E402
from tests.train.test_sweep import DATA, run  # noqa: E402

ALONE = jax.local_devices()[0]
MESH = jax.make_mesh((8,), ("batch",))


def train(mesh):
    return fit(mlp.loss, mlp.init(jr.key(0), (2, 8, 2)), DATA, key=jr.key(1), epochs=4, batch_size=16, mesh=mesh)


def search(mesh):
    return sweep(run, learning_rate=[0.001, 0.1], width=[2, 8], seed=np.arange(8), mesh=mesh)


def numbers(tree):
    return [np.asarray(a) for a in jax.tree.leaves(tree)]


def alike(work) -> bool:
    """Tell whether the work of both processes, read whole by this one, has the numbers of one device."""
    with jax.default_device(ALONE):
        alone = numbers(work(None))
    together = numbers(work(MESH))
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-5) for a, b in zip(alone, together, strict=True))


def refused() -> str:
    """What is said of a mesh that has devices of the other process only."""
    theirs = [device for device in jax.devices() if device.process_index != number]
    try:
        train(jax.sharding.Mesh(np.array(theirs), ("batch",)))
    except ValueError as error:
        return str(error)


print("devices", jax.device_count(), jax.local_device_count(), flush=True)
kind, dying = death.split("-")
if kind == "end":
    print("fit", alike(train), flush=True)
    print("sweep", alike(search), flush=True)
    print("refused", refused(), flush=True)
    sys.exit()
numbers(train(MESH))
print("trained", flush=True)
if number == int(dying):
    if kind == "raised":
        raise RuntimeError("this process gives up")
    os.kill(os.getpid(), signal.SIGKILL if kind == "killed" else signal.SIGTERM)
while True:
    numbers(train(MESH))
