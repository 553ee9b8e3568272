"""`evalkit init`: a commented starter project that runs against the demo bot, or an industry's starter pack."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import click

from evalkit.errors import InputError
from evalkit.text.counted import counted


@click.command(name="init")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--pack", "pack_name", help="An industry's suites: shop, bank, public, travel or utility.")
@click.option("--answer", "answers", multiple=True, metavar="NAME=TEXT", help="A fact the pack asks for; repeatable.")
@click.option("--language", "languages", multiple=True, help="Only the pack's cases in this language; repeatable.")
@click.option("--no-input", is_flag=True, help="Ask nothing; leave out what has no --answer.")
def command(
    *, folder: Path, pack_name: str | None, answers: tuple[str, ...], languages: tuple[str, ...], no_input: bool
) -> int:
    """Write evalkit.yaml and suites into FOLDER; existing files are never overwritten.

    Without --pack: one suite and a small knowledge base for the demo bot. With --pack: the questions and duties of an
    industry in Swedish, Danish, Norwegian and English, filled with the organisation's own facts.
    """
    if pack_name is None:
        if answers or languages:
            raise InputError("--answer and --language belong to a pack; add --pack, such as --pack shop")
        return _starter(folder)
    return _from_pack(folder, pack_name, _named(answers), languages, ask=not no_input)


def _starter(folder: Path) -> int:
    with as_file(files("evalkit.cli") / "starter") as starter:
        sources = sorted(path for path in starter.rglob("*") if path.is_file())
        targets = [folder / path.relative_to(starter) for path in sources]
        _refuse_taken(targets)
        for source, target in zip(sources, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            click.echo(str(target))
    click.echo("next: evalkit demo-bot &\n      evalkit run --bot demo --release 1.4")
    return 0


def _from_pack(folder: Path, name: str, answers: dict[str, str], languages: tuple[str, ...], *, ask: bool) -> int:
    from evalkit.resources import folder as packaged
    from evalkit.suites.packs import EVERYONE, filled, pack_of
    from evalkit.suites.writing import write_suites

    pack = pack_of(name)
    shipped = packaged("suites") / "packs"
    filled(pack, answers, shipped, languages)  # what is wrong is said before anything is asked
    targets = [folder / "evalkit.yaml", *(folder / "suites" / f"{part}.yaml" for part in (EVERYONE, pack.name))]
    _refuse_taken(targets)
    if ask:
        click.echo(f"A few facts of your {pack.title}; Enter leaves out the cases that need one.", err=True)
        for question in pack.questions:
            if question.name not in answers:
                prompt = f"{question.text} (such as {question.example})"
                answers[question.name] = click.prompt(prompt, default="", show_default=False, err=True)
    written = write_suites(folder / "suites", filled(pack, answers, shipped, languages))
    config = (files("evalkit.cli") / "starter" / "evalkit.yaml").read_text(encoding="utf-8")
    (folder / "evalkit.yaml").write_text(_configured(config, pack.profile, answers.get("domain", "")), encoding="utf-8")
    click.echo(str(folder / "evalkit.yaml"))
    for path, n_cases in written:
        click.echo(f"{path}: {counted(n_cases, 'case')}")
    click.echo("next: describe your bot under `bots:` and your articles under `knowledge:` in evalkit.yaml, then")
    click.echo("      evalkit check")
    return 0


def _configured(starter: str, profile: str, domain: str) -> str:
    """The starter's configuration with the pack's profile and domain; without the starter's own knowledge base."""
    lines = []
    in_knowledge = False
    for line in starter.splitlines():
        in_knowledge = line.startswith("knowledge:") or (in_knowledge and line.startswith(" "))
        if line.startswith("profile:"):
            line = f"profile: {profile}"
        elif "own_domains:" in line:
            shown = domain.strip() or "your-domain.example"
            line = line.replace("fjallby.example", shown)
        lines.append(f"# {line}" if in_knowledge else line)
    return "\n".join(lines) + "\n"


def _named(answers: tuple[str, ...]) -> dict[str, str]:
    named = {}
    for answer in answers:
        name, equals, text = answer.partition("=")
        if not equals or not name.strip():
            raise InputError("--answer: expected NAME=TEXT, such as --answer return_days=30")
        named[name.strip()] = text
    return named


def _refuse_taken(targets: list[Path]) -> None:
    taken = [str(target) for target in targets if target.exists()]
    if taken:
        raise InputError(f"{taken[0]} is there already; nothing was written")
