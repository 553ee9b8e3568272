"""`evalkit gate`: may this release talk to customers? Works on run files: no bot, no key, no knowledge base."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option, tell
from evalkit.errors import InputError

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="gate")
@click.argument("release", required=False)
@click.option("--candidate", help="The release to judge: a release, a run id, or a run file (the same as RELEASE).")
@click.option("--baseline", help="The release to compare with: a release, a run id, or a run file.")
@click.option("--rules", type=_FILE, help="The gate's rules (default: gate.rules of the policy).")
@click.option("--strict", is_flag=True, help="Exit with 3 when inconclusive.")
@click.option("--explain", is_flag=True, help="Show every rule, what it saw, and what this suite can notice.")
@click.option("--html", type=_FILE, help="Write the HTML report here.")
@click.option("--junit", type=_FILE, help="Write JUnit XML here.")
@click.option("--comment", type=_FILE, help="Write the Markdown of a pull-request comment here.")
@click.option("--gitlab", type=_FILE, help="Write GitLab's code-quality JSON here.")
@click.option("--github", "on_github", is_flag=True, help="Write GitHub's job summary and annotations.")
@click.option("--no-record", is_flag=True, help="Leave the decision out of the store's audit trail.")
@config_option
@store_option
@json_option
def command(
    *,
    release: str | None,
    candidate: str | None,
    baseline: str | None,
    rules: Path | None,
    strict: bool,
    explain: bool,
    html: Path | None,
    junit: Path | None,
    comment: Path | None,
    gitlab: Path | None,
    on_github: bool,
    no_record: bool,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Decide whether the newest run of a release may go out.

    Exit codes: 0 passed or inconclusive (3 with --strict), 1 failed, 2 wrong input, 4 invalid.
    """
    from evalkit.cli import deciding
    from evalkit.cli.alike import scored_alike
    from evalkit.cli.sides import as_played, opened
    from evalkit.reporting import gated
    from evalkit.store.scored import read_scored
    from evalkit.suites.config import load_config

    names = {name for name in (release, candidate) if name is not None}
    if len(names) != 1:
        raise InputError("name one release to judge: evalkit gate --candidate 1.5 --baseline 1.4")
    config = load_config(config_path)
    policy = deciding.gate_policy(config, rules)
    where = store_at or config.store
    with opened(names.pop(), where) as new, opened(baseline, where) if baseline else nullcontext() as old:
        if old is None:
            left, right = None, read_scored(new.store, new.run)
        else:
            left, right = scored_alike(as_played(old, new), new, config)
        in_full = comment is not None or on_github
        before = old.store if old else new.store
        found = deciding.judged(new.store, right, before, left, config, policy, in_full=in_full)
        if not no_record:
            deciding.record(new.store, found)
        written = deciding.write_surfaces(found, comment=comment, gitlab=gitlab, on_github=on_github)
        if html or junit:
            from evalkit.cli import pipeline

            summary = pipeline.read(new.store, new.run, right.score_key, config)
            written += pipeline.write_reports(new.store, summary, html=html, junit=junit, config=config)
    if as_json:
        print_json(found.as_plain())
    else:
        tell(gated.terminal(found.decision, found.changed, explain=explain))
        for path in written:
            click.echo(f"wrote {path}")
    return found.exit_code(strict=strict)
