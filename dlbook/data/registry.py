"""Files that are downloaded when first asked for: where they are, and how to know that they are whole."""

import os
from pathlib import Path
from typing import NamedTuple

import pooch

from dlbook import checks


class Source(NamedTuple):
    """Where a file comes from, and what it must be.

    Attributes
    ----------
    addresses
        Tried in this order.
    sha256
        Hash of the whole file, in hexadecimal digits.
    size
        In bytes.
    """

    addresses: tuple[str, ...]
    sha256: str
    size: int


_MIRRORS = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    "fashion-mnist": (
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
}

_FILES = {
    "mnist/train-images-idx3-ubyte.gz": ("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422),
    "mnist/train-labels-idx1-ubyte.gz": ("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881),
    "mnist/t10k-images-idx3-ubyte.gz": ("8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877),
    "mnist/t10k-labels-idx1-ubyte.gz": ("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542),
    "fashion-mnist/train-images-idx3-ubyte.gz": (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        26421880,
    ),
    "fashion-mnist/train-labels-idx1-ubyte.gz": (
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        29515,
    ),
    "fashion-mnist/t10k-images-idx3-ubyte.gz": (
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        4422102,
    ),
    "fashion-mnist/t10k-labels-idx1-ubyte.gz": (
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        5148,
    ),
}

SOURCES = {
    name: Source(tuple(mirror + Path(name).name for mirror in _MIRRORS[Path(name).parent.name]), *facts)
    for name, facts in _FILES.items()
}


def folder() -> Path:
    """Return the folder that holds downloaded files: `DLBOOK_DATA` if that is set, else the user's cache."""
    return Path(os.environ.get("DLBOOK_DATA") or pooch.os_cache("dlbook")).expanduser().absolute()


def fetch(name: str) -> Path:
    """Return the path of a file, after downloading it if it is not yet there.

    A file is taken from the cache only if its hash is right, so one that was put
    there by hand is as good.  A download appears under its name only when it is
    whole.

    Parameters
    ----------
    name
        One of the keys of `SOURCES`, such as `"mnist/t10k-labels-idx1-ubyte.gz"`.

    Raises
    ------
    ValueError
        If there is no file of this name.
    OSError
        If no address gives the right file.  The message says what came from
        each, and where to put the file by hand.
    """
    checks.one_of("fetch", "name", name, SOURCES)
    source, path = SOURCES[name], folder() / name
    failures = []
    for address in source.addresses:
        try:
            return Path(
                pooch.retrieve(
                    address, source.sha256, fname=path.name, path=path.parent, downloader=_whole_file_of(source)
                )
            )
        except OSError as failure:
            failures.append(f"\n  from {address}: {failure}")
    raise OSError(
        f"fetch: could not get {name}, expected {source.size} bytes with SHA-256 {source.sha256}; got"
        + "".join(failures)
        + f"\nTo put it there by hand, save the file as {path}{_found(path)}"
    )


def _whole_file_of(source):
    """Make a downloader for pooch that reads no more than it should and says what came."""

    def download(address, path, pup):
        with open(path, "wb") as file:
            pooch.HTTPDownloader()(address, _Bounded(file, source.size), pup)
        size, sha256 = os.path.getsize(path), pooch.file_hash(path)
        if sha256 != source.sha256:
            raise OSError(f"{size} bytes with SHA-256 {sha256}.")

    return download


class _Bounded:
    """A file that refuses to grow beyond a size, however much is sent."""

    def __init__(self, file, size):
        self.file, self.left = file, size

    def write(self, chunk):
        self.left -= len(chunk)
        if self.left < 0:
            raise OSError("more bytes than that.")
        self.file.write(chunk)

    def flush(self):
        self.file.flush()


def _found(path):
    if not path.is_file():
        return "."
    return f" (the file there now has {path.stat().st_size} bytes with SHA-256 {pooch.file_hash(str(path))})."
