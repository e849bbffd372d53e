"""IDX files: the format of MNIST and its relatives.

A header of big-endian numbers (two zero bytes, a byte for the type of the
entries, a byte for the number of dimensions, four bytes for the size of each)
is followed by the entries, the last index running fastest.
"""

import gzip
import math
import os
import zlib
from pathlib import Path

import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Float, Int

from dlbook import checks
from dlbook.data.registry import fetch
from dlbook.data.split import Split, split

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DIMENSIONS = 64  # NumPy's limit
CHUNK = 1 << 20


def read_idx(path: str | os.PathLike) -> np.ndarray:
    """Read one array from an IDX file, packed with gzip or not.

    The header is not believed: memory is taken only as entries come, and of a
    packed file no more is unpacked than the header declares, apart from the
    few kB of a buffer.

    Parameters
    ----------
    path
        Of the file; whether it is packed is seen from its first bytes, not from its name.

    Returns
    -------
    The entries in their own type; the array is NumPy's, since JAX would narrow 64-bit numbers.

    Raises
    ------
    ValueError
        If it is not an IDX file, is broken, or is longer or shorter than its header declares.
    OSError
        If the file cannot be opened.
    """
    path = Path(path)
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else open(path, "rb") as stream:
        try:
            kind, shape = _header(path, stream)
            declared = math.prod(shape) * kind.itemsize
            if not packed:
                _check_length(path, declared, path.stat().st_size - stream.tell())
            entries = _entries(path, stream, declared)
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            raise ValueError(f"read_idx: {path} is a broken gzip file: {fault}.") from fault
    return np.frombuffer(entries, kind).reshape(shape).astype(kind.newbyteorder("="), copy=False)


def labelled_images(
    images: str | os.PathLike, labels: str | os.PathLike, *, classes: int = 10
) -> tuple[Float[Array, "n 28 28 1"], Int[Array, " n"]]:
    """Read images of 28 by 28 pixels and their labels from two IDX files.

    Returns
    -------
    x
        The images, with pixels in [0, 1].
    labels
        From 0 to `classes` - 1.

    Raises
    ------
    ValueError
        If a file is broken, holds something else, or their numbers of samples differ.
    """
    pixels, values = read_idx(images), read_idx(labels)
    _check_layout(images, "bytes of shape (n, 28, 28)", pixels, (28, 28))
    _check_layout(labels, "bytes of shape (n,)", values, ())
    checks.same("labelled_images", f"samples ({images}, {labels})", images=len(pixels), labels=len(values))
    checks.labels(f"labelled_images: {labels}", values, classes)
    return jnp.asarray(pixels)[..., None] / jnp.float32(255), jnp.asarray(values, "int32")


def mnist(name: str = "mnist", *, seed: int = 0, valid: int = 10_000) -> Split:
    """Load MNIST's digits, or Fashion-MNIST's clothes; the first call downloads them (12 or 31 MB).

    Parameters
    ----------
    name
        `"mnist"` or `"fashion-mnist"`.
    seed
        Decides which of the 60 000 training samples are held back.
    valid
        How many are; the 10 000 test samples are those of the original.

    Returns
    -------
    Images as `[n, 28, 28, 1]` with pixels in [0, 1], and labels 0 to 9.

    Raises
    ------
    ValueError
        If there is no data set of this name.
    OSError
        If a file cannot be downloaded; the message says where to put it by hand.
    """
    checks.one_of("mnist", "name", name, ("mnist", "fashion-mnist"))
    train, test = (
        labelled_images(fetch(f"{name}/{part}-images-idx3-ubyte.gz"), fetch(f"{name}/{part}-labels-idx1-ubyte.gz"))
        for part in ("train", "t10k")
    )
    return split(*train, jr.key(seed), valid=valid, test=0)._replace(test=test)


def _header(path, stream):
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES:
        codes = ", ".join(f"{code:02x}" for code in TYPES)
        raise ValueError(
            f"read_idx: {path} is no IDX file: expected the bytes 00 00, a type ({codes}) and the number of "
            f"dimensions, got {magic.hex(' ') or 'nothing'}."
        )
    kind, dimensions = np.dtype(TYPES[magic[2]]), magic[3]
    checks.in_range(f"read_idx: {path}", "number of dimensions", dimensions, 1, MOST_DIMENSIONS)
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise ValueError(f"read_idx: {path}: expected {4 + 4 * dimensions} bytes of header, got {4 + len(sizes)}.")
    shape = tuple(np.frombuffer(sizes, ">u4").tolist())
    if 0 in shape:
        raise ValueError(f"read_idx: {path}: every size must be at least 1, got {shape}.")
    return kind, shape


def _entries(path, stream, declared):
    entries = bytearray()
    try:
        while chunk := stream.read1(min(CHUNK, declared + 1 - len(entries))):
            entries += chunk
    except EOFError as fault:
        raise ValueError(
            f"read_idx: {path} is a gzip file that breaks off: expected {declared} bytes of entries and a checksum, "
            f"got {len(entries)} bytes."
        ) from fault
    _check_length(path, declared, len(entries), "at least " if len(entries) > declared else "")
    return entries


def _check_length(path, declared, got, qualifier=""):
    if got != declared:
        raise ValueError(f"read_idx: {path}: expected {declared} bytes of entries, got {qualifier}{got}.")


def _check_layout(path, expected, array, sizes):
    if array.dtype != "uint8" or array.shape[1:] != sizes:
        raise ValueError(f"labelled_images: {path}: expected {expected}, got {array.dtype} of shape {array.shape}.")
