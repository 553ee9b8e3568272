"""`python -m tests.bench.judging`: what a judged conversation costs the harness, with the stand-in in another process."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tabulate import tabulate

from evalkit.engine.judging import Bench, Judging
from evalkit.judge.client import OpenAiClient
from evalkit.judge.provider import judge_settings
from evalkit.judge.questions import load_questions
from evalkit.model import Conversation, Run, Turn
from evalkit.policy.sections import Policy
from evalkit.store.store import Store

_NOW = datetime(2026, 6, 1, tzinfo=UTC)
_MUST_MS = 2.0


def main() -> int:
    """Print CPU a call and the growth of memory; the exit code is 1 when the must is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.judging")
    parser.add_argument("--long", action="store_true", help="10,000 conversations instead of 2,000")
    n = 10_000 if parser.parse_args().long else 2_000
    with _stand_in() as address, tempfile.TemporaryDirectory() as folder:
        _judge(address, 200, Path(folder))
        before_mb = _peak_mb()
        started_s = time.process_time()
        _judge(address, n, Path(folder))
        cpu_ms = (time.process_time() - started_s) * 1000 / n
        growth_kb = (_peak_mb() - before_mb) * 1024 / n
    rows = [
        [f"harness CPU a judged call ({n}, 100 at once)", "ms", _MUST_MS, f"{cpu_ms:.2f}"],
        ["growth of memory a judged conversation", "kB", 1.0, f"{growth_kb:.2f}"],
    ]
    print(tabulate(rows, headers=["what", "unit", "must", "seen"]))
    return int(cpu_ms > _MUST_MS)


def _judge(address: str, n: int, folder: Path) -> None:
    made = judge_settings(
        {
            "base_url": f"{address}/v1",
            "model": "m",
            "concurrency": 100,
            "provider": {"region": "local", "dpa": True, "no_training": True},
        }  # fmt: skip
    )
    bench = Bench(made, load_questions(["need_met"]), OpenAiClient(made), folder / f"cache-{n}.db")
    with Store.open(folder / f"s-{n}.db") as store:
        store.add_run(Run(id="r", release="1"))
        for _ in Judging(bench, Policy(), {}).over(_talks(n), store):
            pass


def _talks(n: int) -> Iterator[Conversation]:
    for i in range(n):
        asked, said = f"Vad kostar frakten för order {i}?", f"Frakten för order {i} kostar 49 kr och tar tre dagar."
        turns = (Turn(role="customer", text=asked), Turn(role="bot", text=said)) * 2
        yield Conversation(id=f"c{i:06}", run_id="r", turns=turns, language="sv", started_at=_NOW)


@contextmanager
def _stand_in() -> Iterator[str]:
    code = "from evalkit.cli import main; main()"
    words = [sys.executable, "-u", "-c", code, "judge", "serve-fake", "--port", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split(" at ")[1].split("/v1")[0]
        urllib.request.urlopen(f"{address}/calls").close()
        yield address
    finally:
        process.kill()
        process.wait(10)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
