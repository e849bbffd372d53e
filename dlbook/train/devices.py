"""Many devices: what each holds, what they share out, and what is put together again."""

import jax
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import PyTree


def everywhere(mesh: Mesh, tree: PyTree) -> PyTree:
    """Give each device of a mesh its copy of all arrays; those that lie on all of them in parts stay as they lie."""
    whole = NamedSharding(automatic(mesh), PartitionSpec())
    copy = jax.jit(lambda a: a, out_shardings=whole)

    def placed(a):
        if isinstance(a, jax.Array) and isinstance(a.sharding, NamedSharding) and a.sharding.mesh.devices.size > 1:
            return jax.device_put(a, NamedSharding(automatic(a.sharding.mesh), a.sharding.spec))
        return copy(a)

    return jax.tree.map(placed, tree)


def shared_out(mesh: Mesh, tree: PyTree) -> PyTree:
    """Inside a compiled function: give each device an equal part of the leading axis of all arrays."""
    return lax.with_sharding_constraint(tree, NamedSharding(automatic(mesh), PartitionSpec(mesh.axis_names)))


def put_together(mesh: Mesh, tree: PyTree) -> PyTree:
    """Inside a compiled function: give each device the whole of all arrays."""
    return lax.with_sharding_constraint(tree, NamedSharding(automatic(mesh), PartitionSpec()))


def automatic(mesh: Mesh) -> Mesh:
    """Return the mesh with axes along which the compiler finds out by itself where each array lies.

    `jax.make_mesh` makes axes that a program must name in every operation.
    """
    return Mesh(mesh.devices, mesh.axis_names)
