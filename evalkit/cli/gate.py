"""`evalkit gate`: may this release talk to customers? Works on a store alone: no bot, no key, no knowledge base."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option

_CODES = {"passed": 0, "inconclusive": 0, "failed": 1, "invalid": 4}
_STRICT_INCONCLUSIVE = 3


@click.command(name="gate")
@click.argument("release")
@click.option("--baseline", help="The release to compare with.")
@click.option("--strict", is_flag=True, help="Exit with 3 when inconclusive.")
@config_option
@store_option
@json_option
def command(
    *, release: str, baseline: str | None, strict: bool, config_path: Path | None, store_at: str | None, as_json: bool
) -> int:
    """Decide whether the newest run of RELEASE may go out."""
    import msgspec

    from evalkit.cli import pipeline
    from evalkit.errors import InputError
    from evalkit.gate.deciding import decide
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    with Store.open(store_at or config.store, create=False) as store:
        run = store.latest_run(release)
        summary = pipeline.read(store, run, store.latest_score_key(run.id), config)
        rows = None
        if baseline is not None:
            other = store.latest_run(baseline)
            if summary.score_key not in store.score_keys(other.id):
                raise InputError(
                    f"'{baseline}' was scored otherwise (scorers, policy or knowledge base);"
                    f" `evalkit score {other.id}` scores it again"
                )
            rows = store.facts(other.id, summary.score_key)
        result = decide(
            run,
            summary.facts,
            n_zero_tolerance=summary.n_zero_tolerance,
            critical_failed=summary.critical_failed,
            baseline=rows,
            policy=config.policy.gate,
        )
    if as_json:
        print_json({"release": release, "baseline": baseline, **msgspec.to_builtins(result)})
    else:
        click.echo(f"{release} {result.verdict}. {result.sentence}")
    return _STRICT_INCONCLUSIVE if strict and result.verdict == "inconclusive" else _CODES[result.verdict]
