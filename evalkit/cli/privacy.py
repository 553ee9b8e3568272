"""`evalkit privacy`: retention, erasure and access by subject, the pseudonyms' vault, the audit trail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option

_key_option = click.option("--key", "key_path", type=click.Path(path_type=Path, dir_okay=False), help="Key file.")
_actor_option = click.option("--actor", default="evalkit", show_default=True, help="Who does it, for the audit trail.")


def _subject_options(function: Any) -> Any:
    function = click.option("--subject-key", help="The key as the store holds it.")(function)
    return click.option("--ask", is_flag=True, help="Ask for the e-mail address or customer id, unseen and unlogged.")(
        function
    )


@click.group(name="privacy")
def command() -> None:
    """Look after the personal data of a store."""


@command.command(name="erase")
@_subject_options
@_key_option
@_actor_option
@config_option
@store_option
@json_option
def erase_subject(*, actor: str, as_json: bool, **given: Any) -> int:
    """Erase one person. Conversations, scores, labels, cases made from them, pseudonyms; print the receipt."""
    import msgspec

    from evalkit.cli.judging import forget_judged
    from evalkit.privacy_ops.subjects import erase
    from evalkit.privacy_ops.vault import Vault
    from evalkit.store.store import Store

    where, key, names = _places(given)
    subject = _subject(given, key)
    with Store.open(where, create=False) as store, Vault(names, key, seal=False) as vault:
        theirs = [id_ for _, id_ in store.conversations_of_subject(subject)]
        receipt = erase(store, subject, vault=vault, actor=actor)
    n_judged = forget_judged(str(where), theirs)
    if as_json:
        print_json({**msgspec.to_builtins(receipt), "n_judged": n_judged})
    else:
        click.echo(
            f"erased {receipt.n_conversations} conversations in {receipt.n_runs} runs, {receipt.n_cases} cases,"
            f" {n_judged} judged answers and {receipt.n_pseudonyms} pseudonyms;"
            f" line {receipt.audit_number} of the audit trail"
        )
        if receipt.promoted:
            click.echo(f"take out of your suite files: {', '.join(receipt.promoted)}")
    return 0


@command.command(name="export")
@_subject_options
@_key_option
@_actor_option
@config_option
@store_option
def export_subject(*, actor: str, **given: Any) -> int:
    """Print what the store holds of one person. A conversation a line, as JSON."""
    from evalkit.model import to_json
    from evalkit.privacy_ops.subjects import held_of
    from evalkit.store.store import Store

    where, key, _ = _places(given)
    subject = _subject(given, key)
    with Store.open(where, create=False) as store:
        n = 0
        for talk in held_of(store, subject):
            n += 1
            click.echo(to_json(talk).decode())
        store.append_audit("export", {"n_conversations": n}, actor=actor)
    click.echo(f"{n} conversations", err=True)
    return 0


@command.command(name="retention")
@click.option("--transcripts-days", type=click.IntRange(0), help="Days that words are kept (default: 90).")
@click.option("--scores-days", type=click.IntRange(0), help="Days that scores are kept (default: 730).")
@click.option("--replays", is_flag=True, help="Replays too; their customers are made up.")
@click.option("--purge", "do_it", is_flag=True, help="Delete what is over its time; otherwise only show it.")
@_actor_option
@config_option
@store_option
@json_option
def retention(*, do_it: bool, actor: str, as_json: bool, **given: Any) -> int:
    """Show what is over its time, and purge it. Also when the next deletion is due; --purge deletes."""
    from datetime import UTC, datetime

    import msgspec
    from tabulate import tabulate

    from evalkit.privacy_ops import retention as keeping
    from evalkit.store.store import Store

    periods = keeping.Periods(
        transcripts_days=_or(given["transcripts_days"], keeping.TRANSCRIPT_DAYS),
        scores_days=_or(given["scores_days"], keeping.SCORE_DAYS),
        replays=given["replays"],
    )
    now = datetime.now(UTC)
    with Store.open(_where(given), create=False) as store:
        found = keeping.purge(store, periods, now, actor=actor) if do_it else keeping.due(store, periods, now)
    if as_json:
        print_json([msgspec.to_builtins(one) for one in found])
        return 0
    rows = [
        (d.release, d.run_id, d.n_conversations, d.n_words_due, d.n_scores_due, d.next_at.date() if d.next_at else "–")
        for d in found
    ]
    what = "deleted" if do_it else "due"
    click.echo(tabulate(rows, headers=["release", "run", "held", f"words {what}", f"scores {what}", "next deletion"]))
    return 0


@command.command(name="vault")
@click.option("--reveal", help="A pseudonym, such as '<PERSON_3>', whose original is printed.")
@click.option("--reason", help="Why it must be known; kept in the audit trail.")
@_key_option
@_actor_option
@config_option
@store_option
def vault_state(*, reveal: str | None, reason: str | None, actor: str, **given: Any) -> int:
    """Count the pseudonyms by kind. With --reveal and --reason, tell what one stands for."""
    import re

    from tabulate import tabulate

    from evalkit.errors import InputError
    from evalkit.privacy_ops.vault import Vault
    from evalkit.store.store import Store

    where, key, names = _places(given)
    if reveal is None:
        with Vault(names, key, seal=False) as vault:
            click.echo(tabulate(vault.counts(), headers=["kind", "pseudonyms", "sealed"]))
        return 0
    hit = re.fullmatch(r"<?([A-Z][A-Z_]*)_(\d+)>?", reveal.strip())
    if hit is None:
        raise InputError("expected a pseudonym such as <PERSON_3>")
    if not reason:
        raise InputError("--reveal needs --reason: it is kept in the audit trail")
    # The trail is written first: nothing is told that is not logged.
    with Store.open(where, create=False) as store:
        store.append_audit("reveal", {"pseudonym": hit.group(0).strip("<>"), "reason": reason}, actor=actor)
    with Vault(names, key, seal=True) as vault:
        click.echo(vault.original(hit.group(1), int(hit.group(2))))
    return 0


@command.command(name="audit")
@click.option("--event", help="Only entries of this event.")
@config_option
@store_option
@json_option
def audit(*, event: str | None, as_json: bool, **given: Any) -> int:
    """Print the audit trail, and check that it is whole. Exit with 1 where it is not."""
    import msgspec
    from tabulate import tabulate

    from evalkit.store.store import Store

    with Store.open(_where(given), create=False) as store:
        entries = [entry for entry in store.audit_entries() if event in {None, entry.event}]
        broken = store.verify_audit()
    if as_json:
        print_json({"broken_at": broken, "entries": [msgspec.to_builtins(entry) for entry in entries]})
    else:
        rows = [(e.number, e.at, e.actor, e.event, ", ".join(f"{k} {v}" for k, v in e.body.items())) for e in entries]
        click.echo(tabulate(rows, headers=["", "at", "by", "event", "what"]))
        click.echo("the chain is whole" if broken is None else f"the chain is broken at entry {broken}")
    return int(broken is not None)


def _where(given: dict[str, Any]) -> str:
    from evalkit.suites.config import load_config

    found: str = given["store_at"] or load_config(given["config_path"]).store
    return found


def _places(given: dict[str, Any]) -> tuple[str, bytes, Path]:
    from evalkit.cli.import_ import beside
    from evalkit.privacy_ops.keys import key_of

    where = _where(given)
    key_path, names = beside(where, given["key_path"])
    return where, key_of(key_path, create=False)[0], names


def _subject(given: dict[str, Any], key: bytes) -> str:
    from evalkit.errors import InputError
    from evalkit.personal_data.pseudonyms import Pseudonyms

    if given["subject_key"]:
        return str(given["subject_key"])
    if not given["ask"]:
        raise InputError("say whom: --subject-key, or --ask for an e-mail address or customer id")
    # Typed unseen: an address in a shell's history would be one more place to erase.
    said = click.prompt("e-mail address or customer id", hide_input=True)
    return Pseudonyms(key).subject_key(said)


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
