"""What every page stands in: the store, the filters in side bar and URL, the look, the states that are no result."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st

from dashboards.kit.texts import LANGUAGES, t
from dashboards.kit.theme import accent, accent_words, better, on_accent, soft, worse
from evalkit.errors import EvalkitError, InputError
from evalkit.gate.deciding import Decision, decide
from evalkit.gate.evidence import hits_of
from evalkit.kpi.table import kpis
from evalkit.model import Kpi, Run
from evalkit.policy.sections import Policy
from evalkit.reporting.artefacts import checked
from evalkit.reporting.naming import by_age
from evalkit.reporting.summary import Failure, Summary, compared, summarise
from evalkit.store.columns import Columns
from evalkit.store.scored import read_scored
from evalkit.store.searching import Search, Wanted
from evalkit.store.store import Store

SLICES = ("topic", "language", "channel", "week")
ALL = "–"
_FRESH_S = 900
_LOG = logging.getLogger("evalkit")


@dataclass(frozen=True)
class View:
    """What is looked at: one scored run, maybe beside another, maybe only a slice of it."""

    run: Run
    score_key: str
    baseline: Run | None
    slices: dict[str, str]

    @property
    def search(self) -> Search:
        """The search of the run."""
        return Search(store(), self.run.id, self.score_key)

    def of(self, columns: Columns) -> Columns:
        """The conversations of the slice; asked for again they are the same object, with what was computed from it."""
        if not self.slices:
            return columns
        key = ("slice", tuple(self.slices.items()))
        if key not in columns.memo:
            columns.memo[key] = columns.where(self.slices)
        found: Columns = columns.memo[key]
        return found


@dataclass(frozen=True)
class Release:
    """One release of a trend: its name, its set of scores, and the conversations of the slice."""

    name: str
    score_key: str
    columns: Columns


def store() -> Store:
    """The store that `evalkit ui` was started with."""
    return _store(name_of_store())


def name_of_store() -> str:
    """The address of the store: caches are kept apart by it."""
    return os.environ.get("EVALKIT_STORE", ".evalkit/store.db")


@st.cache_resource(show_spinner=False)
def _store(where: str) -> Store:
    return Store.open(where, create=False)


def guarded(draw: Callable[[], Any]) -> Any:
    """What `draw` returns; a known fault becomes its message, another one a state; the page stops there."""
    try:
        return draw()
    except EvalkitError as error:
        st.error(str(error))
    except Exception as error:  # noqa: BLE001 - the boundary of a page: the toolkit would say it in English, with links outside
        unexpected(error)
    return st.stop()


def unexpected(error: Exception) -> None:
    """Say that the page failed; where it did goes to the terminal, without what the exception quotes."""
    _LOG.error("a page failed with %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    st.error(t("error.page", kind=type(error).__name__))


def sidebar(page: str) -> None:
    """The filters: they stay when the page changes, and stand in the URL so that a view can be sent."""
    with st.sidebar:
        runs = {run.release: run for run in store().runs() if run.status != "running" and store().score_keys(run.id)}
        if not runs:
            st.session_state["view"] = None
        else:
            releases = sorted(runs, key=lambda name: by_age(runs[name]), reverse=True)
            release = _choice("release", releases, default=releases[0])
            run = runs[str(release)]
            # Replay and production never stand beside each other.
            before = [name for name in releases if name != release and runs[name].source == run.source]
            baseline = _choice("baseline", [ALL, *before], default=_before(run, before, runs))
            key = store().latest_score_key(run.id)
            search = Search(store(), run.id, key)
            slices = {}
            for name in SLICES:
                known = list(_values(search, name_of_store(), run.id, key, name))
                if len(known) > 1 and (value := _choice(name, [ALL, *known], default=ALL)) != ALL:
                    slices[name] = str(value)
            other = runs[str(baseline)] if baseline in runs else None
            st.session_state["view"] = View(run, key, other, slices)
        st.selectbox(t("filter.lang"), list(LANGUAGES), key="lang", format_func=LANGUAGES.__getitem__, filter_mode=None)
        _into_url("lang", st.session_state["lang"], default="en")


def _before(run: Run, others: Sequence[str], runs: Mapping[str, Run]) -> str:
    """The release that came before, else the nearest that came after: names are given newest first."""
    older = [name for name in others if by_age(runs[name]) < by_age(run)]
    return older[0] if older else others[-1] if others else ALL


@st.cache_data(ttl=_FRESH_S, show_spinner=False)
def _values(_search: Search, where: str, run_id: str, key: str, name: str) -> dict[str, int]:
    return dict(sorted(_search.values(name).items()))


def view() -> View:
    """The chosen view; a store without a finished run says how to get one and stops."""
    chosen: View | None = st.session_state.get("view")
    if chosen is None:
        lead(t("empty.store"))
        nothing(t("empty.how"), "evalkit run --bot BOT --release 1.0")
        nothing(t("empty.import"), "evalkit import zendesk tickets.json --release 2026-W10")
        st.stop()
    assert chosen is not None
    return chosen


def summary() -> Summary:
    """The summary of the view's run beside its baseline."""
    chosen = view()
    found = _summary(store(), chosen.run.id, chosen.score_key)
    if chosen.baseline is not None:
        found = compared(found, _summary(store(), chosen.baseline.id, store().latest_score_key(chosen.baseline.id)))
    return found


@st.cache_resource(ttl=_FRESH_S, max_entries=8, show_spinner=False)
def _read(_store: Store, where: str, run_id: str, key: str) -> Summary:
    return summarise(_store, _store.run(run_id), key)


def _summary(where: Store, run_id: str, key: str) -> Summary:
    with st.spinner(t("loading")):
        return _read(where, name_of_store(), run_id, key)


def columns() -> Columns:
    """The conversations of the view."""
    chosen = view()
    return chosen.of(_columns(store(), name_of_store(), chosen.run.id, chosen.score_key))


def baseline_columns() -> Columns | None:
    """Those of the release that is compared with, None where there is none."""
    chosen = view()
    if chosen.baseline is None:
        return None
    key = store().latest_score_key(chosen.baseline.id)
    return chosen.of(_columns(store(), name_of_store(), chosen.baseline.id, key))


def releases(most: int) -> list[Release]:
    """The newest releases of the same kind of source, oldest first: replay and production apart."""
    chosen = view()
    runs = {r.release: r for r in store().runs() if r.source == chosen.run.source and r.status != "running"}
    found = []
    for run in sorted(runs.values(), key=by_age)[-most:]:
        keys = store().score_keys(run.id)
        if keys:
            whole = _columns(store(), name_of_store(), run.id, keys[-1])
            found.append(Release(run.release, keys[-1], chosen.of(whole)))
    return found


@st.cache_resource(ttl=_FRESH_S, max_entries=12, show_spinner=False)
def _columns(_store: Store, where: str, run_id: str, key: str) -> Columns:
    return _store.columns(run_id, key)


def gate() -> Decision | None:
    """The gate's decision on the two replays of the view; None where they are none, or share no scores."""
    chosen = view()
    if chosen.baseline is None or chosen.slices or {chosen.run.source, chosen.baseline.source} != {"replay"}:
        return None
    known = store().score_keys(chosen.baseline.id)
    shared = [key for key in store().score_keys(chosen.run.id) if key in known]
    if not shared:
        return None
    key = chosen.score_key if chosen.score_key in shared else shared[-1]
    return _decided(store(), name_of_store(), chosen.run.id, chosen.baseline.id, key, datetime.now(UTC).date())


@st.cache_resource(ttl=_FRESH_S, max_entries=8, show_spinner=False)
def _decided(_store: Store, where: str, run_id: str, baseline_id: str, key: str, today: date) -> Decision | None:
    rules = policy()
    candidate, baseline = (read_scored(_store, _store.run(id_), key) for id_ in (run_id, baseline_id))
    try:
        hits = hits_of(_store, candidate, rules.gate, financial=rules.escalation.financial)
        return decide(candidate, baseline, rules.gate, hits=hits, today=today, costs=rules.costs)
    except InputError:
        # Two runs without a case in common have no gate between them; the page still has its numbers.
        return None


def numbers(found: Summary) -> list[Kpi]:
    """The KPIs of the view: of the whole run, or of the slice."""
    return kpis(columns(), policy().costs) if view().slices else list(found.kpis)


def policy() -> Policy:
    """The policy that `evalkit ui` read from the configuration, else the default one."""
    given = os.environ.get("EVALKIT_POLICY")
    return msgspec.json.decode(given, type=Policy) if given else Policy()


def targets() -> dict[str, tuple[float | None, float | None]]:
    """The target band of each KPI that has one."""
    return {name: (target.low, target.high) for name, target in policy().targets.bands.items()}


def table(
    columns: Mapping[str, Sequence[Any]],
    *,
    right: Iterable[str] = (),
    key: str | None = None,
    height: int | None = None,
) -> int | None:
    """Draw a table, numbers to the right; with a key, the row that was clicked, None where none was."""
    import pandas as pd

    shown: dict[str, Any] = {
        "hide_index": True,
        "column_config": {
            name: st.column_config.Column(alignment="right", width=_width([name, *columns[name]]))
            for name in right
            if name in columns
        },
        "height": height or "auto",
    }
    if key is None:
        st.dataframe(pd.DataFrame(dict(columns)), **shown)
        return None
    event: Any = st.dataframe(
        pd.DataFrame(dict(columns)), **shown, on_select="rerun", selection_mode=("single-row", "single-cell"), key=key
    )
    picked = event["selection"] if event else {}
    rows = picked.get("rows") or [cell[0] for cell in picked.get("cells", [])]
    return int(rows[0]) if rows else None


def _width(texts: Iterable[Any]) -> int:
    # A number that is cut off is another number, so that its column is as wide as it.
    return min(260, 24 + 7 * max(len(str(text)) for text in texts))


def inside(failures: Sequence[Failure]) -> list[Failure]:
    """Those that stand in a conversation of the slice."""
    chosen = view()
    if not chosen.slices:
        return list(failures)
    wanted = Wanted(facts=dict(chosen.slices))
    known = chosen.search.fitting(wanted, list(dict.fromkeys(failure.conversation_id for failure in failures)))
    return [failure for failure in failures if failure.conversation_id in known]


def lead(sentence: str, *, eyebrow: str = "") -> None:
    """The sentence that a page opens with."""
    above = f"<div class=ek-eyebrow>{escape(eyebrow)}</div>" if eyebrow else ""
    st.html(f"{above}<h1 class=ek-lead>{escape(sentence)}</h1>")


def nth(turn: int | None) -> str:
    """A turn as people count: the first is 1."""
    return "" if turn is None else str(turn + 1)


def nothing(text: str, command: str | None = None) -> None:
    """The empty state: what is missing, and the command that gets it."""
    with st.container(border=True):
        st.markdown(text)
        if command:
            st.code(command, language=None, wrap_lines=True)


def few(n: int) -> str:
    """What stands where a number would claim too much."""
    return t("too_few", n=n)


def open_conversation(conversation_id: str, turn: int | None = None) -> None:
    """Go to the reader, to this conversation and turn."""
    where = {"c": conversation_id} if turn is None else {"c": conversation_id, "turn": str(turn)}
    for name in ("rule", "behind", "words"):
        st.session_state.pop(f"read.{name}", None)
    st.switch_page("views/conversations.py", query_params=where)


def open_list(**where: str) -> None:
    """Go to the reader's list of the conversations behind a number."""
    for name in ("rule", "behind", "words"):
        st.session_state.pop(f"read.{name}", None)
    st.switch_page("views/conversations.py", query_params=where)


def door(label: str, key: str, **where: str) -> None:
    """A quiet button that leads from a number to its conversations."""
    if st.button(f"{label} →", key=key, type="tertiary"):
        open_list(**where)


def download(label: str, header: Iterable[str], lines: Iterable[Iterable[Any]], name: str) -> None:
    """A button that hands out a table as CSV that no spreadsheet will run."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(list(header))
    for line in lines:
        writer.writerow([harmless(value) for value in line])
    text = checked(out.getvalue(), name)
    st.download_button(label, text.encode("utf-8-sig"), file_name=name, mime="text/csv", on_click="ignore")


def harmless(value: Any) -> Any:
    """A cell that a spreadsheet shows as text. Source: OWASP, CSV injection."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r", "|"}:
        return f"'{value}"
    return value


def style() -> None:
    """The few rules that Streamlit's own theme does not know."""
    rules = Path(__file__).with_name("style.css").read_text("utf-8")
    colours = {
        "accent": accent(),
        "on-accent": on_accent(),
        "accent-words": accent_words(),
        "soft": soft(),
        "better": better(),
        "worse": worse(),
    }
    root = "".join(f"--ek-{name}:{colour};" for name, colour in colours.items())
    st.html(f"<style>:root{{{root}}}{rules}</style>")


def _choice(name: str, options: list[str], *, default: str) -> str:
    if name not in st.session_state:
        asked = st.query_params.get(name)
        st.session_state[name] = asked if asked in options else default
    elif st.session_state[name] not in options:
        st.session_state[name] = default
    value: str = st.selectbox(t(f"filter.{name}"), options, key=name, filter_mode=None)
    _into_url(name, value, default=ALL)
    return value


def _into_url(name: str, value: str, *, default: str) -> None:
    if value == default:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value
