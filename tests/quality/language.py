"""Which language a message is in: right answers, and how often the detector dares to answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from evalkit.errors import InputError
from evalkit.language import detect
from evalkit.language.detection import Language
from evalkit.language.lingua_votes import lingua_votes
from tests.quality.measures import outside, show


def main() -> None:
    """Print the language figures, by our own means and with lingua as a second voice."""
    _eight_ways("ours", detect)
    try:
        _eight_ways("with lingua", partial(detect, second=lingua_votes()))
    except InputError as error:
        print(f"skipped: {error}")
    _short_commands()


def _eight_ways(title: str, detect: Callable[[str], Language]) -> None:
    if found := outside("langid_lingua"):
        groups = defaultdict(list)
        for row in found:
            guess = detect(row["text"])
            for key in ("all", f"length {row['length']}", f"language {row['lang']}"):
                groups[key].append((guess.candidates[0] if guess.candidates else None, guess.code, row["lang"]))
        show(
            f"Language, 8-way, {title} (lingua's test words, word pairs and sentences)",
            [_line(k, v) for k, v in groups.items()],
        )


def _short_commands() -> None:
    if found := outside("langid_xsid_short"):
        groups = defaultdict(list)
        for row in found:
            truth = {"no-dialect": "no"}.get(row["lang"], row["lang"])
            guess = detect(row["text"])
            first = guess.candidates[0] if guess.candidates else None
            if truth == "no":
                first, code = (
                    ("no" if first in {"nb", "nn"} else first),
                    ("no" if guess.code in {"nb", "nn"} else guess.code),
                )
            else:
                code = guess.code
            for key in ("all", "all but dialects") if truth != "no" else ("all",):
                groups[key].append((first, code, truth))
            groups[f"language {truth}"].append((first, code, truth))
        show("Language of short commands (xSID)", [_line(k, v) for k, v in groups.items()])


def _line(name: str, guesses: list[tuple[str | None, str | None, str]]) -> dict[str, object]:
    named = [(code, truth) for _, code, truth in guesses if code is not None]
    return {
        "part": name,
        "n": len(guesses),
        "first guess right": sum(first == truth for first, _, truth in guesses) / len(guesses),
        "named": len(named) / len(guesses),
        "right when named": sum(code == truth for code, truth in named) / len(named) if named else None,
    }


if __name__ == "__main__":
    main()
