"""pytest plays the cases of YAML suites: `pytest suites/ --evalkit-bot demo`.

Without `--evalkit-bot` it does nothing at all: no room of the package is imported before the option asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from evalkit.model import Case, Conversation, Finding, Score, Suite
    from evalkit.scoring import World

_RUNTIME = pytest.StashKey["_Runtime"]()
_TURNS_SHOWN = 12


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, all of one group."""
    group = parser.getgroup("evalkit", "support-bot suites")
    group.addoption(
        "--evalkit-bot",
        metavar="BOT",
        help="collect YAML suites and play them against a bot of evalkit.yaml, an http(s) address or module:function",
    )
    group.addoption("--evalkit-release", metavar="NAME", default="dev", help="name of the release under test")
    group.addoption("--evalkit-trials", metavar="N", type=int, default=1, help="times each case is played (default: 1)")
    group.addoption("--evalkit-config", metavar="FILE", help="configuration (default: evalkit.yaml)")


def pytest_report_header(config: pytest.Config) -> str | None:
    """Which bot is asked."""
    bot = config.getoption("evalkit_bot")
    return f"evalkit: bot {bot}, release {config.getoption('evalkit_release')}" if bot else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
    """YAML files with `suite:` or `cases:` become collectors, once a bot is named."""
    if parent.config.getoption("evalkit_bot") is None or file_path.suffix not in {".yaml", ".yml"}:
        return None
    named = any(Path(str(arg).split("::")[0]).absolute() == file_path for arg in parent.config.args)
    if not named and (file_path.name == "evalkit.yaml" or not _looks_like_a_suite(file_path)):
        return None
    found: SuiteFile = SuiteFile.from_parent(parent, path=file_path)
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Close the bot's connections."""
    runtime = session.config.stash.get(_RUNTIME, None)
    if runtime is not None:
        runtime.close()


@pytest.fixture
def evalkit_bot(request: pytest.FixtureRequest) -> BotUnderTest:
    """The bot named by `--evalkit-bot`: `talk` with it, then `check` what the scorers say."""
    if request.config.getoption("evalkit_bot") is None:
        raise pytest.UsageError("the fixture evalkit_bot needs a bot: pytest --evalkit-bot BOT")
    return BotUnderTest(_runtime(request.config), request.node.nodeid)


def _looks_like_a_suite(path: Path) -> bool:
    from evalkit.errors import SuiteError
    from evalkit.suites.yaml_source import read_source

    try:
        data = read_source(path).data
    except SuiteError:
        return False
    return isinstance(data, dict) and ("suite" in data or "cases" in data)


def _runtime(config: pytest.Config) -> _Runtime:
    found = config.stash.get(_RUNTIME, None)
    if found is None:
        found = config.stash[_RUNTIME] = _Runtime(config)
    return found


class CaseFailed(AssertionError):
    """A case whose conversation holds a finding that fails a build; its text is the whole story."""


class BotBroke(Exception):
    """The conversation could not be held: neither a pass nor a fail of the bot's words."""


class SuiteFile(pytest.File):
    """One suite; its items are `case[trial]`, trials counted from 1."""

    def collect(self) -> Iterator[CaseItem]:
        """One item for each case and trial. Raises: CollectError with every fault and its place."""
        from evalkit.errors import SuiteError
        from evalkit.suites.loading import load_suite

        try:
            suite = load_suite(self.path)
        except SuiteError as error:
            raise self.CollectError(str(error)) from None
        for case in suite.cases:
            for trial in range(case.trials or self.config.getoption("evalkit_trials")):
                name = f"{_sealed(case.id)}[{trial + 1}]"
                yield CaseItem.from_parent(self, name=name, suite=suite, case=case, trial=trial)


class CaseItem(pytest.Item):
    """One trial of one case: `setup` holds the conversation, so that a broken bot is an error, not a failure."""

    def __init__(self, *, suite: Suite, case: Case, trial: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.suite, self.case, self.trial = suite, case, trial
        self.talk: Conversation | None = None
        for tag in (*case.tags, *(["critical"] if case.critical else ())):
            self.config.addinivalue_line("markers", f"{tag}: a tag of evalkit cases")
            self.add_marker(tag)
        words = (suite.name, case.language, case.intent, case.channel, case.segment)
        self.extra_keyword_matches.update(word for word in words if word)

    def setup(self) -> None:
        """Hold the conversation."""
        self.talk = _runtime(self.config).play(self.case, self.trial)
        if self.talk.failure is not None:
            failure = self.talk.failure
            raise BotBroke(_sealed(f"{self._place()}: {failure.boundary} broke: {failure.cause}"))

    def runtest(self) -> None:
        """Score the conversation; a finding that fails a build fails the item, nothing decided skips it."""
        assert self.talk is not None
        runtime = _runtime(self.config)
        world = runtime.world(self.suite)
        scores = runtime.score(self.talk, self.case, world)
        self._tell(scores)
        broken = [score for score in scores if score.verdict == "error"]
        if broken:
            raise BotBroke(
                _sealed(f"{self._place()}: {broken[0].boundary} broke: {broken[0].scorer}: {broken[0].cause}")
            )
        found = runtime.failing(scores, self.case)
        others = [f for s in scores if s.verdict == "fail" for f in s.findings if not f.passed and f not in found]
        if others:
            self.add_report_section("call", "evalkit: findings that fail nothing yet", _listed(others, self.case))
        if found:
            head = f"{self._place()} · release {runtime.run.release}"
            raise CaseFailed(_sealed("\n".join([head, "", *_story(self.talk, self.case, scores, found, world)])))
        if not any(score.verdict in {"pass", "fail"} for score in scores):
            pytest.skip("no check could be decided")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The story of the case instead of a traceback."""
        if isinstance(excinfo.value, CaseFailed | BotBroke):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the suite on which the case stands."""
        return self.path, max(0, self.case.line - 1), self.name

    def _place(self) -> str:
        return f"{self.case.path}:{self.case.line} {self.name}"

    def _tell(self, scores: Sequence[Score]) -> None:
        told: list[tuple[str, object]] = [
            ("evalkit.suite", self.suite.name),
            ("evalkit.case", self.case.id),
            ("evalkit.trial", str(self.trial + 1)),
            ("evalkit.file", f"{self.case.path}:{self.case.line}"),
        ]
        told += [(f"evalkit.{score.scorer}", score.verdict) for score in scores]
        rules = dict.fromkeys(f.rule for s in scores if s.verdict == "fail" for f in s.findings if not f.passed)
        if rules:
            told.append(("evalkit.rules", " ".join(rules)))
        self.user_properties += told


class BotUnderTest:
    """The door for hand-written tests.

    def test_a_person_is_offered(evalkit_bot):
        talk = evalkit_bot.talk("Jag vill prata med en människa", language="sv")
        evalkit_bot.check(talk, "escalation", "privacy")
    """

    def __init__(self, runtime: _Runtime, name: str) -> None:
        self._runtime, self._name, self._n_talks = runtime, name, 0

    def talk(self, *lines: str, language: str | None = None, channel: str = "chat", **session: Any) -> Conversation:
        """The conversation in which the customer says these lines; `session` is what the bot is told at the start.

        Raises: BotBroke when it could not be held.
        """
        from evalkit.model import AuthorisedContext, Case, Customer, Line

        case = Case(
            id=self._name,
            language=language,
            channel=channel,
            customer=Customer(lines=tuple(Line(text=line) for line in lines)),
            context=AuthorisedContext(session=session),
        )
        self._n_talks += 1
        talk = self._runtime.play(case, self._n_talks)
        if talk.failure is not None:
            raise BotBroke(_sealed(f"{talk.failure.boundary} broke: {talk.failure.cause}"))
        return talk

    def scores(self, talk: Conversation, *scorers: str) -> list[Score]:
        """What the scorers (default: the usual ones) say of a conversation."""
        return self._runtime.score(talk, None, self._runtime.world_named(scorers))

    def check(self, talk: Conversation, *scorers: str) -> None:
        """Raises: CaseFailed when a scorer finds what fails a build, BotBroke when one could not decide."""
        world = self._runtime.world_named(scorers)
        scores = self._runtime.score(talk, None, world)
        broken = [score for score in scores if score.verdict == "error"]
        if broken:
            raise BotBroke(_sealed(f"{broken[0].boundary} broke: {broken[0].scorer}: {broken[0].cause}"))
        found = self._runtime.failing(scores, None)
        if found:
            raise CaseFailed(_sealed("\n".join(["", *_story(talk, None, scores, found, world)])))


class _Runtime:
    """What all items of one process share: the configuration, the bot, its loop and the scorers."""

    def __init__(self, config: pytest.Config) -> None:
        import asyncio
        from datetime import UTC, datetime

        from evalkit.bots.definitions import build_bot
        from evalkit.errors import InputError
        from evalkit.knowledge import Knowledge
        from evalkit.model import Run, content_hash
        from evalkit.policy.destinations import check_bot
        from evalkit.suites.config import load_config

        given = config.getoption("evalkit_config")
        try:
            self.config = load_config(Path(given) if given else None)
            privacy = self.config.policy.privacy
            hosts = frozenset(privacy.allowed_hosts)
            self.bot = build_bot(config.getoption("evalkit_bot"), self.config.bots, allowed_hosts=hosts)
            check_bot(self.bot, privacy)
            folder = self.config.knowledge
            self.knowledge = Knowledge.from_folder(folder) if folder is not None else None
        except InputError as error:
            raise pytest.UsageError(str(error)) from None
        release = config.getoption("evalkit_release")
        now = datetime.now(UTC)
        # Each process of a parallel run is a run of its own, so that no two conversations share an id.
        self.run = Run(
            id=content_hash("pytest", release, now.isoformat(), os.getpid()), release=release, started_at=now
        )
        self._runner = asyncio.Runner()
        self._worlds: dict[str, World] = {}

    def play(self, case: Case, trial: int) -> Conversation:
        """The conversation of a case with the bot."""
        from datetime import UTC, datetime

        from evalkit.replay.play import Clock, play

        clock = Clock(lambda: datetime.now(UTC))
        return self._runner.run(play(case, self.bot, self.run, trial=trial, clock=clock))

    def world(self, suite: Suite) -> World:
        """The scorers of a suite with the policy and the knowledge base."""
        from evalkit.engine.preparing import scorers_of, specs_of
        from evalkit.scoring import World

        if suite.path not in self._worlds:
            self._worlds[suite.path] = World(scorers_of(specs_of([suite])), self.config.policy, self.knowledge)
        return self._worlds[suite.path]

    def world_named(self, scorers: Sequence[str]) -> World:
        """The named scorers, or the default ones."""
        from evalkit.engine.preparing import scorers_of
        from evalkit.model import ScorerSpec
        from evalkit.scoring import World

        return World(scorers_of([ScorerSpec(name=name) for name in scorers]), self.config.policy, self.knowledge)

    def score(self, talk: Conversation, case: Case | None, world: World) -> list[Score]:
        """The scores of one conversation, through the funnel."""
        from evalkit.scoring import gather, score

        return score(talk, case, gather(talk, case, world), world.scorers)

    def failing(self, scores: Sequence[Score], case: Case | None) -> list[Finding]:
        """The findings that fail a build."""
        from evalkit.gate.findings import failing

        promoted = self.config.policy.gate.promoted
        return [finding for score in scores for finding in failing(score, case, promoted)]

    def close(self) -> None:
        """Close the bot and its loop."""
        self._runner.run(self.bot.close())
        self._runner.close()


def _story(
    talk: Conversation, case: Case | None, scores: Sequence[Score], found: Sequence[Finding], world: World
) -> Iterator[str]:
    """The turns with the failing one marked, and under them each finding with its evidence; personal data is masked."""
    from evalkit.engine.scoring_run import cited_passages
    from evalkit.personal_data import mask
    from evalkit.reporting.terminal import printable

    known = tuple(case.context.facts.values()) if case is not None else ()
    bad = {finding.turn for finding in found if finding.turn is not None}
    last = max(bad, default=len(talk.turns) - 1)
    first = max(0, min(last - _TURNS_SHOWN // 2, len(talk.turns) - _TURNS_SHOWN))
    if first:
        yield f"    … {first} turns before"
    for number, turn in enumerate(talk.turns[first : first + _TURNS_SHOWN], first):
        text = printable(mask(turn.text, also=known).text.replace("\n", " ")) or f"({turn.kind})"
        yield f"{'>' if number in bad else ' '} {number + 1:>3} {turn.role:<9}{text}"
    passages = cited_passages(world, scores)
    for finding in found:
        yield ""
        yield from (printable(part) for part in _lines(finding, case))
        for evidence in finding.evidence[:3]:
            passage = passages.get(evidence.passage_hash or "")
            if passage is not None:
                text = str(passage["text"])[evidence.start or 0 : evidence.end]
                yield printable(f"      {passage['document_id']}: {text[:300]}")


def _lines(finding: Finding, case: Case | None) -> tuple[str, str]:
    line = finding.data.get("line") or (case.line if case is not None else None)
    place = f" · {case.path}:{line}" if case is not None and case.path and line else ""
    turn = f" · turn {finding.turn + 1}" if finding.turn is not None else ""
    return f"  {finding.rule} · {finding.severity} · {finding.confidence}{turn}{place}", f"      {finding.message}"


def _listed(findings: Sequence[Finding], case: Case) -> str:
    from evalkit.reporting.terminal import printable

    return _sealed("\n".join(printable(part) for finding in findings for part in _lines(finding, case)))


def _sealed(text: str) -> str:
    """The text as a report of pytest may hold it, whose files evalkit does not write itself."""
    from evalkit.reporting.artefacts import checked

    return checked(text, "pytest")
