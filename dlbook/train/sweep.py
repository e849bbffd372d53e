"""Run one experiment at every point of a grid, in one compiled call."""

from functools import partial

import jax
import jax.numpy as jnp
from jax.sharding import Mesh, PartitionSpec

from dlbook.train.devices import automatic, available, put_together


def sweep(run, *, mesh: Mesh | None = None, **axes):
    """Call `run(**point)` at each point of the grid spanned by `axes`.

    The grid is a nest of `vmap`: a quantity that an axis does not touch, such as
    the data, exists once.  Whatever changes a shape cannot be an axis; see the
    argument `width` of `models.mlp.init` for a way round that.

    Parameters
    ----------
    run
        A pure function of the swept quantities, returning any tree of arrays.
    mesh
        Devices that share the grid: each runs an equal part of the first axis whose length allows it.
    axes
        The values of each, all finite.

    Returns
    -------
    The tree that `run` returns, each array with one leading axis for each of
    `axes`, in the order written.  With a mesh, each of its devices has the whole.

    Raises
    ------
    ValueError
        If an axis is empty, not a list, or holds a number that is not finite, if no axis can be shared out evenly,
        or if the mesh names devices that are not there.

    Notes
    -----
    One compilation serves all later calls with the same `run`, mesh and lengths of the axes; a new `lambda` or
    `partial` is a new function.

    Examples
    --------
    >>> sweep(lambda a, b: 10 * a + b, a=[1, 2], b=[3, 4, 5]).tolist()
    [[13, 14, 15], [23, 24, 25]]
    """
    if mesh is not None:
        available("sweep", mesh)
    values = {name: jnp.asarray(value) for name, value in axes.items()}
    for name, value in values.items():
        if value.ndim != 1 or value.size == 0 or not jnp.isfinite(value).all():
            raise ValueError(f"sweep: {name} must be a list of finite numbers, got {axes[name]}.")
    return _sweep(run, mesh, tuple(values), *values.values())


@partial(jax.jit, static_argnums=(0, 1, 2))
def _sweep(run, mesh, names, *values):
    grid = lambda *point: run(**dict(zip(names, point, strict=True)))
    for position in reversed(range(len(names))):
        grid = jax.vmap(grid, in_axes=[0 if i == position else None for i in range(len(names))])
    grid = _spread(grid, mesh, dict(zip(names, values, strict=True))) if mesh else grid
    return grid(*values)


def _spread(grid, mesh, values):
    """The grid, of which each device of the mesh computes its part."""
    even = [position for position, value in enumerate(values.values()) if value.size % mesh.size == 0]
    if not even:
        lengths = {name: value.size for name, value in values.items()}
        raise ValueError(
            f"sweep: an axis must have a multiple of {mesh.size} values, one for each device, got {lengths}."
        )
    parts = [PartitionSpec()] * len(values)
    parts[even[0]] = PartitionSpec(mesh.axis_names)
    together = PartitionSpec(*[None] * even[0], mesh.axis_names)
    # unchecked, or the gradient by what is alike on all devices at first, such as zero biases, is added up over them
    part = jax.shard_map(grid, mesh=automatic(mesh), in_specs=tuple(parts), out_specs=together, check_vma=False)
    return lambda *point: put_together(mesh, part(*point))
