import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dlbook.explorers import grid


def kernel(a, b, c):
    return dict(total=a + 10 * b + 100 * c, line=jnp.arange(3) * a)


AXES = dict(a=np.float32([1, 2]), b=np.float32([3, 4, 5]), c=np.int32([6, 7]))


@pytest.mark.parametrize("chunk", [2**26, 32, 1])
def test_the_grid_equals_direct_calls(monkeypatch, chunk):
    monkeypatch.setattr(grid, "CHUNK", chunk)
    record = grid.on_grid(kernel, AXES)
    assert record["total"].shape == (2, 3, 2) and record["line"].shape == (2, 3, 2, 3)
    for (i, j, k), total in np.ndenumerate(record["total"]):
        direct = kernel(AXES["a"][i], AXES["b"][j], AXES["c"][k])
        assert total == direct["total"]
        np.testing.assert_array_equal(record["line"][i, j, k], direct["line"])


def test_a_large_grid_is_computed_in_chunks(monkeypatch):
    record_bytes = 4 + 3 * 4
    assert grid._looped((2, 3, 2), record_bytes) == 0
    monkeypatch.setattr(grid, "CHUNK", 6 * record_bytes)
    assert grid._looped((2, 3, 2), record_bytes) == 1


def test_the_grid_is_traced_once():
    calls = []

    def counted(a, b):
        calls.append(1)
        return dict(y=a * b)

    grid.on_grid(jax.jit(counted), dict(a=np.float32(range(20)), b=np.float32(range(30))))
    assert len(calls) <= 2  # once for the shapes, once for the grid


def test_no_controls_is_a_grid_of_one():
    assert grid.on_grid(lambda: dict(y=jnp.ones(3)), {})["y"].shape == (3,)
