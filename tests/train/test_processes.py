"""Two processes, joined over loopback, work as one, and none waits for one that is gone."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from dlbook.train import join

ROOT = Path(__file__).parents[2]
LIMIT = 240  # seconds for a pair of processes on a busy machine
NOTICED = 60  # seconds from a death to the end of the other process: 10 of silence, and room for a busy machine


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def start(stack, folder, *arguments):
    """Start a Python program whose output goes to a file, and which is killed when the stack is left."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    output = stack.enter_context(open(folder / f"{time.monotonic_ns()}.txt", "w+"))
    process = subprocess.Popen(
        [sys.executable, "-u", *arguments], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
    )
    stack.callback(process.wait)
    stack.callback(process.kill)  # no SIGTERM: JAX may note it and go on
    process.said = lambda: Path(output.name).read_text(errors="replace")
    return process


def together(folder, death):
    """Run a pair to its end; return what each said, its exit status, and the seconds between the two ends."""
    address = f"127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        pair = [start(stack, folder, "-m", "tests.train.process", address, str(i), death) for i in (0, 1)]
        ends, begin = {}, time.monotonic()
        while len(ends) < 2:
            now = time.monotonic() - begin
            ends.update({i: now for i, p in enumerate(pair) if i not in ends and p.poll() is not None})
            assert now < LIMIT, f"{2 - len(ends)} still run: " + "\n\n".join(p.said() for p in pair)
            time.sleep(0.1)
        return [p.said() for p in pair], [p.returncode for p in pair], abs(ends[0] - ends[1])


def test_two_processes_give_the_numbers_of_one_device_and_end(tmp_path):
    said, status, _ = together(tmp_path, "end-0")
    for number, text in enumerate(said):
        lines = text.splitlines()
        assert {"devices 8 4", "fit True", "sweep True"} <= set(lines), text
        assert f"refused fit: the mesh must name a device of this process, number {number}." in lines, text
    assert status == [0, 0], said


DEATHS = {"killed-1": -signal.SIGKILL, "terminated-0": -signal.SIGTERM, "raised-1": 1}


@pytest.mark.parametrize("death", DEATHS)
def test_when_one_dies_the_other_says_so_and_ends(tmp_path, death):
    """The other hears it from its broken connection or from JAX's service, whichever comes first."""
    said, status, seconds = together(tmp_path, death)
    dying = int(death[-1])
    assert all("trained" in text for text in said), said
    assert status[dying] == DEATHS[death], said
    other, text = status[1 - dying], said[1 - dying]
    if other == 1:
        assert "JaxRuntimeError" in text and "Gloo" in text, text
    else:
        assert other == -signal.SIGABRT, text
        assert "Terminating process because the JAX distributed service detected fatal errors" in text
        assert ["leader task was preempted/died", "stopped sending heartbeats):\n1\n"][dying] in text
    assert seconds < NOTICED


# Who does not come


def complaints(port, *guests):
    """What is said to each that tries to join: `(number, processes, patience)`."""

    def one(number, processes, patience):
        with pytest.raises(ConnectionError) as caught:
            join(f"127.0.0.1:{port}", processes=processes, process=number, patience=patience)
        return str(caught.value)

    with ThreadPoolExecutor() as threads:
        return list(threads.map(one, *zip(*guests, strict=True)))


def test_a_process_that_does_not_come_is_named_by_all_that_came():
    for said in complaints(free_port(), (0, 4, 3), (2, 4, 60)):
        assert said.startswith("join: process 1, 3 did not come (")


def test_processes_that_disagree_are_told():
    for said in complaints(free_port(), (0, 2, 60), (1, 3, 60)):
        assert said.startswith("join: process 1 expects 3 processes, process 0 expects 2 (")


def test_two_processes_of_one_number_are_told():
    for said in complaints(free_port(), (0, 3, 60), (1, 3, 60), (1, 3, 60)):
        assert said.startswith("join: two processes have the number 1 (")


def test_a_stranger_who_knocks_is_not_counted():
    port = free_port()

    def knock():
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(b"GET / HTTP/1.0\n\n")

    with ThreadPoolExecutor() as threads:
        said = threads.submit(complaints, port, (0, 2, 2))
        time.sleep(0.5)
        knock()
    assert said.result()[0].startswith("join: process 1 did not come (")


def test_process_0_that_does_not_come_is_named():
    begin, address = time.monotonic(), f"127.0.0.1:{free_port()}"
    with pytest.raises(ConnectionError, match=f"join: process 0 did not come.*process 1 of 2, 0.5 s at {address}"):
        join(address, processes=2, process=1, patience=0.5)
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("address", ["", "localhost", ":1234", "localhost:port"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ValueError, match="join: address must be host:port, got "):
        join(address, processes=2, process=0)


def test_a_number_beyond_the_processes_is_refused():
    with pytest.raises(ValueError, match="join: process must lie between 0 and 1, got 2"):
        join("localhost:1234", processes=2, process=2)
