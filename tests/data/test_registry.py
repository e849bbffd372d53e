import hashlib
import http.server
import re
import socket
import threading
from pathlib import Path

import pytest

from dlbook.data import fetch, registry
from dlbook.data.registry import SOURCES, Source, folder

GOOD = bytes(range(256)) * 400
NAME = "set/file.bin"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        getattr(self, self.path[1:])()

    def send(self, body, declared=None):
        self.send_response(200)
        if declared is not None:
            self.send_header("Content-Length", str(declared))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.server.hung_up = True

    def good(self):
        self.send(GOOD, len(GOOD))

    def truncated(self):
        self.send(GOOD[:5000], len(GOOD))

    def truncated_without_length(self):
        self.send(GOOD[:5000])

    def wrong(self):
        self.send(GOOD[::-1], len(GOOD))

    def missing(self):
        self.send_error(404)

    def endless(self):
        self.send(GOOD * 1000)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.hung_up = [], False
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DLBOOK_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def serve(server, cache, monkeypatch):
    """Enter the file into the registry, to be had from these pages of the server."""

    def serve(*pages):
        addresses = tuple(f"http://127.0.0.1:{server.server_port}/{page}" for page in pages)
        monkeypatch.setitem(SOURCES, NAME, Source(addresses, hashlib.sha256(GOOD).hexdigest(), len(GOOD)))
        return addresses

    return serve


def files(cache):
    return [path for path in cache.rglob("*") if path.is_file()]


def refused(*reasons):
    with pytest.raises(OSError) as caught:
        fetch(NAME)
    message = str(caught.value)
    for reason in (NAME, f"{len(GOOD)} bytes", hashlib.sha256(GOOD).hexdigest(), str(folder() / NAME), *reasons):
        assert reason in message, message
    return message


def test_good_file_arrives(serve, cache):
    serve("good")
    assert fetch(NAME) == cache / NAME
    assert (cache / NAME).read_bytes() == GOOD
    assert files(cache) == [cache / NAME]


def test_second_call_asks_nobody(serve, server, cache):
    serve("good")
    fetch(NAME)
    server.asked.clear()
    assert fetch(NAME).read_bytes() == GOOD and server.asked == []


FAULTS = {
    "truncated": "5000 bytes",
    "truncated_without_length": "5000 bytes with SHA-256 " + hashlib.sha256(GOOD[:5000]).hexdigest(),
    "wrong": f"{len(GOOD)} bytes with SHA-256 " + hashlib.sha256(GOOD[::-1]).hexdigest(),
    "missing": "404",
    "endless": "more bytes than that",
}


@pytest.mark.parametrize("page", FAULTS)
def test_failed_download_leaves_nothing_and_says_why(serve, cache, page):
    (address,) = serve(page)
    reason = FAULTS[page] if page != "truncated" else "5000 bytes read"
    refused(address, reason)
    assert files(cache) == []
    serve("good")
    assert fetch(NAME).read_bytes() == GOOD
    assert files(cache) == [cache / NAME]


def test_endless_file_is_hung_up_on(serve, server):
    serve("endless")
    refused()
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.daemon and "process_request" in thread.name:
            thread.join(5)
    assert server.hung_up


def test_dead_server_is_named(cache, monkeypatch):
    with socket.socket() as listener:  # a port on which nobody listens
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/good"
        monkeypatch.setitem(SOURCES, NAME, Source((address,), hashlib.sha256(GOOD).hexdigest(), len(GOOD)))
        refused(address, "refused")
    assert files(cache) == []


def test_next_address_is_tried_and_all_are_named_if_none_serves(serve, server, cache):
    serve("missing", "truncated", "good")
    assert fetch(NAME).read_bytes() == GOOD
    assert server.asked == ["/missing", "/truncated", "/good"]
    (cache / NAME).unlink()
    message = refused(*serve("missing", "wrong"))
    assert message.count("\n  from http") == 2


def test_file_put_there_by_hand_is_taken(serve, server, cache):
    serve("missing")
    place = Path(re.search(r"save the file as (.+?)\.$", refused()).group(1))
    server.asked.clear()
    place.write_bytes(GOOD)
    assert fetch(NAME) == place and server.asked == []


def test_wrong_file_put_there_by_hand_is_neither_taken_nor_lost(serve, cache):
    serve("missing")
    (cache / NAME).parent.mkdir(parents=True)
    (cache / NAME).write_bytes(b"page not found")
    refused("the file there now has 14 bytes with SHA-256 " + hashlib.sha256(b"page not found").hexdigest())
    assert (cache / NAME).read_bytes() == b"page not found"
    serve("good")
    assert fetch(NAME).read_bytes() == GOOD


def test_folder_that_cannot_be_made_is_an_os_error(serve, cache):
    serve("good")
    cache.write_bytes(b"a file where the folder should be")
    refused(str(cache))


def test_interruption_leaves_nothing(serve, cache, monkeypatch):
    serve("good")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(registry._Bounded, "flush", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(NAME)
    assert files(cache) == []


def test_unknown_file_is_refused():
    with pytest.raises(ValueError, match="fetch: name must be one of 'mnist/train-images.*, got 'mnist/train.gz'"):
        fetch("mnist/train.gz")


def test_folder_is_the_users_cache_unless_told_otherwise(monkeypatch, tmp_path):
    monkeypatch.setenv("DLBOOK_DATA", "~/here")
    assert folder() == Path.home() / "here"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLBOOK_DATA", "here")
    assert folder() == tmp_path / "here"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for unset in (lambda: monkeypatch.setenv("DLBOOK_DATA", ""), lambda: monkeypatch.delenv("DLBOOK_DATA")):
        unset()
        assert folder().name == "dlbook" and folder().is_absolute()


def test_table_names_eight_whole_files():
    assert len(SOURCES) == len({source.sha256 for source in SOURCES.values()}) == 8
    for name, source in SOURCES.items():
        assert re.fullmatch("[0-9a-f]{64}", source.sha256) and source.size > 0
        assert len(source.addresses) >= 2
        assert all(
            address.startswith("http") and address.endswith("/" + Path(name).name) for address in source.addresses
        )
