"""Whole programs, from the start of a fresh process to its end: imports and compilation are part of the time.

Each contender is a small program of `programs/`, which reads its data from one file.  The first run of dlbook's has to
compile; it fills JAX's cache on disk, a new folder, so that the later runs find all compiled.  The other programs
are started as often.
"""

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import race

PROGRAMS = Path(__file__).parent / "programs"
TASKS = [{"program": "mlp"}, {"program": "words", "words": 400_000, "epochs": 5}]
PACKAGES = ["gensim", "jax", "numpy", "scikit-learn", "torch"]
REPEATS = 1
FIELDS = {"mlp": {"torch": (-0.01, 0.01), "scikit-learn": (-1, 0.15)}, "words": {"gensim, 2 workers": (-0.03, 0.03)}}
FILES = {"dlbook": "dlbook", "torch": "torch", "scikit-learn": "sklearn", "gensim, 2 workers": "gensim"}


def prepare(name, task):
    """Write the data; return the run that starts the program and waits for its end."""
    folder = Path(tempfile.mkdtemp(prefix="race-"))
    given, made = folder / "given.npz", folder / "made.npz"
    np.savez(given, **{"mlp": digits, "words": text}[task["program"]](task))
    program = PROGRAMS / f"{task['program']}_{FILES[name]}.py"
    call = [sys.executable, str(program), str(given), str(made), str(task.get("epochs", 0))]
    cached = {
        "JAX_COMPILATION_CACHE_DIR": str(folder / "cache"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "PYTHONPATH": str(PROGRAMS.parents[1]),
    }

    def run():
        done = subprocess.run(call, capture_output=True, text=True, check=False, env=dict(os.environ) | cached)
        if done.returncode:
            raise RuntimeError(f"whole: {program.name} failed:\n{done.stderr}")
        return partial(words_loss, made, task) if task["program"] == "words" else float(done.stdout)

    return run


def digits(task) -> dict:
    """Images, labels, the initial weights and the rows of every batch, as in the race `mlp`."""
    from benchmarks import mlp

    (x, labels), ((w1, b1), (w2, b2)), key = mlp.start()
    return dict(x=x, labels=labels, w1=w1, b1=b1, w2=w2, b2=b2, rows=mlp.orders(key, len(x), 32))


def text(task) -> dict:
    """The words in a row with the numbers of their sentences, and what is known of each word."""
    from benchmarks import skip_gram
    from dlbook import data

    vocabulary, numbers = skip_gram.corpus(task["words"])
    tokens, sentences = data.joined(numbers)
    counts = np.array(vocabulary.counts)
    return dict(tokens=tokens, sentences=sentences, counts=counts, keep=skip_gram.keep(vocabulary.counts))


def words_loss(made, task):
    """The loss of the vectors that a program has written."""
    import jax.numpy as jnp

    from benchmarks import skip_gram
    from dlbook.models import word2vec

    vectors = np.load(made)
    return skip_gram.loss(word2vec.Params(jnp.asarray(vectors["words"]), jnp.asarray(vectors["outputs"])), task)


def contenders(task) -> list[str]:
    """Return the names of those that have a program for the task."""
    return ["dlbook", *FIELDS[task["program"]]]


def same_quality(losses: dict) -> None:
    """Raise unless every program ends within its band about the loss of dlbook's."""
    bands = {name: band for field in FIELDS.values() for name, band in field.items() if name in losses}
    race.same_quality("whole", losses, bands)


CONTENDERS = {name: partial(prepare, name) for name in FILES}
