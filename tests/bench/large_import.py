"""`python -m tests.bench.large_import`: peak memory of imports of growing files, the largest a gigabyte and more."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tabulate import tabulate

_SIZES_MB = (100, 200, 400, 1_000)
_MOST_MB_A_GB = 60.0
"""What a gigabyte more of an export may add: the index of the conversations that were seen."""
_TEXT = "Hej, jag undrar var mitt paket med order {} är, det skulle ha kommit i tisdags enligt mejlet från er. " * 5


def main() -> int:
    """Print the table; the exit code is 1 when memory grows with the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.large_import")
    parser.add_argument("--mb", type=int, nargs="+", default=list(_SIZES_MB), help="sizes of the exports")
    sizes = sorted(parser.parse_args().mb)
    rows = [_imported(size) for size in sizes]
    print(tabulate(rows, headers=["export, MB", "conversations", "CPU, s", "peak memory, MB"], floatfmt=".0f"))
    slope = 1_000 * (rows[-1][3] - rows[0][3]) / (sizes[-1] - sizes[0])
    print(f"a gigabyte more of an export adds {slope:.1f} MB to the peak (at most {_MOST_MB_A_GB:.0f})")
    return int(slope > _MOST_MB_A_GB)


def _imported(size_mb: int) -> tuple[int, int, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "export.jsonl"
        n = _write(export, size_mb)
        # Every size goes into Parquet parts, so that the sizes differ in nothing else.
        words = [
            "import", "jsonl", str(export), "--release", "r", "--no-pseudonyms", "--store", f"{folder}/s.db",
            "--parquet-above", "10000",
        ]  # fmt: skip
        code = f"from evalkit.cli import execute; raise SystemExit(execute({words!r}))"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return size_mb, n, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _write(export: Path, size_mb: int) -> int:
    n = 0
    with export.open("w", encoding="utf-8") as stream:
        written = 0
        while written < size_mb * 1_000_000:
            turns = [
                {"role": "bot" if at % 2 else "user", "text": _TEXT.format(n, *range(4)),
                 "timestamp": f"2026-03-02T10:{at:02d}:00Z"}
                for at in range(8)
            ]  # fmt: skip
            written += (
                stream.write(json.dumps({"id": str(n), "language": "sv", "turns": turns}, ensure_ascii=False)) + 1
            )
            stream.write("\n")
            n += 1
    return n


if __name__ == "__main__":
    sys.exit(main())
