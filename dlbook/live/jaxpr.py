"""The front end: from a JAX function to a flat list of equations, and from those to lowerings.

`jax.make_jaxpr` has already done the hard part: a jaxpr is a straight list of primitive
operations on arrays of known shape.  Here calls (`jit`, `custom_jvp`, `checkpoint` …)
are replaced by what they call, and primitives of high level (`jax.experimental.hijax`) by
those that they expand to; equations whose results nobody needs are dropped, and each of
the others is handed to its lowering, the function registered under its name.

**Nothing is ignored in silence.**  The keyword-only arguments of a lowering are the
parameters of the primitive that it understands; `lowers` may list others with the values
that leave the meaning unchanged.  Any other primitive, parameter or value raises
`Unsupported` with the line of the user's code.
"""

import inspect
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal
from jax.extend.source_info_util import summarize

from dlbook.live.builder import Builder
from dlbook.live.ir.expressions import U32, Index, Kind
from dlbook.live.value import Spec, Value, pick

KINDS = {np.dtype(kind.value): kind for kind in Kind}
INLINED = {  # calls, and the parameter that holds what they call
    "jit": "jaxpr",
    "closed_call": "call_jaxpr",
    "core_call": "call_jaxpr",
    "remat2": "jaxpr",
    "checkpoint": "jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "eval_jaxpr": "call_jaxpr",
}
HIGH_LEVEL = "call_hi_primitive"  # its parameter is the primitive, which knows what it is made of
SHARDINGS = ("sharding", "out_sharding")
LOWERINGS = {}


class Unsupported(NotImplementedError):
    """A function uses something that cannot be compiled without changing its meaning."""


class Refusal(Exception):
    """Raised by a lowering, with the parameter and its value; `Unsupported` adds primitive and line."""


def require(condition: bool, what: str, value) -> None:
    """Refuse a parameter's value unless the condition holds."""
    if not condition:
        raise Refusal(f"parameter {what}={value} is not supported")


class Equation(NamedTuple):
    """One primitive operation; `inputs` are variables or `Known` arrays, `lines` the user's, the innermost first."""

    name: str
    params: dict[str, Any]
    inputs: list
    outputs: list
    lines: tuple[str, ...]

    def refuse(self, reason: str):
        """Raise the error that names the primitive and the user's line."""
        raise Unsupported(f"live: cannot compile {self.name!r}: {reason} (at {', called from '.join(self.lines)}).")


class Variable:
    """The result of an equation; unlike JAX's, unique even where a call is inlined twice."""

    def __init__(self, aval):
        self.aval = aval


class Known(NamedTuple):
    """An array known at build time."""

    array: Any
    aval: Any


class Lowering(NamedTuple):
    """A registered function, and what `lowers` was told about it."""

    function: Callable
    accepted: dict[str, tuple]
    hints: tuple[str, ...]
    keys: bool


def lowers(*names: str, hints: tuple[str, ...] = (), keys: bool = False, **accepted):
    """Register a function as the lowering of primitives.

    Parameters
    ----------
    names
        Primitives; if there are several, the function can ask for the name as keyword `primitive`.
    hints
        Parameters that promise or ask for speed only; any value is right.
    keys
        Whether it handles random keys itself; else it sees their two words one by one.
    accepted
        For parameters that the function does not see: the values it is right for.
    """

    def register(function):
        for name in names:
            LOWERINGS[name] = Lowering(function, accepted, hints, keys)
        return function

    return register


def is_key(aval) -> bool:
    """Whether an array holds random keys."""
    return jax.dtypes.issubdtype(aval.dtype, jax.dtypes.prng_key)


def spec(aval) -> Spec:
    """Return shape and kind of an abstract array; a random key is two words on a last axis."""
    shape = tuple(int(n) for n in aval.shape)
    if is_key(aval):
        return Spec((*shape, 2), U32)
    if np.dtype(aval.dtype) not in KINDS:
        raise Refusal(f"arrays of {aval.dtype} are not supported, only {', '.join(k.value for k in Kind)}")
    return Spec(shape, KINDS[np.dtype(aval.dtype)])


# Reading


def flatten(closed: ClosedJaxpr) -> tuple[list[Variable], list[Equation], list]:
    """Return inputs, needed equations and outputs of a jaxpr, with all calls inlined."""
    inputs = [Variable(v.aval) for v in closed.jaxpr.invars]
    equations = []
    outputs = _inline(closed, inputs, equations)
    return inputs, _needed(equations, outputs), outputs


def _inline(closed, inputs, equations, callers: tuple[str, ...] = ()) -> list:
    """Append the equations of a jaxpr to a list; return its outputs."""
    jaxpr: Jaxpr = closed.jaxpr
    scope = dict(zip(jaxpr.invars, inputs, strict=True))
    scope |= {v: Known(c, v.aval) for v, c in zip(jaxpr.constvars, closed.consts, strict=True)}

    def read(atom):
        return Known(atom.val, atom.aval) if isinstance(atom, Literal) else scope[atom]

    for eqn in jaxpr.eqns:
        name, operands = eqn.primitive.name, [read(atom) for atom in eqn.invars]
        lines = tuple(line for line in dict.fromkeys((summarize(eqn.source_info), *callers)) if line)
        called = _called(eqn)
        if called:
            results = _inline(called, operands, equations, lines)
        else:
            results = [Variable(v.aval) for v in eqn.outvars]
            equations.append(Equation(name, eqn.params, operands, results, lines))
        scope |= zip(eqn.outvars, results, strict=True)
    return [read(atom) for atom in jaxpr.outvars]


def _called(eqn) -> ClosedJaxpr | None:
    """Return what an equation calls, or None if it is no call."""
    name = eqn.primitive.name
    if name == HIGH_LEVEL:
        return _expanded(eqn.params["_prim"])
    if name not in INLINED:
        return None
    called = eqn.params[INLINED[name]]
    return called if isinstance(called, ClosedJaxpr) else ClosedJaxpr(called, ())


def _expanded(primitive) -> ClosedJaxpr:
    """Trace what a primitive of high level is made of."""

    def flat(*leaves):
        return jax.tree.leaves(primitive.expand(*jax.tree.unflatten(primitive.in_tree, leaves)))

    return jax.make_jaxpr(flat)(*primitive.in_avals_flat)


def _needed(equations, outputs) -> list[Equation]:
    """Drop the equations that contribute to no output."""
    wanted, kept = set(map(id, outputs)), []
    for equation in reversed(equations):
        if any(id(v) in wanted for v in equation.outputs):
            kept.append(equation)
            wanted |= set(map(id, equation.inputs))
    return kept[::-1]


# Lowering


def lower(build: Builder, closed: ClosedJaxpr, arguments: list[Value]) -> list[Value]:
    """Emit a jaxpr's equations for these arguments and return its results."""
    inputs, equations, outputs = flatten(closed)
    values = dict(zip(map(id, inputs), arguments, strict=True))
    uses = Counter(id(atom) for equation in equations for atom in equation.inputs) + Counter(map(id, outputs))

    def read(atom):
        return build.constant(*_words(atom)) if isinstance(atom, Known) else values[id(atom)]

    for equation in equations:
        try:
            results = _lower_equation(build, equation, [read(atom) for atom in equation.inputs])
        except Refusal as refusal:
            equation.refuse(str(refusal))
        for variable, value in zip(equation.outputs, results, strict=True):
            if (value.shape, value.kind) != spec(variable.aval):
                equation.refuse(f"its lowering gave {value.kind.value}{value.shape} for {variable.aval}")
            values[id(variable)] = build.reusable(value) if uses[id(variable)] > 1 else value
    return [read(atom) for atom in outputs]


def _words(known: Known) -> tuple[Any, Kind]:
    array = jax.random.key_data(known.array) if is_key(known.aval) else known.array
    return np.asarray(array), spec(known.aval).kind


def _lower_equation(build, equation, operands) -> list[Value]:
    if equation.name not in LOWERINGS:
        shown = ", ".join(f"{k}={v}" for k, v in equation.params.items())
        equation.refuse(f"no lowering for this primitive, with parameters {shown or 'none'}")
    lowering = LOWERINGS[equation.name]
    params = _understood(equation, lowering)
    avals = [atom.aval for atom in (*equation.inputs, *equation.outputs)]
    if not lowering.keys and any(is_key(aval) for aval in avals):
        return _lower_keys(build, equation, lowering, operands, params)
    return _call(build, equation, lowering, [spec(v.aval) for v in equation.outputs], operands, params)


def _understood(equation, lowering) -> dict[str, Any]:
    """Check every parameter of an equation; return those that the lowering takes."""
    wanted = _keywords(lowering.function)
    for name, value in equation.params.items():
        allowed = lowering.accepted.get(name)
        known = name in wanted or name in lowering.hints or (name in SHARDINGS and _unsharded(value))
        if not known and (allowed is None or not any(value is a or value == a for a in allowed)):
            equation.refuse(f"parameter {name}={value} is not understood")
    return {name: value for name, value in equation.params.items() if name in wanted}


def _unsharded(sharding) -> bool:
    """Whether an array lies on one device, which is all that a page has."""
    return sharding is None or sharding.mesh.empty


def _keywords(function) -> set[str]:
    found = inspect.signature(function).parameters.values()
    return {parameter.name for parameter in found if parameter.kind is parameter.KEYWORD_ONLY}


def _call(build, equation, lowering, out, operands, params) -> list[Value]:
    if "primitive" in _keywords(lowering.function):
        params = params | {"primitive": equation.name}
    results = lowering.function(build, out, *operands, **params)
    return results if isinstance(results, list) else [results]


def _lower_keys(build, equation, lowering, operands, params) -> list[Value]:
    """Lower a layout primitive on random keys: once for each of a key's two words."""
    logical = [Spec(s.shape[:-1], s.kind) if is_key(v.aval) else s for v in equation.outputs for s in [spec(v.aval)]]
    targets = [build.allocate(*spec(v.aval)) for v in equation.outputs]
    for word in (0, 1):
        halves = [
            pick(value, len(value.shape) - 1, Index((), word)) if is_key(atom.aval) else value
            for atom, value in zip(equation.inputs, operands, strict=True)
        ]
        for target, result in zip(targets, _call(build, equation, lowering, logical, halves, params), strict=True):
            build.copy(pick(target, len(target.shape) - 1, Index((), word)), result)
    return targets
