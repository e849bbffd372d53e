"""Run one experiment at every point of a grid, in one compiled call."""

import jax
import jax.numpy as jnp


def sweep(run, **axes):
    """Call `run(**point)` at each point of the grid spanned by `axes`.

    The grid is a nest of `vmap`: a quantity that an axis does not touch, such as
    the data, exists once.  Whatever changes a shape cannot be an axis; see the
    argument `width` of `models.mlp.init` for a way round that.

    Parameters
    ----------
    run
        A pure function of the swept quantities, returning any tree of arrays.
    axes
        The values of each, all finite.

    Returns
    -------
    The tree that `run` returns, each array with one leading axis for each of
    `axes`, in the order written.

    Raises
    ------
    ValueError
        If an axis is empty, not a list, or holds a number that is not finite.

    Examples
    --------
    >>> sweep(lambda a, b: 10 * a + b, a=[1, 2], b=[3, 4, 5]).tolist()
    [[13, 14, 15], [23, 24, 25]]
    """
    values = {name: jnp.asarray(value) for name, value in axes.items()}
    for name, value in values.items():
        if value.ndim != 1 or value.size == 0 or not jnp.isfinite(value).all():
            raise ValueError(f"sweep: {name} must be a list of finite numbers, got {axes[name]}.")
    grid = lambda *point: run(**dict(zip(values, point, strict=True)))
    for position in reversed(range(len(values))):
        grid = jax.vmap(grid, in_axes=[0 if i == position else None for i in range(len(values))])
    return jax.jit(grid)(*values.values())
