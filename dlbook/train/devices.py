"""Many devices: what each holds, what they share out, and what is put together again.

Without a mesh, everything lies on one device, and stays as it is.
"""

import jax
from jax import lax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import PyTree


def available(where: str, mesh) -> None:
    """Raise a ValueError unless all devices of a mesh exist, and one of them belongs to this process."""
    if not isinstance(mesh, Mesh):
        raise ValueError(f'{where}: mesh must be a Mesh, such as jax.make_mesh((8,), ("batch",)), got {mesh!r}.')
    devices = set(mesh.devices.flat)
    gone = devices - {device for platform in {d.platform for d in devices} for device in _devices(platform)}
    if gone:
        raise ValueError(f"{where}: the mesh must name devices that JAX has now, got {sorted(map(str, gone))}.")
    if not any(device.process_index == jax.process_index() for device in devices):
        raise ValueError(f"{where}: the mesh must name a device of this process, number {jax.process_index()}.")


def _devices(platform):
    try:
        return jax.devices(platform)
    except RuntimeError:  # no such platform here
        return []


def everywhere(mesh: Mesh | None, tree: PyTree) -> PyTree:
    """Give each device of a mesh its copy of all arrays; those that lie on all of them in parts stay as they lie."""
    if mesh is None:
        return tree
    whole = NamedSharding(automatic(mesh), PartitionSpec())
    copy = jax.jit(lambda a: a, out_shardings=whole)

    def placed(a):
        if isinstance(a, jax.Array) and isinstance(a.sharding, NamedSharding) and a.sharding.mesh.devices.size > 1:
            return jax.device_put(a, NamedSharding(automatic(a.sharding.mesh), a.sharding.spec))
        return copy(a)

    return jax.tree.map(placed, tree)


def shared_out(mesh: Mesh | None, tree: PyTree) -> PyTree:
    """Inside a compiled function: give each device an equal part of the leading axis of all arrays."""
    return _laid(mesh, tree, PartitionSpec(mesh and mesh.axis_names))


def put_together(mesh: Mesh | None, tree: PyTree) -> PyTree:
    """Inside a compiled function: give each device the whole of all arrays."""
    return _laid(mesh, tree, PartitionSpec())


def _laid(mesh, tree, how):
    return tree if mesh is None else lax.with_sharding_constraint(tree, NamedSharding(automatic(mesh), how))


def automatic(mesh: Mesh) -> Mesh:
    """Return the mesh with axes along which the compiler finds out by itself where each array lies.

    `jax.make_mesh` makes axes that a program must name in every operation.
    """
    return Mesh(mesh.devices, mesh.axis_names)
