"""How long it takes to begin: imports, and the first and the second run of a small training, in fresh processes.

`python -m benchmarks.startup` starts each program several times, all in turn.  The package trains once with an empty
persistent cache of compiled programs, and once with the one that this has filled.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

IMPORTS = ["numpy", "jax", "dlbook.models.mlp", "dlbook.train", "dlbook.viz", "dlbook.explorers"]
PEERS = {"torch": "torch", "scikit-learn": "sklearn.neural_network"}
CACHED = {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1"}
SAMPLES, BATCH, SIZES, RATE = 1024, 32, (64, 64, 10), 0.1


def main():
    """Run all programs in turn, print the medians, write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="fresh processes for each program")
    rounds = parser.parse_args().rounds
    result = measured(rounds)
    for kind, rows in result.items():
        for name, row in rows.items():
            print(f"  {kind:<9} {name:<32}", ", ".join(f"{what} {seconds:.3f} s" for what, seconds in row.items()))
    from benchmarks import clock

    packages = ["jax", "jaxlib", "numpy", *(peer for peer, module in PEERS.items() if _installed(module))]
    clock.write("startup", {"rounds": rounds, **result}, tuple(packages))


def measured(rounds: int) -> dict:
    """Return the medians of all programs: of the imports, and of the trainings."""
    peers = [peer for peer, module in PEERS.items() if _installed(module)]
    names = [*(("import", name) for name in IMPORTS), *(("import", PEERS[peer]) for peer in peers)]
    trainings = [("train", "dlbook, empty cache"), ("train", "dlbook, filled cache"), *(("train", p) for p in peers)]
    laps = {program: [] for program in names + trainings}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            for kind, name in laps:
                laps[kind, name].append(fresh(kind, name, cache))
    medians = lambda rows: {what: statistics.median(row[what] for row in rows) for what in rows[0]}
    return {part: {name: medians(rows) for (kind, name), rows in laps.items() if kind == part} for part in _KINDS}


def fresh(kind: str, name: str, cache: str) -> dict:
    """Run a program in a fresh process; return the seconds it tells, and those of the whole process."""
    call = [sys.executable, "-c", f"from benchmarks.startup import tell; tell({kind!r}, {name!r})"]
    start = time.perf_counter()
    given = os.environ | CACHED | {"JAX_COMPILATION_CACHE_DIR": cache}
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=given)
    whole = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"startup: {name} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1]) | {"process": whole}


def tell(kind: str, name: str):
    """Run a program in this process, which has imported nothing yet, and print its seconds."""
    print(json.dumps(_KINDS[kind](name)))


def imported(name: str) -> dict:
    """Return the seconds of an import."""
    start = time.perf_counter()
    importlib.import_module(name)
    return {"import": time.perf_counter() - start}


def trained(name: str) -> dict:
    """Return the seconds of the import, of the first run, one epoch of a small network, and of the second."""
    start = time.perf_counter()
    run = {"torch": with_torch, "scikit-learn": with_sklearn}.get(name, with_dlbook)()
    ready = time.perf_counter()
    run()
    first = time.perf_counter()
    run()
    return {"import": ready - start, "first": first - ready, "second": time.perf_counter() - first}


def samples():
    """Return random images and labels."""
    import numpy as np

    draw = np.random.default_rng(0)
    return draw.standard_normal((SAMPLES, SIZES[0]), "float32"), np.arange(SAMPLES, dtype="int32") % SIZES[-1]


def with_dlbook():
    """The package: parameters are drawn, and an epoch is one compiled call."""
    import jax
    import jax.numpy as jnp
    import jax.random as jr

    from dlbook.models import mlp
    from dlbook.train import fit, sgd

    batch = tuple(map(jnp.asarray, samples()))

    def run():
        params = mlp.init(jr.key(0), SIZES)
        options = dict(learning_rate=RATE, optimizer=sgd, epochs=1, batch_size=BATCH)
        jax.block_until_ready(fit(mlp.loss, params, batch, key=jr.key(1), **options))

    return run


def with_torch():
    """PyTorch: parameters are drawn, and the usual loop."""
    import torch

    x, labels = map(torch.from_numpy, samples())
    labels, layers = labels.long(), torch.nn

    def run():
        network = layers.Sequential(layers.Linear(*SIZES[:2]), layers.ReLU(), layers.Linear(*SIZES[1:]))
        optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
        for rows in torch.randperm(SAMPLES).split(BATCH):
            optimizer.zero_grad()
            layers.functional.cross_entropy(network(x[rows]), labels[rows]).backward()
            optimizer.step()

    return run


def with_sklearn():
    """scikit-learn: parameters are drawn, and one epoch."""
    from sklearn.neural_network import MLPClassifier

    x, labels = samples()
    how = dict(solver="sgd", momentum=0, alpha=0, batch_size=BATCH, learning_rate_init=RATE)
    return lambda: MLPClassifier(SIZES[1:-1], **how).partial_fit(x, labels, classes=range(SIZES[-1]))


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module.partition(".")[0]) is not None


_KINDS = {"import": imported, "train": trained}


if __name__ == "__main__":
    main()
