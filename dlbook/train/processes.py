"""Several processes that run the same program as one: they meet, and none waits for one that is gone."""

import contextlib
import os
import socket
import sys
import time

import jax

from dlbook import checks


def join(address: str, *, processes: int, process: int, patience: int | float = 60, silence: int = 20) -> None:
    """Join this process to others that run the same program, so that `jax.devices()` are the devices of all.

    To be called before anything else of JAX.  On a TPU pod slice or under Slurm
    `jax.distributed.initialize()` finds all arguments by itself.

    Parameters
    ----------
    address
        Where process 0 runs, such as "10.0.0.1:1234": its machine, and a port there that is free.
    processes
        How many there are.
    process
        The number of this one: 0, 1, 2, ...
    patience
        Seconds to wait for the others.
    silence
        Seconds without a sign of life after which a process counts as dead, and all others end.

    Raises
    ------
    ValueError
        If the address is none, or the number is not below `processes`.
    ConnectionError
        If a process does not come, or two disagree about who is who.  Each that came says which.

    Notes
    -----
    Before JAX sets up its service, all report to process 0; JAX by itself would abort without telling who is missing.
    Afterwards a death ends the others, by the error of a broken connection or by JAX's message "Terminating process"
    and SIGABRT: at once if process 0 died, within about `silence` seconds if another did.  For that, two habits of
    JAX are changed.  A process that an exception ends leaves at once, instead of waiting up to five minutes for the
    others, who wait for it.  And SIGTERM ends a process, instead of being noted for a program that asks for it.
    """
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdecimal()):
        raise ValueError(f"join: address must be host:port, got {address!r}.")
    checks.in_range("join", "processes", processes, 1, float("inf"))
    checks.in_range("join", "process", process, 0, processes - 1)
    deadline = time.monotonic() + patience
    if complaint := (
        _report(host, int(port), processes, process, deadline) if process else _receive(int(port), processes, deadline)
    ):
        raise ConnectionError(f"join: {complaint} (process {process} of {processes}, {patience:g} s at {address}).")
    jax.config.update("jax_enable_preemption_service", False)
    limits = dict(initialization_timeout=max(10, int(patience)), heartbeat_timeout_seconds=silence)
    jax.distributed.initialize(address, processes, process, **limits)
    sys.excepthook = _leave


def _receive(port, processes, deadline) -> str:
    """In process 0: wait until all others have come, and tell them what is wrong; nothing if all is well."""
    guests, complaint = {}, ""
    with socket.create_server(("", port)) as door:
        while not complaint and len(guests) < processes - 1:
            try:
                guest = _accept(door, deadline)
            except TimeoutError:
                missing = sorted({*range(1, processes)} - {*guests})
                complaint = f"process {', '.join(map(str, missing))} did not come"
                break
            with contextlib.suppress(OSError, ValueError):  # somebody else knocked
                number, expected = map(int, guest.makefile().readline().split())
                if expected != processes:
                    complaint = f"process {number} expects {expected} processes, process 0 expects {processes}"
                elif number in guests:
                    complaint = f"two processes have the number {number}"
                guests[-1 if complaint else number] = guest
        for guest in guests.values():
            _answer(guest, complaint)
    return complaint


def _answer(guest, complaint):
    """Tell a process what is wrong, and let it hang up first, so that the port is free for JAX at once."""
    with contextlib.suppress(OSError), guest:
        guest.sendall(f"{complaint}\n".encode())
        guest.recv(1)


def _accept(door, deadline) -> socket.socket:
    door.settimeout(max(deadline - time.monotonic(), 0.01))
    guest, _ = door.accept()
    guest.settimeout(5)
    return guest


def _report(host, port, processes, process, deadline) -> str:
    """In the others: report to process 0, and return what it says is wrong; nothing if all is well."""
    while True:
        try:
            with socket.create_connection((host, port), timeout=max(deadline - time.monotonic(), 0.01)) as home:
                home.sendall(f"{process} {processes}\n".encode())
                home.settimeout(max(deadline - time.monotonic(), 0) + 10)  # process 0 may have come later
                if answer := home.makefile().readline():
                    return answer.strip()
        except (ConnectionError, TimeoutError):
            pass
        if time.monotonic() > deadline:
            return "process 0 did not come, or still waits for others"
        time.sleep(0.1)


def _leave(*error) -> None:
    sys.__excepthook__(*error)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
