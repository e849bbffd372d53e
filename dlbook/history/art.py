"""ART1 :cite:`carpenter1987massively`: categories of binary patterns, learned without forgetting.

A category is a template, the features that all its patterns share.  A pattern joins the
category that resembles it most and passes the test of vigilance; if none does, it founds one.
Learning is "fast": a template takes its new value in one presentation.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from dlbook import checks


class ART1(NamedTuple):
    """One template of zeros and ones for each category slot, and which slots are in use."""

    templates: Float[Array, "s d"]
    committed: Bool[Array, " s"]


class Presentation(NamedTuple):
    """What happened when a pattern was shown.

    Attributes
    ----------
    category
        The slot that resonated, or -1 if all slots failed.
    resets
        Slots that were tried before and failed the test of vigilance.
    """

    category: Int[Array, "*n"]
    resets: Int[Array, "*n"]


def init(slots: int, features: int) -> ART1:
    """Start with free slots, whose templates hold every feature.

    Raises
    ------
    ValueError
        If there is no slot or no feature.
    """
    checks.in_range("art.init", "slots", slots, 1, float("inf"))
    checks.in_range("art.init", "features", features, 1, float("inf"))
    return ART1(jnp.ones((slots, features)), jnp.zeros(slots, bool))


def choice(params: ART1, x: Float[Array, " d"], alpha=0.1) -> Float[Array, " s"]:
    """Return how strongly each slot is called by the pattern: equation :eq:`art-choice`."""
    return (params.templates @ x) / (alpha + params.templates.sum(1))


def match(params: ART1, x: Float[Array, " d"]) -> Float[Array, " s"]:
    """Return the share of the pattern's features that each template holds: equation :eq:`art-match`."""
    return (params.templates @ x) / jnp.maximum(x.sum(), 1)


def search(params: ART1, x: Float[Array, " d"], *, vigilance, alpha=0.1) -> Presentation:
    """Try the slots in the order of `choice` until one passes the test of vigilance."""
    called, matched = choice(params, x, alpha), match(params, x)

    def best(untried):
        return jnp.where(untried, called, -1.0).argmax()

    def fails(state):
        untried, _ = state
        return untried.any() & (matched[best(untried)] < vigilance)

    def reset(state):
        untried, resets = state
        return untried & (jnp.arange(len(untried)) != best(untried)), resets + 1

    untried, resets = lax.while_loop(fails, reset, (jnp.ones(len(called), bool), jnp.int32(0)))
    return Presentation(jnp.where(untried.any(), best(untried), -1), resets)


def step(params: ART1, x: Float[Array, " d"], *, vigilance, alpha=0.1) -> tuple[ART1, Presentation]:
    """Show one pattern: search, then keep of the template what the pattern has too, :eq:`art-learning`."""
    found = search(params, x, vigilance=vigilance, alpha=alpha)
    chosen = jnp.arange(len(params.committed)) == found.category
    templates = jnp.where(chosen[:, None], params.templates * x, params.templates)
    return ART1(templates, params.committed | chosen), found


def fit(params: ART1, x: Float[Array, "n d"], *, vigilance, alpha=0.1) -> tuple[ART1, Presentation]:
    """Show the patterns once, in order; return the categories and what happened at each.

    Parameters
    ----------
    vigilance
        Share of a pattern's features, 0 to 1, that a template must hold.  It may be traced.
    alpha
        Choice parameter, above 0: the smaller, the more a category is preferred whose
        template the pattern holds completely.

    Raises
    ------
    ValueError
        If a pattern holds another number than 0 and 1 or nothing but zeros, its features are not
        those of the templates, or vigilance or alpha is out of range.
    """
    _check("art.fit", params, x)
    checks.in_range("art.fit", "vigilance", vigilance, 0, 1)
    checks.positive("art.fit", "alpha", alpha)
    return _fit(params, x, vigilance, alpha)


@jax.jit
def _fit(params, x, vigilance, alpha):
    return lax.scan(partial(step, vigilance=vigilance, alpha=alpha), params, x)


def predict(params: ART1, x: Float[Array, "n d"], *, alpha=0.1) -> Int[Array, " n"]:
    """Return for each pattern the category in use that is called most strongly; nothing is learned."""
    _check("art.predict", params, x)
    called = jax.vmap(lambda x: choice(params, x, alpha))(x)
    return jnp.where(params.committed, called, -1.0).argmax(1)


def _check(where, params, x):
    checks.same(where, "features", x=x.shape[1], templates=params.templates.shape[1])
    if isinstance(x, jax.core.Tracer):
        return
    with jax.ensure_compile_time_eval():
        strange, empty = (x != 0) & (x != 1), ~x.any(1)
    if strange.any():
        raise ValueError(f"{where}: patterns must hold 0 and 1 only, got {x[strange][0]}.")
    if empty.any():
        raise ValueError(f"{where}: a pattern must have a feature, got only zeros in row {empty.argmax()}.")
