"""Embedding: a vector for each token, a row of a table that is learned."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from dlbook import checks


def embed(tokens: Int[Array, "*s"], table: Float[Array, "v d"]) -> Float[Array, "*s d"]:
    """Return the row of each token: equation :eq:`embedding`, one-hot vectors times the table without the zeros.

    Raises
    ------
    ValueError
        If a token is outside 0 to v - 1.
    """
    checks.labels("embed", tokens, len(table), name="tokens")
    return table[tokens]


def embed_backward(
    dy: Float[Array, "*s d"], tokens: Int[Array, "*s"], table: Float[Array, "v d"]
) -> tuple[None, Float[Array, "v d"]]:
    """Each row's gradient is the sum over the places where its token stands: equation :eq:`embedding-backward`."""
    return None, jnp.zeros_like(table).at[tokens].add(dy)
