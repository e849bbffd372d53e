"""McCulloch and Pitts's unit of 1943 :cite:`mcculloch1943logical`: a threshold, set by hand, that makes logic gates."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from dlbook import checks
from dlbook.ops.activations import step

GATES = {
    "not": ((-1,), 0),
    "and": ((1, 1), 2),
    "or": ((1, 1), 1),
    "nand": ((-1, -1), -1),
    "nor": ((-1, -1), 0),
    "but not": ((1, -1), 1),
}


class MCP(NamedTuple):
    """Weights, each -1, 0 or 1, and the threshold that their sum must reach."""

    w: Float[Array, " d"]
    theta: Float[Array, ""]


def init(weights, theta) -> MCP:
    """Set a unit by hand: nothing in it is learnt.

    Parameters
    ----------
    weights
        One number for each input: 1 excites, -1 inhibits, 0 ignores.
    theta
        The threshold.

    Raises
    ------
    ValueError
        If a weight is not -1, 0 or 1.
    """
    for weight in weights:
        checks.one_of("mcp.init", "weight", weight, (-1, 0, 1))
    return MCP(jnp.asarray(weights, "float32"), jnp.asarray(theta, "float32"))


def gate(name: str) -> MCP:
    """Return the unit that is a logic gate.

    Parameters
    ----------
    name
        One of not, and, or, nand, nor, but not (the first input and not the second).

    Raises
    ------
    ValueError
        If there is no such gate; there is none for xor.
    """
    checks.one_of("mcp.gate", "name", name, GATES)
    return init(*GATES[name])


def predict(unit: MCP, x: Float[Array, "*n d"]) -> Float[Array, "*n"]:
    """Return 1 where the weighted sum reaches the threshold, else 0, equation :eq:`mcp`."""
    return step(x @ unit.w - unit.theta)


def vetoed(x: Float[Array, "*n d"], inhibition: Float[Array, "*n e"], theta) -> Float[Array, "*n"]:
    """Return 1 where at least `theta` inputs fire and no inhibiting one does: inhibition as in 1943.

    Parameters
    ----------
    x
        Exciting inputs, 0 or 1.
    inhibition
        Inhibiting inputs, 0 or 1: a single one silences the unit, however many excite it.
    theta
        The threshold.
    """
    return step(x.sum(-1) - theta) * (1 - inhibition.max(-1, initial=0.0))


def xor(x: Float[Array, "*n 2"]) -> Float[Array, "*n"]:
    """Return 1 where exactly one of two inputs is 1: two units "but not" and an "or" behind them."""
    one_way, other_way = (predict(gate("but not"), pair) for pair in (x, x[..., ::-1]))
    return predict(gate("or"), jnp.stack([one_way, other_way], -1))
