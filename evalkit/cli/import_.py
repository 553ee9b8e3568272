"""`evalkit import`: months of real conversations, pseudonymised, into a run of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option

if TYPE_CHECKING:
    from evalkit.engine.importing import Imported
    from evalkit.transcripts.door import Importer
    from evalkit.transcripts.mapping import ColumnMapping

KEY_FILE, NAMES_FILE = "pseudonym.key", "pseudonyms.db"


@click.command(name="import")
@click.argument("kind")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--release", required=True, help="The release that handled them; the human desk is a release too.")
@click.option(
    "--mapping", "mapping_path", type=click.Path(path_type=Path, dir_okay=False), help="Column mapping (YAML)."
)
@click.option("--timezone", help="Zone of times that carry none, such as Europe/Stockholm.")
@click.option("--encoding", help="Encoding (default: told by the first bytes).")
@click.option("--source", type=click.Choice(["production", "pilot"]), default="production", show_default=True)
@click.option("--language", help="Language of conversations that name none.")
@click.option("--channel", help="Channel of all conversations.")
@click.option("--bot-author", "bots", multiple=True, help="Id of an author that is a bot (may be repeated).")
@click.option("--keep-notes", is_flag=True, help="Keep private notes, as turns of kind note.")
@click.option("--keep-ids", is_flag=True, help="Keep the source's ids of conversations, to find them there again.")
@click.option("--vault", is_flag=True, help="Keep what pseudonyms stand for, sealed, in the pseudonyms' file.")
@click.option("--mode", type=click.Choice(["placeholder", "surrogate"]), default="placeholder", show_default=True)
@click.option("--shift-dates", is_flag=True, help="Move each person's times by whole weeks.")
@click.option("--no-pseudonyms", is_flag=True, help="Leave the words as they are (ids are hashed all the same).")
@click.option(
    "--parquet-above", type=click.IntRange(0), default=100_000, show_default=True,
    help="With more conversations than this, keep their words in Parquet parts beside the store.",
)  # fmt: skip
@click.option("--key", "key_path", type=click.Path(path_type=Path, dir_okay=False), help="Key file of the data set.")
@config_option
@store_option
@json_option
def command(*, kind: str, path: Path, as_json: bool, **given: Any) -> int:
    """Read FILE (or a folder of files) as an export of KIND into the store; the file itself is never copied."""
    from evalkit.plugins import load
    from evalkit.reporting.imports import render_import

    loaded = load("importers", kind)
    importer: Importer = loaded() if isinstance(loaded, type) else loaded
    done = _carried_out(importer, path, given, quiet=as_json)
    account = account_of(done, importer)
    if as_json:
        print_json(account)
    else:
        click.echo(render_import(account))
        click.echo(f"\nnext: evalkit score {done.run.release}")
    return 0


def _carried_out(importer: Importer, path: Path, given: dict[str, Any], *, quiet: bool) -> Imported:
    from datetime import UTC, datetime

    from evalkit.cli.options import ProgressLine
    from evalkit.engine.importing import ImportOrder, import_export
    from evalkit.personal_data.local_names import local_names
    from evalkit.personal_data.pseudonyms import Pseudonyms
    from evalkit.policy.destinations import check_store
    from evalkit.privacy_ops.keys import key_of
    from evalkit.privacy_ops.vault import Vault
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config
    from evalkit.transcripts.door import Options
    from evalkit.transcripts.reading import Source

    config = load_config(given["config_path"])
    where = given["store_at"] or config.store
    privacy = config.policy.privacy
    check_store(where, privacy)
    options = Options(
        timezone=given["timezone"],
        keep_notes=given["keep_notes"],
        bots=frozenset(given["bots"]),
        language=given["language"],
        channel=given["channel"],
        mapping=read_mapping(given["mapping_path"]) if given["mapping_path"] else None,
    )
    order = ImportOrder(
        path=path,
        release=given["release"],
        options=options,
        source=given["source"],
        encoding=given["encoding"],
        cover_text=not given["no_pseudonyms"],
        shift_dates=given["shift_dates"],
        keep_ids=given["keep_ids"],
        parquet_above=given["parquet_above"],
    )
    _ = Source(path).files  # A file that is not there is told before a key or a store is made.
    key_path, names_path = beside(where, given["key_path"])
    key, is_new = key_of(key_path)
    if is_new:
        click.echo(f"made the key of this data set: {key_path}; keep it apart from the store, and keep it", err=True)
    line = ProgressLine("importing, MB", quiet=quiet)
    with Store.open(where) as store, Vault(names_path, key, seal=given["vault"]) as vault:
        done = import_export(
            store,
            order,
            importer,
            Pseudonyms(
                key,
                vault,
                mode=given["mode"],
                markets=privacy.markets,
                patterns=privacy.number_patterns,
                names_by=local_names(privacy.name_model) if privacy.name_model else None,
            ),
            now=datetime.now(UTC),
            keeper=vault,
            on_progress=lambda r: line.show(
                r.bytes_done // 1_000_000, r.bytes_total // 1_000_000, note=f", {r.n_conversations} conversations"
            ),
        )
    line.end()
    return done


def beside(store_at: str, key_path: Path | None) -> tuple[Path, Path]:
    """The key's file and the pseudonyms' file of a store: beside its file, or in `.evalkit` for a database."""
    folder = Path(".evalkit") if "://" in store_at else Path(store_at).parent
    return key_path or folder / KEY_FILE, folder / NAMES_FILE


def read_mapping(path: Path) -> ColumnMapping:
    """The column mapping of a YAML file. Raises: SuiteError, InputError."""
    from evalkit.errors import InputError, SuiteError
    from evalkit.suites.yaml_source import read_source
    from evalkit.transcripts.mapping import mapping_of

    if not path.exists():
        raise InputError(f"{path}: no such mapping")
    source = read_source(path)
    if source.faults:
        raise SuiteError(source.faults)
    return mapping_of(source.data, str(path))


def account_of(done: Imported, importer: Importer) -> dict[str, object]:
    """The plain account of an import."""
    ledger, run = done.ledger, done.run
    old = ledger.n_conversations - done.n_new
    again = f", {old} of them stored before" if old else ""
    n_dropped = ledger.n_dropped("conversation")
    sentence = (
        f"imported {ledger.n_conversations} conversations ({ledger.n_turns} messages){again} as release "
        f"'{run.release}', run {run.id}; dropped {n_dropped} conversations, {ledger.n_dropped('message')} messages, "
        f"{ledger.n_dropped('line')} lines"
    )
    return {
        "run": run.id,
        "release": run.release,
        "sentence": sentence,
        "n_conversations": ledger.n_conversations,
        "n_new": done.n_new,
        "n_turns": ledger.n_turns,
        "n_folded": ledger.n_folded,
        "n_dropped": n_dropped,
        "role_rule": importer.role_rule,
        "roles": [(role, why, str(n)) for (role, why), n in sorted(ledger.roles.items())],
        "dropped": ledger.rows(),
        "notes": {remark: str(tally) for remark, tally in ledger.notes.items()},
        "ignored": [f"{name}{ledger.hints.get(name, '')}" for name in sorted(ledger.ignored)],
    }
