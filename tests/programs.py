"""Other people's programs for tests: started on a free port, stopped afterwards, fetched once."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CACHE = Path(os.environ.get("EVALKIT_TEST_CACHE", Path(tempfile.gettempdir()) / "evalkit-test-cache"))
LITELLM = "litellm[proxy]"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(words: list[str], port: int, *, log: Path, patience_s: float = 30, **more: Any) -> Iterator[None]:
    """A program that listens on a port until the block ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out, **more)
    try:
        deadline = time.monotonic() + patience_s
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, f"nothing listens on {port}: {log.read_text()[-2000:]}"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def litellm_proxy(folder: Path, config: str) -> Iterator[str]:
    """The base address of LiteLLM's proxy with a configuration and the key `sk-test`; skips where it cannot be had."""
    home, port = litellm_environment(), free_port()
    (folder / "config.yaml").write_text(config)
    words = [
        str(home / "bin/litellm"),
        "--config",
        str(folder / "config.yaml"),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    env = {
        **os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": "sk-test", "LITELLM_TELEMETRY": "False",
    }  # fmt: skip
    with running(words, port, log=folder / "log", patience_s=180, env=env, cwd=folder):
        yield f"http://127.0.0.1:{port}/v1"


def litellm_environment() -> Path:
    """A virtual environment with LiteLLM's proxy, made once; skips where it cannot be fetched."""
    folder = CACHE / "litellm"
    if not (folder / "done").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        try:
            venv.create(folder, symlinks=True, clear=True)
            # Only some of it is ever imported, so it is compiled where it is.
            python = str(folder / "bin/python")
            install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile", LITELLM]
            if uv := shutil.which("uv"):
                install = [uv, "pip", "install", "--quiet", "--python", python, LITELLM]
            fetched = subprocess.run(install, capture_output=True, text=True, timeout=600)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            pytest.skip("LiteLLM could not be installed in time")
        if fetched.returncode:
            pytest.skip(f"LiteLLM cannot be fetched: {fetched.stderr[-200:]}")
        (folder / "done").touch()
    return folder
