import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.datasets import load_digits

from dlbook.data import digits


@pytest.fixture(scope="module")
def parts():
    return digits()


def test_sizes_and_types(parts):
    assert [x.shape for x, _ in parts] == [(1197, 64), (300, 64), (300, 64)]
    assert all(x.dtype == "float32" and labels.dtype == "int32" for x, labels in parts)


def test_pixels_fill_the_unit_interval(parts):
    assert all(x.min() == 0 and x.max() == 1 for x, _ in parts)


def test_no_sample_is_lost_or_doubled(parts):
    bunch = load_digits()
    ours = np.concatenate([np.c_[16 * x, labels] for x, labels in parts])
    theirs = np.c_[bunch.data, bunch.target]
    np.testing.assert_array_equal(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)])


def test_each_digit_has_its_share(parts):
    total = np.bincount(load_digits().target)
    for _, labels in parts:
        assert abs(jnp.bincount(labels, length=10) - total * len(labels) / 1797).max() <= 2


def test_the_seed_decides(parts):
    np.testing.assert_array_equal(digits(0).test[0], parts.test[0])
    assert not jnp.array_equal(digits(1).test[0], parts.test[0])


def test_importing_data_does_not_import_scikit_learn():
    code = "import sys; from dlbook import data; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
