"""What one checkpoint costs: seconds and bytes to save a network and its Adam state, and seconds to read it back.

`python -m benchmarks.checkpoints` saves networks of several sizes in turn, through the class that `fit` uses.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import jax.random as jr

from benchmarks import clock
from dlbook.models import mlp
from dlbook.train.checkpoints import Checkpoints
from dlbook.train.loop import _start
from dlbook.train.optimizers import adam

WIDTHS = (32, 128, 512, 1024, 2048)  # of two hidden layers, between 64 pixels and 10 classes
PACKAGES = ("jax", "jaxlib", "numpy", "orbax-checkpoint", "tensorstore")


def main():
    """Measure all sizes, print a line for each, write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkpoints", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="saves of each size, the first not counted")
    rounds = parser.parse_args().rounds
    measured(WIDTHS[0], 3)  # what is imported and started once
    sizes = [measured(width, rounds) for width in WIDTHS]
    for row in sizes:
        save, load = row["save"], row["load"]
        print(
            f"  {row['parameters']:>9,} parameters  {row['bytes'] / 1e6:7.2f} MB"
            f"   saved in {save['seconds']:.3f} s ({save['low']:.3f} to {save['high']:.3f}), read in {load:.3f} s"
        )
    clock.write("checkpoints", {"rounds": rounds, "sizes": sizes}, PACKAGES)


def measured(width: int, rounds: int) -> dict:
    """Return what the checkpoints of a network cost; each round stores the same numbers under a new name."""
    params = mlp.init(jr.key(0), (64, width, width, 10))
    drawn = lambda a: jr.normal(jr.key(1), a.shape, a.dtype) if a.ndim else a  # zeros would be packed to nothing
    state, record = jax.tree.map(drawn, _start(adam, None, params, 1e-3)), (jnp.ones((1, 8)), None)
    jax.block_until_ready(state)
    with tempfile.TemporaryDirectory() as folder:
        kept = Checkpoints("checkpoints", folder, 1, {"width": f"{width}"})
        kept.last(state, record)
        laps = [
            clock.lap(lambda epoch=epoch: kept.note(epoch, state, [record] * epoch)) for epoch in range(1, rounds + 2)
        ]
        size = sum(path.stat().st_size for path in (Path(folder) / f"{rounds + 1}").rglob("*") if path.is_file())
        loads = [_load(folder, state, record, width) for _ in range(3)]
    parameters = sum(leaf.size for leaf in jax.tree.leaves(params))
    return dict(parameters=parameters, bytes=size, save=clock.spread(laps[1:]), load=statistics.median(loads))


def _load(folder, state, record, width) -> float:
    start = time.perf_counter()
    jax.block_until_ready(Checkpoints("checkpoints", folder, 1, {"width": f"{width}"}).last(state, record)[1])
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
