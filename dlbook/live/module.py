"""From functions to a module: tracing, naming, layout of the memory, and the manifest.

The memory of a module holds, from address 0 on: the named arrays, which the caller reads
and writes; the constants; and a scratch area that every entry point uses afresh.

Arrays are found by *name*.  An argument's leaves are called after the argument and their
place in it, as in `state[0].w`; the results after the names in `Entry.returns`.  Entry
points that use the same name share the array, and a result with the name of an argument
is written in its place: `step(state, rate)` that returns `("state", "loss")` updates its state.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Sequence
from math import prod
from typing import Any, NamedTuple

import jax
from jax.extend.core import ClosedJaxpr

from dlbook.live import lower as _lowerings  # noqa: F401  (registers them)
from dlbook.live import plan, wasm
from dlbook.live.builder import Builder
from dlbook.live.emit import WORD, Emitter, library_function
from dlbook.live.functions import LIBRARY
from dlbook.live.ir.expressions import Buffer, Call, nodes
from dlbook.live.ir.statements import MatMul, Statement, expressions, walk
from dlbook.live.jaxpr import Refusal, Unsupported, lower, spec
from dlbook.live.matmul import matmul
from dlbook.live.value import Spec, Stored


class Entry(NamedTuple):
    """One function that the page can call.

    Attributes
    ----------
    function
        A pure function of arrays (pytrees of arrays).
    examples
        Its arguments, by position; only their structure, shapes and types matter.
    returns
        A name for each result; a single name stands for the whole result.
    """

    function: Callable
    examples: tuple
    returns: tuple[str, ...] = ("result",)


class Module(NamedTuple):
    """A compiled module.

    Attributes
    ----------
    bytes
        The WebAssembly binary.  It imports nothing.  It exports `memory`, a function without
        arguments for each entry point, and `NAME_times(n)` for those that update their state.
    manifest
        What the caller must know, ready for JSON: `arrays` lists name, shape, dtype and byte
        `offset` of each; `entries` says which arrays each entry point reads and writes;
        `memory` is the number of bytes in use.
    """

    bytes: bytes
    manifest: dict[str, Any]

    def json(self) -> str:
        """Return the manifest as compact JSON."""
        return json.dumps(self.manifest, separators=(",", ":"))


class Traced(NamedTuple):
    """An entry point after tracing: its jaxpr, and name and specification of what goes in and out."""

    jaxpr: ClosedJaxpr
    inputs: list[tuple[str, Spec]]
    outputs: list[tuple[str, Spec]]


def compile(function: Callable, *examples) -> Module:
    """Compile one function; its entry point is `call`, its results are named `result`.

    Raises
    ------
    Unsupported
        If the function uses a primitive, a parameter or a type that cannot be compiled;
        the message names it and the line of the function.

    Examples
    --------
    >>> module = compile(lambda x: 2 * x, jax.numpy.ones(3))
    >>> [array["name"] for array in module.manifest["arrays"]]
    ['x', 'result']
    """
    return link(call=Entry(function, examples))


def link(**entries: Entry) -> Module:
    """Compile several entry points into one module with one memory.

    Raises
    ------
    ValueError
        If entry points disagree about the shape or type of a shared array, or an entry
        point returns something else than `returns` says.
    Unsupported
        As `compile` does.
    """
    traced = {name: trace(name, entry) for name, entry in entries.items()}
    arrays, constants = _shared_arrays(traced), {}
    builders = {name: _build(each, arrays, constants) for name, each in traced.items()}
    addresses, scratch = _consecutive([*(array.buffer for array in arrays.values()), *constants.values()])
    functions, end = _entry_functions(builders, addresses, scratch)
    repeats = {f"{name}_times": _times(name) for name, each in traced.items() if _updates(each)}
    library = _library(statement for builder in builders.values() for statement in walk(builder.block))
    binary = wasm.module_bytes(
        functions | repeats | library,
        [*functions, *repeats],
        end,
        {WORD * addresses[buffer]: data for data, buffer in constants.items()},
    )
    return Module(binary, _manifest(traced, arrays, addresses, WORD * end))


def trace(name: str, entry: Entry) -> Traced:
    """Trace a function and name the leaves of its arguments and results."""
    if len(set(entry.returns)) < len(entry.returns):
        raise ValueError(f"link: {name} must return results of different names, got {entry.returns}.")
    leaves, tree = jax.tree.flatten(entry.examples)
    names = []

    def flat(*leaves):
        results = _results(name, entry, entry.function(*jax.tree.unflatten(tree, leaves)))
        named = _named(results, entry.returns)
        names[:] = [path for path, _ in named]
        return [leaf for _, leaf in named]

    try:
        jaxpr = jax.make_jaxpr(flat)(*leaves)
        inputs = [path for path, _ in _named(entry.examples, _parameters(entry))]
        return Traced(
            jaxpr,
            [(path, spec(aval)) for path, aval in zip(inputs, jaxpr.in_avals, strict=True)],
            [(path, spec(aval)) for path, aval in zip(names, jaxpr.out_avals, strict=True)],
        )
    except Refusal as refusal:
        raise Unsupported(f"live: cannot compile {name!r}: {refusal}.") from None


def _parameters(entry: Entry) -> list[str]:
    """Return the names of the arguments that have examples."""
    names = list(inspect.signature(entry.function).bind(*entry.examples).arguments.items())
    return [n for name, given in names for n in (_star(entry, name, given))]


def _star(entry: Entry, name: str, given) -> list[str]:
    """Return the name of an argument, or one for each of those that `*name` collects."""
    several = inspect.signature(entry.function).parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
    return [f"{name}[{number}]" for number in range(len(given))] if several else [name]


def _results(name: str, entry: Entry, results) -> tuple:
    if len(entry.returns) == 1:
        return (results,)
    if not isinstance(results, tuple) or len(results) != len(entry.returns):
        raise ValueError(f"link: {name} must return {len(entry.returns)} results, {entry.returns}, got {results}.")
    return tuple(results)


def _named(trees: Sequence, names: Iterable[str]) -> list[tuple[str, Any]]:
    """Return each leaf with its name: that of its tree, then its place in the tree."""
    return [
        (name + jax.tree_util.keystr(path), leaf)
        for name, tree in zip(names, trees, strict=True)
        for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]
    ]


def _shared_arrays(traced: dict[str, Traced]) -> dict[str, Stored]:
    """Make one array for each name, and check that all entry points mean the same by it."""
    found: dict[str, Spec] = {}
    for entry, each in traced.items():
        for name, wanted in (*each.inputs, *each.outputs):
            if found.setdefault(name, wanted) != wanted:
                known = found[name]
                raise ValueError(
                    f"link: {entry} takes {name} as {wanted.kind.value}{list(wanted.shape)}, "
                    f"another entry point as {known.kind.value}{list(known.shape)}."
                )
    return {name: Stored(shape, kind, Buffer(name, max(1, prod(shape)))) for name, (shape, kind) in found.items()}


def _build(traced: Traced, arrays: dict[str, Stored], constants: dict[bytes, Buffer]) -> Builder:
    """Lower one entry point, up to storing its results."""
    builder = Builder(constants)
    results = lower(builder, traced.jaxpr, [arrays[name] for name, _ in traced.inputs])
    builder.assign_all([arrays[name] for name, _ in traced.outputs], results)
    return builder


def _consecutive(buffers: Iterable[Buffer]) -> tuple[dict[Buffer, int], int]:
    """Place buffers one after the other; return their addresses in words, and the end."""
    addresses, address = {}, 0
    for buffer in buffers:
        addresses[buffer] = address
        address += plan.aligned(buffer.words)
    return addresses, address


def _entry_functions(builders, addresses: dict[Buffer, int], scratch: int) -> tuple[dict[str, wasm.Function], int]:
    """Plan the scratch memory of each entry point and write its code; return the end of the memory, too."""
    functions, end = {}, scratch
    for name, builder in builders.items():
        placed, stop = plan.place(plan.lives(builder.block), scratch)
        emitter = Emitter(addresses | placed)
        emitter.statements(builder.block)
        functions[name], end = emitter.function, max(end, stop)
    return functions, end


def _updates(traced: Traced) -> list[str]:
    """Return the arrays that an entry point both reads and writes."""
    return [name for name, _ in traced.outputs if name in dict(traced.inputs)]


def _times(name: str) -> wasm.Function:
    """Write the function that calls an entry point `n` times."""
    function = wasm.Function([("n", wasm.I32)])
    function.block("block")
    function.block("loop")
    function.get("n")
    function.i32(0)
    function.op("i32.le_s")
    function.op("br_if", 1)
    function.call(name)
    function.get("n")
    function.i32(1)
    function.op("i32.sub")
    function.set("n")
    function.op("br", 0)
    function.op("end")
    function.op("end")
    return function


def _library(statements: Iterable[Statement]) -> dict[str, wasm.Function]:
    """Return the shared functions that are called, and those that these call in turn."""
    statements = list(statements)
    library = {"matmul": matmul()} if any(isinstance(statement, MatMul) for statement in statements) else {}
    pending = [root for statement in statements for root in expressions(statement)]
    while pending:
        called = {node.name for node in nodes(*pending) if isinstance(node, Call)} - set(library)
        library |= {name: library_function(LIBRARY[name]) for name in sorted(called)}
        pending = [LIBRARY[name].body for name in called]
    return library


def _manifest(traced, arrays, addresses, memory: int) -> dict[str, Any]:
    return {
        "arrays": [
            {
                "name": name,
                "shape": list(value.shape),
                "dtype": value.kind.value,
                "offset": WORD * addresses[value.buffer],
            }
            for name, value in arrays.items()
        ],
        "entries": {
            name: {"inputs": [n for n, _ in each.inputs], "outputs": [n for n, _ in each.outputs]}
            for name, each in traced.items()
        },
        "memory": memory,
    }
