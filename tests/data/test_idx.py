import gzip
import math
import struct
import tracemalloc

import numpy as np
import pytest

from dlbook import data
from dlbook.data import registry
from dlbook.data.registry import Source

CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
PACKING = {"plain": lambda raw: raw, "gzip": gzip.compress}


def header(code, *shape):
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape)


def idx(array):
    return header(CODES[array.dtype.str[1:]], *array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.fixture(params=PACKING)
def write(request, tmp_path):
    """Write bytes to a file, plain and packed."""

    def write(raw, name="file"):
        path = tmp_path / name
        path.write_bytes(PACKING[request.param](raw))
        return path

    write.packed = request.param == "gzip"
    return write


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4), (1, 2, 1, 3)])
def test_reads_what_was_written(write, dtype, shape):
    array = (np.arange(math.prod(shape)) * 37 - 20 * (dtype[0] != "u")).astype(dtype).reshape(shape)
    read = data.read_idx(write(idx(array)))
    assert read.dtype == np.dtype(dtype) and read.dtype.isnative
    np.testing.assert_array_equal(read, array)


def test_values_are_big_endian(write):
    assert data.read_idx(write(header(12, 2) + bytes([0, 0, 1, 2, 255, 255, 255, 254]))).tolist() == [258, -2]


def test_name_need_not_tell_that_it_is_packed(write):
    for name in ("images.gz", "images", "images.idx"):
        assert data.read_idx(write(idx(np.arange(3, dtype="u1")), name)).tolist() == [0, 1, 2]


def test_reads_files_larger_than_a_chunk(write):
    array = (np.arange(3_000_000) % 251).astype("u1").reshape(3000, 1000)
    np.testing.assert_array_equal(data.read_idx(write(idx(array))), array)


def refused(path, message):
    with pytest.raises(ValueError, match=message) as caught:
        data.read_idx(path)
    assert f"read_idx: {path}" in str(caught.value)


@pytest.mark.parametrize("left", [0, 1, 11])
def test_truncated_entries_are_refused(write, left):
    refused(write(idx(np.zeros((3, 4), "u1"))[: 12 + left]), f"expected 12 bytes of entries, got {left}\\.")


@pytest.mark.parametrize("extra", [1, 5])
def test_trailing_bytes_are_refused(write, extra):
    got = "at least 13" if write.packed else f"{12 + extra}"
    refused(write(idx(np.zeros((3, 4), "u1")) + bytes(extra)), f"expected 12 bytes of entries, got {got}\\.")


def test_length_counts_the_bytes_of_an_entry(write):
    refused(write(idx(np.zeros(3, "f8"))[:-1]), "expected 24 bytes of entries, got 23")


@pytest.mark.parametrize("length", [0, 1, 3])
def test_files_shorter_than_the_magic_number_are_refused(write, length):
    refused(write(header(8, 1)[:length]), f"is no IDX file: .*got {'nothing' if length == 0 else '00'}")


def test_truncated_headers_are_refused(write):
    refused(write(header(8, 2, 3)[:9]), "expected 12 bytes of header, got 9")


@pytest.mark.parametrize(
    "magic", [b"\0\1\x08\1", b"\1\0\x08\1", b"\0\0\x0a\1", b"\0\0\0\1", b"<!DO"], ids=lambda magic: magic.hex()
)
def test_wrong_magic_numbers_are_refused(write, magic):
    refused(write(magic + bytes(100)), f"is no IDX file: expected the bytes 00 00, .* got {magic.hex(' ')}")


def test_impossible_numbers_of_dimensions_are_refused(write):
    refused(write(b"\0\0\x08\0" + bytes(9)), "number of dimensions must lie between 1 and 64, got 0")
    refused(write(b"\0\0\x08\xff" + bytes(2000)), "number of dimensions must lie between 1 and 64, got 255")


def test_empty_arrays_are_refused(write):
    refused(
        write(header(8, 2**32 - 1, 2**32 - 1, 0)), r"every size must be at least 1, got \(4294967295, 4294967295, 0\)"
    )


def peak_of(call):
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", [(2**32 - 1,), (2**32 - 1, 2**32 - 1), (2**32 - 1,) * 8])
def test_oversized_declarations_are_refused_before_memory_is_taken(write, shape):
    path = write(header(14, *shape) + bytes(50))
    call = lambda: refused(path, f"expected {8 * math.prod(shape)} bytes of entries, got 50\\.")
    assert peak_of(call) < 4e6


def test_gzip_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(header(8, 10, 10))
        for _ in range(64):
            file.write(bytes(1 << 20))
    peak = peak_of(lambda: refused(path, r"expected 100 bytes of entries, got at least 101\."))
    assert peak < 1e6


def test_gzip_bomb_is_read_no_further_than_one_byte_past_the_declared_size(tmp_path, monkeypatch):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(header(8, 100) + bytes(10**6)))
    reads = []

    class Watched(gzip.GzipFile):
        def read(self, size=-1):
            reads.append(size)
            return super().read(size)

        def read1(self, size=-1):
            reads.append(size)
            return super().read1(size)

    monkeypatch.setattr(gzip, "open", Watched)
    refused(path, "got at least 101")
    assert reads == [4, 4, 101, 0]


def test_gzip_files_that_break_off_are_refused(tmp_path):
    array = np.asarray(np.arange(50_000) * 2654435761 % 2**32 >> 24, "u1")
    packed = gzip.compress(idx(array))
    path = tmp_path / "file.gz"
    for end, got in [(len(packed) // 2, r"[1-9]\d+"), (len(packed) - 3, "50000")]:
        path.write_bytes(packed[:end])
        refused(path, f"breaks off: expected 50000 bytes of entries and a checksum, got {got} bytes")
    path.write_bytes(packed[:9])
    refused(path, "is a broken gzip file: Compressed file ended")


def test_damaged_gzip_files_are_refused(tmp_path):
    packed = gzip.compress(idx(np.arange(200, dtype="u1")))
    path = tmp_path / "file.gz"
    for damaged in (
        packed[:10] + b"\xff" + packed[11:],  # no such block of deflate
        packed[:-8] + bytes(4) + packed[-4:],  # wrong checksum
        packed + b"more",  # something that is not gzip follows
        b"\x1f\x8bnot gzip at all",
    ):
        path.write_bytes(damaged)
        refused(path, "is a broken gzip file: ")


def test_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        data.read_idx(tmp_path / "nowhere")


def images(n, seed):
    return (np.arange(n * 784).reshape(n, 28, 28) * 7 + 13 * seed).astype("u1")


def labels(n):
    return (np.arange(n) * 3 % 10).astype("u1")


def test_labelled_images_are_scaled(write):
    x, y = data.labelled_images(write(idx(images(20, 1)), "x"), write(idx(labels(20)), "y"))
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((20, 28, 28, 1), "float32", (20,), "int32")
    assert x.min() == 0 and x.max() == 1
    np.testing.assert_allclose(x[..., 0], images(20, 1) / 255.0, rtol=1e-6)
    np.testing.assert_array_equal(y, labels(20))


@pytest.mark.parametrize(
    "x, y, message",
    [
        (images(5, 0), labels(4), "labelled_images: images has 5 samples .* but labels has 4"),
        (images(5, 0), labels(5) + 3, "labels must lie between 0 and 9, got 12"),
        (images(5, 0)[:, :27], labels(5), r"expected bytes of shape \(n, 28, 28\), got uint8 of shape \(5, 27, 28\)"),
        (images(5, 0).astype("i2"), labels(5), r"expected bytes of shape \(n, 28, 28\), got int16"),
        (labels(5), images(5, 0), r"expected bytes of shape \(n, 28, 28\), got uint8 of shape \(5,\)"),
        (images(5, 0), images(5, 0), r"expected bytes of shape \(n,\), got uint8 of shape \(5, 28, 28\)"),
        (images(5, 0), labels(5).astype("f4"), r"expected bytes of shape \(n,\), got float32"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(write, x, y, message):
    with pytest.raises(ValueError, match=message) as caught:
        data.labelled_images(write(idx(x), "x"), write(idx(y), "y"))
    assert str(write(idx(x), "x")) in str(caught.value) or str(write(idx(y), "y")) in str(caught.value)


@pytest.fixture(params=["mnist", "fashion-mnist"])
def small_mnist(request, tmp_path, monkeypatch):
    """Put four small files into the cache by hand, under the names and with the hashes of the registry."""
    monkeypatch.setenv("DLBOOK_DATA", str(tmp_path))
    (tmp_path / request.param).mkdir()
    for part, n in [("train", 60), ("t10k", 20)]:
        for kind, array in [("images-idx3", images(n, n)), ("labels-idx1", labels(n))]:
            name = f"{request.param}/{part}-{kind}-ubyte.gz"
            (tmp_path / name).write_bytes(gzip.compress(idx(array)))
            sha256 = registry.pooch.file_hash(str(tmp_path / name))
            monkeypatch.setitem(registry.SOURCES, name, Source(("nowhere",), sha256, 0))
    return request.param


def test_mnist_is_split(small_mnist):
    parts = data.mnist(small_mnist, valid=10)
    assert [x.shape for x, _ in parts] == [(50, 28, 28, 1), (10, 28, 28, 1), (20, 28, 28, 1)]
    np.testing.assert_allclose(parts.test[0][..., 0], images(20, 20) / 255.0, rtol=1e-6)
    np.testing.assert_array_equal(parts.test[1], labels(20))
    rows = np.concatenate([np.c_[x.reshape(len(x), -1), y] for x, y in parts[:2]])
    whole = np.c_[images(60, 60).reshape(60, -1) / np.float32(255), labels(60)]
    np.testing.assert_allclose(rows[np.lexsort(rows.T)], whole[np.lexsort(whole.T)], rtol=1e-6)


def test_the_seed_decides_which_samples_are_held_back(small_mnist):
    held = lambda seed: data.mnist(small_mnist, seed=seed, valid=10).valid[0]
    np.testing.assert_array_equal(held(1), held(1))
    assert not np.array_equal(held(1), held(2))


def test_unknown_relatives_are_refused():
    with pytest.raises(ValueError, match="mnist: name must be one of 'mnist', 'fashion-mnist', got 'emnist'"):
        data.mnist("emnist")
