"""What is timed on one device and on eight is the same work."""

import jax
import numpy as np
import pytest

from benchmarks import devices


@pytest.fixture
def mesh():
    return jax.sharding.Mesh(np.array(jax.devices("cpu")), ("batch",))


def test_both_are_timed(mesh):
    row = devices.measured("sum", lambda mesh: np.ones(3) + (mesh is None) * 1e-6, mesh, rounds=3)
    assert row["name"] == "sum" and min(row["one"]["seconds"], row["eight"]["seconds"]) > 0


def test_other_numbers_are_refused(mesh):
    with pytest.raises(AssertionError):
        devices.measured("sum", lambda mesh: np.ones(3) + (mesh is None), mesh, rounds=3)
