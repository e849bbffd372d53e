"""Linear least squares, for models whose best weights need no descent."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dlbook import checks


def least_squares(a: Float[Array, "n d"], y: Float[Array, "n *k"]) -> Float[Array, "d *k"]:
    """Return the `w` for which `a @ w` is nearest to `y`.

    Gram and Schmidt's way, in the order of operations that keeps rounding errors small: one column after the other is
    scaled to length 1 and taken out of those that follow and of `y`, which gives a = QR and Q'y; then Rw = Q'y is
    solved from the bottom.  The library's `jnp.linalg.lstsq` is as good and faster; this one consists of plain loops.

    Raises
    ------
    ValueError
        If `a` and `y` differ in the number of rows.

    Notes
    -----
    The columns must be independent; else the result is not finite.

    Examples
    --------
    >>> least_squares(jnp.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), jnp.array([1.0, 3.0, 5.0])).round(3)
    Array([1., 2.], dtype=float32)
    """
    checks.same("least_squares", "rows", a=a.shape[0], y=y.shape[0])
    d = a.shape[1]

    def orthogonalise(k, state):
        q, r, rest, target = state
        length = jnp.linalg.norm(q[:, k])
        column = q[:, k] / length
        shares = jnp.where(jnp.arange(d) > k, column @ q, 0)
        q = (q - jnp.outer(column, shares)).at[:, k].set(column)
        share = column @ rest
        rest = rest - (jnp.outer(column, share) if y.ndim > 1 else column * share)
        return q, r.at[k].set(shares.at[k].set(length)), rest, target.at[k].set(share)

    state = a, jnp.zeros((d, d), a.dtype), y, jnp.zeros((d, *y.shape[1:]), y.dtype)
    _, r, _, target = lax.fori_loop(0, d, orthogonalise, state)

    def solve(step, w):
        k = d - 1 - step
        return w.at[k].set((target[k] - r[k] @ w) / r[k, k])

    return lax.fori_loop(0, d, solve, jnp.zeros_like(target))
