import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlbook.explorers import table
from dlbook.explorers.record import NUMBERS, SHADES, Slot

floats = st.floats(-(2.0**99), 2.0**99, width=32) | st.sampled_from([float("nan"), float("inf"), float("-inf")])
values = arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5)), elements=floats)


@given(values)
def test_numbers_come_back_within_the_bound(x):
    """The error is at most half a level of the record's own range; what is not finite comes back as it was."""
    entry = table.quantise(x, 1, Slot("x", 2))
    back = np.broadcast_to(table.dequantise(entry), x.shape)
    known = np.isfinite(x)
    np.testing.assert_array_equal(back[~known], x[~known])
    width = np.broadcast_to((entry.high.astype(float) - entry.low)[:, None, None], x.shape)[known]
    assert (
        np.abs(back[known] - x[known].astype(float)) <= width / NUMBERS / 2 * 1.0001 + np.abs(x[known]) * 1e-6
    ).all()


def test_shades_come_back_within_half_a_level():
    x = np.random.default_rng(0).uniform(-0.2, 1.2, (4, 9, 9)).astype("float32")  # noqa: NPY002 (not the package's)
    back = table.dequantise(table.quantise(x, 1, Slot("x", 2, levels=SHADES, limits=(0, 1))))
    assert np.abs(back - np.clip(x, 0, 1)).max() <= 0.5 / SHADES + 1e-6


def test_logarithms_keep_small_numbers():
    x = np.array([[1e-9, 1e-3, 1.0, 1e12, 0.0, -1.0]])
    back = table.dequantise(table.quantise(x, 1, Slot("x", 1, log=True)))
    np.testing.assert_allclose(back[0, :4], x[0, :4], rtol=5e-4)
    assert back[0, 4] == 0 and np.isnan(back[0, 5])


def test_one_huge_number_does_not_blur_those_in_the_picture():
    x = np.array([[0.1, 0.2, 1e30]])
    back = table.dequantise(table.quantise(x, 1, Slot("x", 1, limits=(0, 1))))
    np.testing.assert_allclose(back[0], [0.1, 0.2, 4.0], atol=1e-4)  # the line leaves the picture at the top


def test_a_setting_that_changes_nothing_is_left_out():
    x = np.broadcast_to(np.arange(5.0)[None, None, :], (7, 3, 5)) * np.arange(1, 4)[None, :, None]
    assert table.quantise(x, 2, Slot("x", 1)).codes.shape == (1, 3, 5)


def test_nan_everywhere_is_stored():
    back = table.dequantise(table.quantise(np.full((2, 3), np.nan), 1, Slot("x", 1)))
    assert np.isnan(back).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("axes", [(), (1,), (1, 2), (1, 2, 3)])
def test_sums_undo_differences(dtype, axes):
    codes = np.random.default_rng(1).integers(0, np.iinfo(dtype).max + 1, (2, 3, 4, 5)).astype(dtype)  # noqa: NPY002
    parts = np.frombuffer(table._differences(codes, axes), np.uint8).reshape(dtype().itemsize, -1).astype(int)
    folded = parts[0] if dtype is np.uint8 else parts[0] << 8 | parts[1]
    back = ((folded >> 1) ^ -(folded & 1)).astype(dtype).reshape(codes.shape)
    for axis in axes:
        back = np.cumsum(back, axis, dtype=dtype)
    np.testing.assert_array_equal(back, codes)


def test_the_packed_table_is_json_with_the_sentences_last():
    entry = table.quantise(np.arange(6.0).reshape(2, 3), 1, Slot("x", 1))
    packed = table.pack({"x": entry}, ["one", "zwölf"])
    json.dumps(packed)
    assert zlib.decompress(base64.b64decode(packed["data"])).decode(errors="replace").endswith("one\nzwölf")


def test_smooth_fields_deflate_well():
    x, y = np.meshgrid(np.linspace(-1, 1, 32), np.linspace(-1, 1, 32))
    fields = np.stack([np.tanh(3 * (x - t * y)) for t in np.linspace(0, 1, 20)])
    packed = table.pack({"field": table.quantise(fields, 1, Slot("field", 2, levels=SHADES, limits=(-1, 1)))})
    assert table.size(packed) < fields.size * 0.3


def test_the_finer_of_two_slots_is_stored():
    merged = table.merged([Slot("x", 1, levels=SHADES, limits=(0, 1)), Slot("x", 1, log=True)])
    assert merged["x"] == Slot("x", 1, levels=NUMBERS, log=False, limits=None)
