"""`docs/kpis.md` from the definitions: `python -m evalkit.kpi.documenting` prints the page."""

from __future__ import annotations

from evalkit.kpi.definitions import ALL, Definition

_BETTER = {True: "higher", False: "lower", None: "neither by itself"}
_HEAD = """# KPIs

Each number comes with n, interval, method and coverage (the share of conversations behind it). Fewer than 5 independent
cases or persons show nothing, 5 to 19 show counts, from 20 a rate. Trials of one case, and conversations of one person,
are one cluster. Replay and production never share a row. A change of a definition raises its version, and trend lines
break there.

This page is made from the definitions (`python -m evalkit.kpi.documenting`); a test keeps it so.

| KPI | counts | of | interval | source | better | version |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page as Markdown."""
    return _HEAD + "".join(_line(definition) for definition in ALL)


def _line(one: Definition) -> str:
    of = one.denominator + (f", without {one.exclusions}" if one.exclusions and one.kind == "rate" else "")
    of += f"; {one.exclusions}" if one.exclusions and one.kind != "rate" else ""
    only = f"; {one.only} only" if one.only else ""
    unit = "" if one.unit == "rate" else f", {one.unit}"
    return (
        f"| `{one.name}` {one.title}{unit} | {one.numerator} | {of}{only} | {one.interval} | {one.source} |"
        f" {_BETTER[one.higher_is_better]} | {one.version} |\n"
    )


if __name__ == "__main__":
    print(page(), end="")
