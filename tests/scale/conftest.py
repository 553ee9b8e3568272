"""Stores with a few hundred conversations, packed into parts, and the engines that are installed."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Protocol

import pytest

from evalkit.model import Conversation, Run, Turn
from evalkit.scale.driving import Engine
from evalkit.scale.engines import engine_of
from evalkit.scoring import World
from evalkit.store.store import Store
from tests.programs import free_port
from tests.scale.poison import Deadly

RUN = Run(id="r", release="desk", source="production", status="finished")
N = 1_300
_ROOT = str(Path(__file__).parents[2])
ENGINES = ["local", "dask", pytest.param("ray", marks=pytest.mark.external)]


class Standing(Protocol):
    """Where a cluster stands."""

    def __call__(self, name: str, *, client: bool = False) -> str | None: ...


def texts(special: dict[int, str]) -> Iterator[Conversation]:
    for i in range(N):
        said = special.get(i, f"Hej, var är order {i}?")
        turns = (Turn(role="customer", text=said), Turn(role="bot", text="Den kommer i morgon."))
        yield Conversation(id=f"c{i:05}", run_id="r", source="production", turns=turns, language="sv")


@contextmanager
def filled(folder: Path, special: dict[int, str] | None = None, *, packed: bool = True) -> Iterator[Store]:
    with Store.open(folder / "s.db") as store:
        store.add_run(RUN)
        store.add_conversations(texts(special or {}))
        if packed:
            assert store.pack("r", above=0) == N
        yield store


def deadly(**given: object) -> World:
    return World((Deadly(**given),))  # type: ignore[arg-type]


def engine(name: str, **given: object) -> Engine:
    if name != "local":
        pytest.importorskip("distributed" if name == "dask" else name, reason=f"{name} is not installed")
    return engine_of(name, workers=2, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="session", autouse=True)
def _one_token() -> Iterator[None]:
    """Ray reads its token when it is imported and never again, so that every test here speaks with the same one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        yield


@pytest.fixture(scope="session")
def standing() -> Iterator[Standing]:
    """By the name of an engine, the address of a cluster that stands to the end; None for the local one."""
    with ExitStack() as stack:
        head = cache(lambda: stack.enter_context(ray_cluster()))
        scheduler = cache(lambda: stack.enter_context(dask_cluster("--no-nanny", "--no-nanny"))[0])

        def address(name: str, *, client: bool = False) -> str | None:
            if name == "ray":
                return head()[client]
            return scheduler() if name == "dask" else None

        yield address


@contextmanager
def ray_cluster() -> Iterator[tuple[str, str]]:
    """A head with two workers and a token: its address on a node, and its address for a client."""
    pytest.importorskip("ray", reason="ray is not installed")
    command = shutil.which("ray", path=str(Path(sys.executable).parent))
    assert command is not None
    port, door = free_port(), free_port()
    environment = {**os.environ, "PYTHONPATH": _ROOT, "RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S": "45"}
    words = [
        command, "start", "--head", "--block", "--port", str(port), "--ray-client-server-port", str(door),
        "--num-cpus", "2", "--include-dashboard", "false", "--disable-usage-stats",
    ]  # fmt: skip
    # The client's door opens before the rest of the head is up; the line that says so comes last.
    with tempfile.TemporaryFile("w+") as said:
        head = subprocess.Popen(words, env=environment, stdout=said, stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 240
            while "Ray runtime started" not in _read(said) and time.monotonic() < until:
                if head.poll() is not None:
                    # A busy machine gives up on its own head; it comes up on a later try.
                    head = subprocess.Popen(words, env=environment, stdout=said, stderr=subprocess.DEVNULL)
                time.sleep(0.2)
            yield f"127.0.0.1:{port}", f"ray://127.0.0.1:{door}"
        finally:
            head.terminate()
            head.wait()


def _read(file: IO[str]) -> str:
    return os.pread(file.fileno(), 1 << 20, 0).decode(errors="replace")


@contextmanager
def dask_cluster(*workers: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers as an operator starts them; each of `workers` is the flags of one."""
    pytest.importorskip("distributed")
    from distributed import Client

    command = shutil.which("dask", path=str(Path(sys.executable).parent))
    assert command is not None
    file = Path(tempfile.mkdtemp()) / "scheduler.json"
    started = [
        subprocess.Popen(
            [command, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)],
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=_ROOT,
        )
    ]  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        environment = {**os.environ, "PYTHONPATH": _ROOT}
        started += [
            subprocess.Popen(
                [command, "worker", address, "--nthreads", "1", "--no-dashboard", *flags.split()],
                stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=file.parent, env=environment,
            )
            for flags in workers
        ]  # fmt: skip
        with Client(address) as client:
            client.wait_for_workers(len(workers), timeout=60)
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
        shutil.rmtree(file.parent, ignore_errors=True)
