"""Runs compiled modules under wasmtime, and measures how far results are from JAX's."""

import jax
import numpy as np
import wasmtime

from dlbook.live.module import Module, compile

ENGINE = wasmtime.Engine()
WORDS = {"float32": np.float32, "int32": np.int32, "uint32": np.uint32, "bool": np.int32}


class Machine:
    """A module with its memory; arrays are read and written by the names in the manifest."""

    def __init__(self, module: Module):
        self.manifest = module.manifest
        self.arrays = {array["name"]: array for array in module.manifest["arrays"]}
        self.store = wasmtime.Store(ENGINE)
        self.exports = wasmtime.Instance(self.store, wasmtime.Module(ENGINE, module.bytes), []).exports(self.store)
        self.memory = self.exports["memory"]

    def write(self, name: str, value) -> None:
        array = self.arrays[name]
        words = as_words(value).astype(WORDS[array["dtype"]])
        assert list(words.shape) == array["shape"], name
        self.memory.write(self.store, words.tobytes(), array["offset"])

    def read(self, name: str) -> np.ndarray:
        array = self.arrays[name]
        count = int(np.prod(array["shape"]))
        data = self.memory.read(self.store, array["offset"], array["offset"] + 4 * count)
        return np.frombuffer(bytes(data), WORDS[array["dtype"]]).reshape(array["shape"])

    def call(self, name: str, *arguments: int) -> None:
        self.exports[name](self.store, *arguments)

    def feed(self, entry: str, *examples) -> None:
        names = self.manifest["entries"][entry]["inputs"]
        for name, leaf in zip(names, jax.tree.leaves(examples), strict=True):
            self.write(name, leaf)

    def results(self, entry: str) -> list[np.ndarray]:
        return [self.read(name) for name in self.manifest["entries"][entry]["outputs"]]


def as_words(leaf) -> np.ndarray:
    """Return a leaf as a module stores it; a random key is its two words."""
    if isinstance(leaf, jax.Array) and jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    return np.asarray(leaf)


def run(function, *examples) -> list[np.ndarray]:
    """Compile a function and call it once."""
    machine = Machine(compile(function, *examples))
    machine.feed("call", *examples)
    machine.call("call")
    return machine.results("call")


def difference(result: np.ndarray, reference: np.ndarray) -> float:
    """Return the largest difference, in units of the largest finite number of the reference.

    Integers and booleans differ by 0 or by infinity; so do nan and infinities.
    """
    assert result.shape == reference.shape
    if reference.dtype.kind != "f":
        return 0.0 if np.array_equal(result, reference.astype(result.dtype)) else np.inf
    finite = np.isfinite(reference)
    if not np.array_equal(result[~finite], reference[~finite], equal_nan=True) or not np.isfinite(result[finite]).all():
        return np.inf
    scale = np.max(np.abs(reference[finite]), initial=0) or 1.0
    return float(np.max(np.abs(result[finite].astype(float) - reference[finite]), initial=0) / scale)


def largest_difference(function, *examples, reference=None) -> float:
    """Return the largest difference between the compiled function and `jax.jit`, or a given reference."""
    expected = jax.tree.leaves(jax.jit(function)(*examples) if reference is None else reference)
    pairs = zip(run(function, *examples), map(as_words, expected), strict=True)
    return max((difference(result, np.asarray(value)) for result, value in pairs), default=0.0)
