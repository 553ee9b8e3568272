"""The command line: verbs load only when they are called, and every error becomes one message and an exit code."""

from __future__ import annotations

import io
import sys
import traceback
from importlib import import_module
from keyword import iskeyword

import click

from evalkit.errors import EvalkitError, InputError, SuiteError
from evalkit.text.counted import counted

_VERBS = {
    "init": "write a starter project that runs against the demo bot",
    "check": "read suites and configuration, and tell every fault",
    "suites": "write probe suites from the lexicons, or import Botium files",
    "run": "replay suites against a bot, score, store and report",
    "chat": "talk to a bot here; the conversation is stored, scored, and can become a case",
    "score": "score a stored run again",
    "kpi": "the numbers of a stored run",
    "drift": "which numbers leave their level week by week, and the monthly report",
    "compare": "two releases side by side, or AI against people on the same questions",
    "gate": "decide whether a release may go out",
    "report": "write the HTML, JUnit or Markdown report of a stored run",
    "import": "real conversations from an export, pseudonymised",
    "topics": "what customers ask, how much of it, and what is covered by article and test",
    "sample": "a stratified test suite from real conversations",
    "privacy": "retention, erasure, access, pseudonyms, audit trail",
    "ui": "the dashboards on 127.0.0.1",
    "review": "the weekly human review: draw, follow, close, export",
    "copy": "copy a run into another store",
    "kb": "the state of the knowledge base, and what to mend",
    "judge": "the LLM judge: questions, price, cache, calibration",
    "lexicon": "precision and recall of the phrase categories on your messages",
    "satisfaction": "fit the satisfaction estimate on your labels, and show its card",
    "escalation": "learn from your labels what should go to a person, and show how well",
    "demo": "two releases of the demo bot, the worse one caught",
    "demo-bot": "serve the demo bot",
    "doctor": "tell what is missing and how to get it",
}
WRONG_INPUT, INVALID_RUN, INTERRUPTED = 2, 4, 130


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of a first day."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb; its module carries the same name, with a line behind a word of the language."""
        if cmd_name not in _VERBS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command: click.Command = import_module(f"evalkit.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or an error that names the near verb."""
        if args and not args[0].startswith("-") and args[0] not in _VERBS:
            from evalkit.errors import near_match

            raise click.UsageError(f"unknown command '{args[0]}'{near_match(args[0], tuple(_VERBS))}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=False)
@click.version_option(package_name="support-evalkit", prog_name="evalkit")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> None:
    """Evaluate a customer-support bot: replay conversations, score them, compare releases."""
    context.obj = {"debug": debug}


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(execute())


def execute(args: list[str] | None = None) -> int:
    """The exit code of a command line: 0, 1 failed, 2 wrong input, 4 invalid run, 130 interrupted."""
    words = sys.argv[1:] if args is None else args
    try:
        result = cli.main(args=words, standalone_mode=False, prog_name="evalkit")
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except KeyboardInterrupt:
        click.echo("interrupted; what is finished is stored (`evalkit run … --resume` goes on)", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        said = io.StringIO()
        error.show(file=said)
        click.echo(_sealed(said.getvalue()), err=True, nl=False)
        return WRONG_INPUT
    except EvalkitError as error:
        click.echo(_sealed(traceback.format_exc() if "--debug" in words else _shown(error)), err=True)
        return WRONG_INPUT if isinstance(error, InputError) else INVALID_RUN
    except Exception:  # noqa: BLE001 - the boundary: what is broken here may quote a customer
        click.echo(_sealed(traceback.format_exc()), err=True)
        click.echo("this is a fault of evalkit itself: please report what stands above", err=True)
        return INVALID_RUN
    return result if isinstance(result, int) else 0


def _sealed(text: str) -> str:
    from evalkit.personal_data.sealing import sealed

    return sealed(text).text


def _shown(error: EvalkitError) -> str:
    if isinstance(error, SuiteError):
        n = len(error.faults)
        return f"{error}\n{counted(n, 'fault')}"
    return f"error: {error}"
