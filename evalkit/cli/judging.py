"""The judge of a command line: `config`, `fake` or `cassette:FILE`, held against the policy before text leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evalkit.errors import InputError

if TYPE_CHECKING:
    from evalkit.engine.judging import Bench, Judging
    from evalkit.judge.planning import Plan
    from evalkit.judge.provider import JudgeSettings
    from evalkit.knowledge import Knowledge
    from evalkit.model import Case, ScorerSpec, Suite
    from evalkit.replay.customers import CustomerMaker
    from evalkit.store.store import Store
    from evalkit.suites.config import Config

F = TypeVar("F", bound=Callable[..., Any])
CACHE = "judge-cache.db"
FAKE = {"model": "fake-judge-1", "provider": {"region": "local", "dpa": True, "no_training": True}}


def judge_option(function: F) -> F:
    """`--judge`: none by default."""
    said = "Ask an LLM judge too: `config` (evalkit.yaml), `fake` (a stand-in, no key, no network), `cassette:FILE`."
    return click.option("--judge", "judge_name", help=said)(function)


@contextmanager
def judge_bench(name: str | None, config: Config, *, questions: Sequence[str] = ()) -> Iterator[Bench | None]:
    """The judge that a name stands for, None for no name.

    Raises: InputError for another name or a wrong configuration; PolicyError where the policy forbids the endpoint.
    """
    if name is None:
        yield None
        return
    from evalkit.judge.client import OpenAiClient
    from evalkit.judge.provider import check_provider

    kind, _, rest = name.partition(":")
    if kind == "fake" and not rest:
        from evalkit.judge.fake import create_app
        from evalkit.loopback import serving

        with serving(create_app()) as address:
            settings = settings_of({**FAKE, "base_url": f"{address}/v1", "questions": list(_asked(config, questions))})
            check_provider(settings, config.policy.privacy)
            yield _bench(settings, OpenAiClient(settings), ":memory:")
        return
    if kind not in {"config", "cassette"} or (kind == "cassette") != bool(rest):
        raise InputError(f"--judge {name}: expected `config`, `fake` or `cassette:FILE`")
    if not config.judge:
        raise InputError("--judge: evalkit.yaml has no `judge:` part; docs/judge.md shows what to write")
    settings = settings_of({**config.judge, "questions": list(_asked(config, questions))})
    check_provider(settings, config.policy.privacy)
    if kind == "cassette":
        from evalkit.judge.cassette import CassetteDoor

        yield _bench(settings, CassetteDoor(Path(rest)), ":memory:")
    else:
        kept = cache_path(config)
        if settings.batch:
            from evalkit.judge.batching import BatchClient

            yield _bench(settings, BatchClient(settings, kept.parent), kept)
        else:
            yield _bench(settings, OpenAiClient(settings), kept)


def llm_customers(suites: Iterable[Suite], config: Config) -> CustomerMaker | None:
    """The maker of the LLM customers that suites ask for, None where they ask for none.

    Raises: InputError without a `customer:` part; PolicyError where the policy forbids its endpoint.
    """
    wanted = next((c for suite in suites for c in suite.cases if c.customer.mode == "llm"), None)
    if wanted is None:
        return None
    if not config.customer:
        raise InputError(
            f"{wanted.path}:{wanted.line}: case '{wanted.id}' wants an LLM customer; give evalkit.yaml a `customer:`"
            " part with base_url, model and provider, as for `judge:`, or play the case with `mode: facts`"
        )
    from evalkit.judge.client import OpenAiClient
    from evalkit.judge.provider import check_provider
    from evalkit.replay.llm_customer import LlmCustomers

    settings = settings_of(config.customer, where="customer")
    check_provider(settings, config.policy.privacy)
    return LlmCustomers(OpenAiClient(settings))


def settings_of(
    value: Mapping[str, Any], environment: Mapping[str, str] | None = None, where: str = "judge"
) -> JudgeSettings:
    """The settings of a `judge:` mapping with its `${NAME}` read from the environment. Raises: InputError."""
    import os

    from evalkit.bots.templates import with_secrets
    from evalkit.judge.provider import judge_settings

    return judge_settings(with_secrets(dict(value), os.environ if environment is None else environment, where), where)


def cache_path(config: Config) -> Path:
    """Where the answers that were paid for are kept: beside the store of the configuration."""
    return cache_beside(config.store)


def cache_beside(store: str) -> Path:
    """The file of judged answers that belongs to a store."""
    folder = Path(".evalkit") if "://" in store else Path(store).parent
    return folder / CACHE


def forget_judged(store: str, conversation_ids: Sequence[str]) -> int:
    """The number of judged answers deleted with these conversations."""
    from evalkit.judge.cache import AnswerCache

    where = cache_beside(store)
    if not where.exists():
        return 0
    cache = AnswerCache(where)
    try:
        return cache.erase(conversation_ids)
    finally:
        cache.close()


def identity_of(bench: Bench) -> str:
    """The identity that the judge's answers, cache and calibration are bound to."""
    from evalkit.judge.asking import questions_hash
    from evalkit.judge.protocol import PROMPT_VERSION
    from evalkit.judge.provider import identity

    return identity(bench.settings, PROMPT_VERSION, questions_hash(bench.questions))


def judge_spec(bench: Bench, voting: Sequence[str] = ()) -> ScorerSpec:
    """The `judge` scorer of a run: bound to the judge's identity, so that another judge makes another set of scores."""
    from evalkit.model import ScorerSpec

    asked = [question.id for question in bench.questions]
    return ScorerSpec(name="judge", args={"questions": asked, "voting": sorted(voting), "identity": identity_of(bench)})


def with_judge(specs: Sequence[ScorerSpec], bench: Bench | None, store: Store) -> list[ScorerSpec]:
    """The scorers of a run with the judge's own where one is asked; it votes where people's labels say it may.

    `correctness` hears of the votes where it, or `judge.open_claims`, lets the judge decide what the rules leave open.
    """
    if bench is None:
        return list(specs)
    from evalkit.engine.preparing import DEFAULT_SCORERS
    from evalkit.model import ScorerSpec
    from evalkit.review.calibration import earned_votes

    asked = {question.id for question in bench.questions}
    voting = [question for question in earned_votes(store, identity_of(bench)) if question in asked]
    specs = specs or [ScorerSpec(name=name) for name in DEFAULT_SCORERS]
    others = [_hearing(spec, bench, voting) for spec in specs if spec.name != "judge"]
    return [*others, judge_spec(bench, voting)]


def _hearing(spec: ScorerSpec, bench: Bench, voting: Sequence[str]) -> ScorerSpec:
    if spec.name != "correctness" or not (bench.settings.open_claims or spec.args.get("by_judge")):
        return spec
    from evalkit.model import ScorerSpec
    from evalkit.scorers.by_judge import ASKED

    votes = sorted(set(voting) & set(ASKED))
    return ScorerSpec(name=spec.name, args={**spec.args, "by_judge": True, "voting": votes})


def asked_of(specs: Sequence[ScorerSpec]) -> tuple[str, ...]:
    """The questions that a suite's own `judge` scorer names."""
    return tuple(name for spec in specs if spec.name == "judge" for name in spec.args.get("questions", ()))


def judging_of(
    bench: Bench | None, config: Config, cases: Mapping[str, Case], knowledge: Knowledge | None
) -> Judging | None:
    """The pass of the judge over a run, None for no judge."""
    if bench is None:
        return None
    from evalkit.engine.judging import Judging

    return Judging(bench, config.policy, cases, knowledge)


def told(plan: Plan) -> str:
    """What judging would take, in one line."""
    return (
        f"{plan.n_conversations} conversations, at most {plan.n_calls} calls, about {plan.tokens_in} tokens in"
        f" and {plan.tokens_out} out: {plan.cost_eur:.2f} EUR at the declared prices"
    )


def spent(judging: Judging | None) -> str | None:
    """What the judge cost, in one line; its cost is told apart from the bot's."""
    if judging is None or judging.spending is None:
        return None
    used = judging.spending
    kin = f"; judge and bot are both {judging.kin} models, and a judge favours its own" if judging.kin else ""
    return (
        f"judge {used.settings.model}: {used.n_calls} calls, {used.n_cached} from the cache,"
        f" {used.tokens_in + used.tokens_out} tokens, {used.cost_eur:.2f} EUR (apart from the bot's cost){kin}"
    )


def _asked(config: Config, questions: Sequence[str]) -> Sequence[str]:
    from evalkit.judge.provider import QUESTIONS

    return questions or config.judge.get("questions") or QUESTIONS


def _bench(settings: JudgeSettings, client: Any, cache: Path | str) -> Bench:
    from evalkit.engine.judging import Bench
    from evalkit.judge.questions import load_questions

    return Bench(settings, load_questions(settings.questions, settings.own), client, cache)
