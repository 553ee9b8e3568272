"""Stores with a few hundred conversations, packed into parts, and the engines that are installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evalkit.model import Conversation, Run, Turn
from evalkit.scale.driving import Engine
from evalkit.scale.engines import engine_of
from evalkit.scoring import World
from evalkit.store.store import Store
from tests.scale.poison import Deadly

RUN = Run(id="r", release="desk", source="production", status="finished")
N = 1_300
ENGINES = ["local", "dask", pytest.param("ray", marks=pytest.mark.external)]


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


@contextmanager
def dask_cluster(*workers: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers as an operator starts them; each of `workers` is the flags of one."""
    pytest.importorskip("distributed")
    command = shutil.which("dask", path=str(Path(sys.executable).parent))
    assert command is not None
    root = str(Path(__file__).parents[2])
    file = Path(tempfile.mkdtemp()) / "scheduler.json"
    started = [
        subprocess.Popen(
            [command, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)],
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=root,
        )
    ]  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        environment = {**os.environ, "PYTHONPATH": root}
        started += [
            subprocess.Popen(
                [command, "worker", address, "--nthreads", "1", "--no-dashboard", *flags.split()],
                stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=file.parent, env=environment,
            )
            for flags in workers
        ]  # fmt: skip
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
        shutil.rmtree(file.parent, ignore_errors=True)
