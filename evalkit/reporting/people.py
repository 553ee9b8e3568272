"""AI against people for a reader: from the plain gap to the fair one, topic by topic, and how far agents differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalkit.comparison.result import Comparison
from evalkit.reporting.marking import visible
from evalkit.reporting.page import CLOSING, opening

_MOST_STRATA = 15


def sections(comparison: Comparison) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Each table as title, header and rows of plain text; none for another kind of comparison."""
    details = comparison.details
    head = next((d for d in comparison.deltas if d.name == details.get("headline")), None)
    if head is not None and head.naive is not None and head.mix_effect is not None:
        yield (
            f"From the plain gap to the fair one: {head.title[:1].lower()}{head.title[1:]}",
            ["step", "points"],
            [
                ["plain gap, AI − people", f"{100 * head.naive:+.1f}"],
                ["of it: the AI gets other questions (mix)", f"{100 * head.mix_effect:+.1f}"],
                ["gap on the AI's questions",
                 f"{100 * head.difference:+.1f} ({100 * head.low:+.1f} to {100 * head.high:+.1f})"],
                ["common support", f"{100 * (head.support_rate or 0):.0f} %"],
                ["E-value: a hidden difference this strong could explain it", _number(details.get("e_value"))],
            ],
        )  # fmt: skip
    strata = details.get("strata", ())
    if strata:
        yield (
            "Topic by topic" if len(strata) <= _MOST_STRATA else f"Topic by topic, the {_MOST_STRATA} largest",
            ["topic", "channel", "language", "AI", "n", "people", "n", "gap"],
            [
                [s["topic"], s["channel"], s["language"], _rate(s["ai_rate"]), str(s["n_ai"]), _rate(s["human_rate"]),
                 str(s["n_human"]), f"{100 * (s['ai_rate'] - s['human_rate']):+.0f}"]
                for s in strata[:_MOST_STRATA]
            ],
        )  # fmt: skip
    if third := details.get("ai_assisted"):
        yield (
            "People with the AI's drafts against people alone, on the questions of the former",
            ["KPI", "assisted", "people", "difference (95 %)", "n"],
            [
                [t["title"], _rate(t["assisted_rate"]), _rate(t["human_rate"]),
                 f"{100 * t['difference']:+.1f} ({100 * t['low']:+.1f} to {100 * t['high']:+.1f})", str(t["n"])]
                for t in third
            ],
        )  # fmt: skip
    yield from _desk(comparison)


def _desk(comparison: Comparison) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    if agents := comparison.details.get("agents"):
        rows = [
            ["all weeks", *_spread(agents)],
            *([w["week"], *_spread(w)] for w in comparison.details["agents_by_week"]),
        ]
        yield (
            "How much depends on who answers (standard deviation between agents, chance taken out)",
            ["", "points (95 %)", "agents", "n"],
            rows,
        )
    if drafts := comparison.details.get("drafts"):
        n = drafts["n"]
        parts = (("sent as it was", "n_sent_as_is"), ("nearly as it was", "n_nearly"), ("rewritten", "n_rewritten"))
        yield (
            "What became of the AI's drafts",
            ["", "replies", "share"],
            [[name, str(drafts[key]), _rate(drafts[key] / n)] for name, key in parts]
            + [["likeness of draft and reply, mean", str(n), _rate(drafts["likeness_rate"])]],
        )


def html(comparison: Comparison, numbers: Sequence[Sequence[str]]) -> str:
    """One self-contained page; `numbers` are the rows of the table of KPIs."""
    before, after = comparison.before.release, comparison.after.release
    parts = [
        opening(f"evalkit · {after} against {before}"),
        f'<header><h1>{visible(after)} against {visible(before)}</h1><p class="lead">{visible(comparison.sentence)}</p>'
        f'<p class="soft">{visible(comparison.strategy)}</p></header>',
        "<h2>Numbers</h2>",
        _table(["KPI", before, after, "difference (95 %)", "n", ""], numbers),
    ]
    for title, head, rows in sections(comparison):
        parts += [f"<h2>{visible(title)}</h2>", _table(head, rows)]
    items = "".join(f"<li>{visible(note)}</li>" for note in comparison.notes)
    return "".join([*parts, f"<h2>Notes</h2><ul>{items}</ul>" if items else "", CLOSING])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{visible(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{visible(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class=wide><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"


def _spread(one: dict[str, float]) -> list[str]:
    return [
        f"{100 * one['sd_rate']:.1f} ({100 * one['low']:.1f} to {100 * one['high']:.1f})", str(one["n_agents"]),
        str(one["n"]),
    ]  # fmt: skip


def _rate(value: float) -> str:
    return f"{100 * value:.0f} %"


def _number(value: float | None) -> str:
    return f"{value:.2f}" if value is not None else "–"
