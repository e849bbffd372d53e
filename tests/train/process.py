"""One of two processes of four CPU devices each: `python -m tests.train.process ADDRESS NUMBER DEATH`.

Where DEATH is "end-0" it trains and sweeps on a mesh over the devices of both, and prints whether the numbers are those
of one device.  Else it trains until the process that DEATH names dies: "killed-1", "terminated-0", "raised-1".
"""

import os
import signal
import sys

import jax
import jax.random as jr
import numpy as np

from dlbook.models import mlp
from dlbook.train import fit, join, sweep


def main(address, number, death):
    jax.config.update("jax_num_cpu_devices", 4)
    join(address, processes=2, process=number, patience=90, silence=60 if death == "end-0" else 10)
    print("devices", jax.device_count(), jax.local_device_count(), flush=True)
    mesh = jax.make_mesh((8,), ("batch",))
    kind, dying = death.split("-")
    if kind == "end":
        print("fit", alike(train, mesh), flush=True)
        print("sweep", alike(search, mesh), flush=True)
        print("refused", refused(number), flush=True)
        return
    numbers(train(mesh))
    print("trained", flush=True)
    if number == int(dying):
        if kind == "raised":
            raise RuntimeError("this process gives up")
        os.kill(os.getpid(), signal.SIGKILL if kind == "killed" else signal.SIGTERM)
    while True:
        numbers(train(mesh))


def train(mesh):
    from tests.train.test_sweep import DATA  # which it computes, so not before the processes are joined

    return fit(mlp.loss, mlp.init(jr.key(0), (2, 8, 2)), DATA, key=jr.key(1), epochs=4, batch_size=16, mesh=mesh)


def search(mesh):
    from tests.train.test_sweep import run

    return sweep(run, learning_rate=[0.001, 0.1], width=[2, 8], seed=np.arange(8), mesh=mesh)


def numbers(tree):
    return [np.asarray(a) for a in jax.tree.leaves(tree)]


def alike(work, mesh) -> bool:
    """Tell whether the work of both processes, read whole by this one, has the numbers of one device."""
    with jax.default_device(jax.local_devices()[0]):
        alone = numbers(work(None))
    together = numbers(work(mesh))
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-5) for a, b in zip(alone, together, strict=True))


def refused(number) -> str:
    """What is said of a mesh that has devices of the other process only."""
    theirs = [device for device in jax.devices() if device.process_index != number]
    try:
        train(jax.sharding.Mesh(np.array(theirs), ("batch",)))
    except ValueError as error:
        return str(error)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
