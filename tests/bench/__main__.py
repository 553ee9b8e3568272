"""`make bench`: the budgets as a table of ratios; a row says must, want, and what was seen (min, median, max)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tabulate import tabulate

if TYPE_CHECKING:
    from evalkit.scoring import World

TURNS = 4
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Row:
    """One budget; `more` is True where a higher number is better."""

    what: str
    unit: str
    must: float
    want: float
    seen: tuple[float, ...]
    more: bool = False

    def cells(self) -> list[object]:
        """The row for the table."""
        middle = median(self.seen)
        good = (lambda x: middle >= x) if self.more else (lambda x: middle <= x)
        verdict = "want" if good(self.want) else "must" if good(self.must) else "MISSED"
        numbers = [_short(min(self.seen)), _short(middle), _short(max(self.seen))]
        return [self.what, self.unit, _short(self.must), _short(self.want), *numbers, verdict]


@dataclass(frozen=True)
class Cost:
    """What one process cost."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def main() -> int:
    """Print the table; the exit code is 1 when a must is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--long", action="store_true", help="more pairs")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    pairs = 7 if options.long else options.pairs
    rows: list[Row] = []
    for part in (_replay, _growth, _start, _scoring, _personal_data, _knowledge, _customer, _kpis, _importing):
        print(f"… {part.__name__.strip('_').replace('_', ' ')}", file=sys.stderr, flush=True)
        rows += part(pairs)
    print(tabulate([r.cells() for r in rows], headers=["what", "unit", "must", "want", "min", "median", "max", "met"]))
    return int(any(r.cells()[-1] == "MISSED" for r in rows))


# ---------------------------------------------------------------- replay


def _replay(pairs: int) -> list[Row]:
    n = 1_000
    sides, wide, idle, slow, slow0, stored = [], [], [], [], [], []
    with _server(0) as port:
        for _ in range(pairs):
            idle.append((_side("bare", port, 1), _side("own", port, 1)))
            sides.append((_side("bare", port, n), _side("own", port, n)))
            wide.append((_side("bare", port, n, 200), _side("own", port, n, 200)))
        stored = [_stored_bytes(port, n)]
    with _server(50) as port:
        for _ in range(pairs):
            slow.append((_side("bare", port, 400), _side("own", port, 400)))
            slow0.append((_side("bare", port, 1), _side("own", port, 1)))
    # Start-up is what one conversation costs, since libraries load at the first request; it is small and noisy, so its
    # median over the pairs is subtracted.
    bare0, own0 = (median(pair[side].cpu_s for pair in idle) for side in (0, 1))
    cpu = [(own.cpu_s - own0) / (bare.cpu_s - bare0) for bare, own in sides]
    cpu_wide = [(own.cpu_s - own0) / (bare.cpu_s - bare0) for bare, own in wide]
    bare1, own1 = (median(pair[side].wall_s for pair in slow0) for side in (0, 1))
    wall = [(own.wall_s - own1) / (bare.wall_s - bare1) for bare, own in slow]
    peaks = [own.peak_mb for _, own in sides]
    return [
        Row("CPU a turn ÷ bare aiohttp loop (1,000 × 4, 50 connections)", "×", 1.4, 1.2, tuple(cpu)),
        Row("CPU a turn ÷ bare aiohttp loop at 200 connections", "×", 2.0, 1.4, tuple(cpu_wide)),
        Row("wall ÷ bare loop, bot takes 50 ms", "×", 1.08, 1.03, tuple(wall)),
        Row("peak memory of replay, 1,000 conversations", "MB", 90, 60, tuple(peaks)),
        Row("stored bytes a turn beyond its text", "B", 400, 250, tuple(stored)),
    ]


def _growth(pairs: int) -> list[Row]:
    cpu, growth = [], []
    with _server(0) as port:
        for _ in range(max(1, pairs // 2)):
            none, small, large = (_side("own", port, n) for n in (1, 1_000, 5_000))
            cpu.append((large.cpu_s - none.cpu_s) / 5 / (small.cpu_s - none.cpu_s))
            growth.append((large.peak_mb - small.peak_mb) * 1024 / (4_000 * TURNS))
    return [
        Row("CPU a turn at 5,000 conversations ÷ at 1,000", "×", 1.08, 1.03, tuple(cpu)),
        Row("growth of memory a turn", "kB", 1.0, 0.3, tuple(growth)),
    ]


def _side(side: str, port: int, n: int, connections: int = 50) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        return _run([sys.executable, "-m", "tests.bench.sides", side, str(port), str(n), str(connections), folder])


def _stored_bytes(port: int, n: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        _run([sys.executable, "-m", "tests.bench.sides", "own", str(port), str(n), "50", folder])
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        text = n * sum(len(f"order {t}") + len(f"Your order order {t} is on its way.") for t in range(TURNS))
        # A turn is the customer's message and the bot's reply.
        return (size - text) / (n * TURNS * 2)


@contextmanager
def _server(delay_ms: int) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.server", str(delay_ms)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


# ---------------------------------------------------------------- customers


def _customer(pairs: int) -> list[Row]:
    """CPU of a fact-sheet customer for one turn, over the labelled questions of a bot in seven languages."""
    from tests.bench.customers import us_a_turn

    return [Row("fact-sheet customer, CPU a turn", "µs", 300, 200, tuple(us_a_turn() for _ in range(pairs)))]


# ---------------------------------------------------------------- KPIs


def _kpis(pairs: int) -> list[Row]:
    """The KPI table of a million stored conversations: read from the store, from the kept columns, and in memory."""
    from evalkit.kpi.table import kpis, sliced
    from evalkit.store.store import Store
    from tests.bench.kpi_store import fill

    n = 1_000_000
    first, kept, warm, grouped = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        run_id = fill(path, n)
        with Store.open(path) as store:
            for times, _ in ((first, 1), *((kept, at) for at in range(max(1, pairs // 2)))):
                started = time.process_time()
                columns = store.columns(run_id, "key")
                kpis(columns)
                times.append(time.process_time() - started)
            for _ in range(pairs):
                started = time.process_time()
                kpis(columns)
                warm.append(1000 * (time.process_time() - started))
            started = time.process_time()
            sliced(columns, ["channel", "language"])
            grouped.append(time.process_time() - started)
    return [
        Row("KPI table of 1,000,000 stored conversations: first read (CPU)", "s", 8, 8, tuple(first)),
        Row("the same from the kept columns (CPU)", "s", 2, 2, tuple(kept)),
        Row("the same, warm (CPU)", "ms", 300, 100, tuple(warm)),
        Row("the same by channel and language, from memory (CPU)", "s", 5, 2, tuple(grouped)),
    ]


# ---------------------------------------------------------------- start-up


def _start(pairs: int) -> list[Row]:
    call = [sys.executable, "-c", "from evalkit.cli import main; main()"]
    helps = [1000 * _run([*call, "--help"]).cpu_s for _ in range(pairs + 2)]
    with tempfile.TemporaryDirectory() as folder, _server(0) as port:
        suite = Path(folder) / "one.yaml"
        suite.write_text("suite: one\ncases:\n  - id: c\n    customer: Hej\n    expect: [contains: order]\n")
        config = Path(folder) / "evalkit.yaml"
        config.write_text(
            f"bots: {{b: {{kind: http, url: 'http://127.0.0.1:{port}/chat', request: "
            "{message: '{{ message }}', session: '{{ session_id }}'}, reply: {text: reply}}}\n"
        )
        runs = []
        for number in range(pairs):
            words = ["run", str(suite), "--bot", "b", "--release", f"r{number}", "--config", str(config), "--json"]
            code = (
                "import sys, resource, aiohttp\n"
                "sent = aiohttp.ClientSession._request\n"
                "def first(self, *a, **k):\n"
                "    u = resource.getrusage(resource.RUSAGE_SELF)\n"
                "    open('first','w').write(str(u.ru_utime + u.ru_stime)); aiohttp.ClientSession._request = sent\n"
                "    return sent(self, *a, **k)\n"
                "aiohttp.ClientSession._request = first\n"
                f"from evalkit.cli import execute; sys.exit(execute({words!r}))\n"
            )
            _run([sys.executable, "-c", code], cwd=Path(folder))
            runs.append(1000 * float((Path(folder) / "first").read_text()))
    return [
        Row("evalkit --help, CPU", "ms", 120, 80, tuple(helps)),
        Row("start of evalkit run to the first request, CPU", "ms", 700, 500, tuple(runs)),
    ]


# ---------------------------------------------------------------- scoring


def _scoring(pairs: int) -> list[Row]:
    from evalkit.knowledge import Knowledge
    from evalkit.model import Case, Expectation, ScorerSpec
    from evalkit.scoring import World, build_scorers, gather, score
    from tests.bench.corpus import articles, conversation

    talks = [conversation(number) for number in range(200)]
    checks = (
        Expectation(check="contains", args={"text": ["order"]}),
        Expectation(check="not_contains", args={"text": ["error"]}),
        Expectation(check="regex", args={"pattern": "order"}),
        Expectation(check="contains", args={"text": ["way"]}),
        Expectation(check="latency", args={"max_ms": 10_000}),
    )
    case = Case(id="c", expectations=checks)
    expect = World(scorers=build_scorers([ScorerSpec(name="expect")]))
    names = ("privacy", "compliance", "escalation", "language", "loops", "tone", "satisfaction", "handover")
    conduct = World(scorers=build_scorers([ScorerSpec(name=name) for name in names if name != "privacy"]))
    base = Knowledge.from_texts(articles(500))
    whole = World(
        scorers=build_scorers([ScorerSpec(name=n) for n in (*names, "correctness", "resolution")]), knowledge=base
    )
    n_turns = sum(len(talk.turns) for talk in talks)

    def all_of(world: World, case: Case | None = None) -> Callable[[], None]:
        def go() -> None:
            for talk in talks:
                score(talk, case, gather(talk, case, world), world.scorers)

        return go

    again = _rates(all_of(expect, case), n_turns, pairs)
    own = _rates(all_of(conduct), len(talks), pairs)
    varied = _varied(conduct, pairs)
    both = _rates(all_of(whole), len(talks), pairs)
    return [
        Row("re-scoring with 5 expectations, one core", "turns/s", 50_000, 80_000, again, more=True),
        Row(
            "all conduct scorers, 8 short Swedish turns, most texts come again", "a second", 400, 1_000, own, more=True
        ),
        Row("the same, seven languages, no text twice", "a second", 400, 1_000, varied, more=True),
        Row("with privacy and correctness, 500 passages", "a second", 60, 150, both, more=True),
    ]


def _varied(world: World, pairs: int, n: int = 200) -> tuple[float, ...]:
    """Conversations a second whose texts the process never saw: what is kept by text or by word helps as in life."""
    from evalkit.scoring import gather, score
    from tests.bench.corpus import talk

    seen = []
    for round_ in range(pairs + 1):
        talks = [talk(round_ * n + number) for number in range(n)]
        start = time.process_time()
        for one in talks:
            score(one, None, gather(one, None, world), world.scorers)
        seen.append(n / (time.process_time() - start))
    texts = [turn.text for number in range(n * (pairs + 1)) for turn in talk(number).turns]
    words = [word for text in texts for word in text.lower().split()]
    print(f"  {len(texts):,} turns, {1 - len(set(texts)) / len(texts):.0%} of them a text that came before, "
          f"{len(words) / len(texts):.1f} words each, {1 - len(set(words)) / len(words):.0%} of the words known from "
          f"an earlier turn", file=sys.stderr)  # fmt: skip
    return tuple(seen[1:])


def _personal_data(pairs: int) -> list[Row]:
    from evalkit.personal_data import find
    from tests.bench.corpus import messages

    plain, digits = messages(with_digits=False), messages(with_digits=True)
    rows = []
    theirs = _presidio()
    for name, texts, must, want in (("without digits", plain, 15, 30), ("with digits", digits, 3, 8)):
        own = _rates(lambda texts=texts: [find(text) for text in texts], len(texts), pairs)  # type: ignore[misc]
        if theirs is None:
            rows.append(Row(f"personal data, messages {name} (presidio is not installed: against its 1,350/s)", "×",
                            must, want, tuple(rate / 1_350 for rate in own), True))  # fmt: skip
        else:
            other = _rates(lambda texts=texts: [theirs(text) for text in texts], len(texts), pairs)  # type: ignore[misc]
            seen = tuple(a / b for a, b in zip(own, other, strict=True))
            rows.append(Row(f"personal data ÷ presidio, messages {name}", "×", must, want, seen, True))
    return rows


def _presidio() -> Callable[[str], object] | None:
    try:
        from presidio_analyzer import predefined_recognizers as theirs  # type: ignore[import-not-found]
    except ImportError:
        return None
    recognisers = [
        getattr(theirs, f"{name}Recognizer")() for name in _SAME_KINDS if hasattr(theirs, f"{name}Recognizer")
    ]
    return lambda text: [r.analyze(text, r.supported_entities, None) for r in recognisers]


_SAME_KINDS = (
    "CreditCard", "Iban", "Ip", "Phone", "Email", "Date", "SePersonnummer", "SeOrganisationsnummer",
    "FiPersonalIdentityCode", "UkNino", "DeTaxId", "DeSocialSecurity", "DeIdCard", "DePassport", "DeKfz", "UkPassport",
)  # fmt: skip
"""Presidio's pattern recognisers of the kinds that `find` looks for; it has none for names, secrets and most addresses."""


def _knowledge(pairs: int) -> list[Row]:
    from evalkit.knowledge import Knowledge, check
    from tests.bench.corpus import articles, questions

    base = Knowledge.from_texts(articles(10_000))
    start = time.process_time()
    _ = base.index
    built = time.process_time() - start
    asked = questions(200)
    base.search(asked[0])
    times = [1000 / rate for rate in _rates(lambda: [base.search(q) for q in asked], len(asked), pairs)]
    small = Knowledge.from_texts(articles(500))
    reply = "Tält kostar 49 kr och rymmer lampa. Leverans av kniv tar 3 dagar. Vi skickar stol till hela landet."
    checks = {}
    for name, known in (("10,000", base), ("500", small)):
        seen = _rates(lambda known=known: [check(reply, q, known, "sv") for q in asked[:40]], 40, pairs)  # type: ignore[misc]
        checks[name] = tuple(1000 / rate for rate in seen)
    return [
        Row("index of 10,000 passages", "s", 5.0, 3.0, (built,)),
        Row("KB query on 10,000 passages", "ms", 2.0, 0.5, tuple(times)),
        Row("3-sentence reply against 10,000 passages", "ms", 15.0, 8.0, checks["10,000"]),
        Row("3-sentence reply against 500 passages", "ms", 3.0, 2.0, checks["500"]),
    ]


# ---------------------------------------------------------------- import


def _importing(pairs: int) -> list[Row]:
    rates: dict[str, list[float]] = {"plain": [], "covered": []}
    growth = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(max(1, pairs // 2)):
            for name, n, flags in (("plain", 20_000, ("--no-pseudonyms",)), ("covered", 2_000, ())):
                few, many = _import(Path(folder), n // 4, *flags), _import(Path(folder), n, *flags)
                rates[name].append((n - n // 4) / (many.cpu_s - few.cpu_s))
                if name == "plain":
                    growth.append(many.peak_mb - few.peak_mb)
    plain, covered = tuple(rates["plain"]), tuple(rates["covered"])
    return [
        Row("import of 8-turn conversations into the store, one core", "a second", 8_000, 12_000, plain, more=True),
        Row("the same, pseudonymised", "a second", 300, 600, covered, more=True),
        Row("growth of memory, import of 20,000 beside 5,000", "MB", 4, 1, tuple(growth)),
    ]


def _import(folder: Path, n: int, *flags: str) -> Cost:
    import json

    from tests.bench.corpus import conversation

    export, store = folder / f"{n}.jsonl", folder / "s.db"
    with export.open("w", encoding="utf-8") as stream:
        for number in range(n):
            turns = [
                {"role": turn.role, "text": turn.text, "timestamp": f"2026-03-02T10:{at:02d}:00Z"}
                for at, turn in enumerate(conversation(number).turns)
            ]
            stream.write(json.dumps({"id": str(number), "language": "sv", "turns": turns}) + "\n")
    for old in folder.glob("s.db*"):
        old.unlink()
    words = ["import", "jsonl", str(export), "--release", "r", "--store", str(store), "--json", *flags]
    return _run([sys.executable, "-c", f"from evalkit.cli import execute; execute({words!r})"], cwd=folder)


def _rates(go: Callable[[], object], n: int, times: int) -> tuple[float, ...]:
    go()
    seen = []
    for _ in range(times):
        start = time.process_time()
        go()
        seen.append(n / (time.process_time() - start))
    return tuple(seen)


def _run(command: list[str], cwd: Path | None = None) -> Cost:
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd or ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


if __name__ == "__main__":
    sys.exit(main())
