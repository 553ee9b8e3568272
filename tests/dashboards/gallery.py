"""Pictures of every page to look at: `python -m tests.dashboards.gallery FOLDER [--page NAME] [--lang sv] [--look phone]`.

The store is the demo's two releases, twelve weeks of imported conversations with people beside the bot, and a reviewed batch.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from evalkit.model import Conversation, HandOver, Rating, Run, Score, Turn
from evalkit.review.drawing import new_batch
from evalkit.review.labelling import save_label
from evalkit.store.batches import Batch, Batches
from evalkit.store.facts import facts_of
from evalkit.store.store import Store
from tests.dashboards.browser import Person, chromium, serving

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOOKS = {"light": ("light", 1440), "dark": ("dark", 1440), "phone": ("light", 390)}
PAGES = {
    "overview": "", "kpis-trend": "kpis?show=trend", "kpis-slices": "kpis?show=slices", "kpis-moved": "kpis?show=moved",
    "kpis-table": "kpis?show=table", "kpis-return": "kpis?show=return", "conversations": "conversations",
    "review": "review", "agreement": "agreement", "promote": "promote", "escalation": "escalation",
    "privacy": "privacy", "knowledge": "knowledge",
    "live-overview": "?release=live-2", "live-automation": "kpis?show=automation&release=live-2",
    "live-drift": "kpis?show=drift&kpi=resolution_rate&release=live-2", "live-times": "kpis?show=times&release=live-2",
    "live-trend": "kpis?show=trend&kpi=resolution_rate&release=live-2", "live-people": "ai_human?release=live-2",
    "live-agreement": "agreement?release=live-2", "live-conversations": "conversations?release=live-2",
    "live-promote": "promote?release=live-2",
}  # fmt: skip
_TOPICS = {
    "order": ("sv", "Var är min beställning?", "Den skickades i går och kommer på torsdag."),
    "refund": ("da", "Hvor lang tid har jag til at fortryde?", "Du har 30 dage fra den dag, du fik varen."),
    "delivery": ("nb", "Når kommer varene mine?", "De kommer på fredag mellom 9 og 16."),
    "invoice": ("fi", "Miksi laskuni on suurempi kuin ennen?", "Laskulla on kahden kuukauden maksu."),
    "cancel": ("en", "I want to cancel my order 10023.", "It is cancelled. You get the money back within five days."),
    "address": ("de", "Ich möchte meine Lieferadresse ändern.", "Gern. Wie lautet die neue Adresse?"),
    "complaint": ("sv", "Jag vill prata med en människa.", "Jag kopplar dig till en kollega."),
    "login": ("da", "Jeg kan ikke logge ind.", "Jeg sender et link til en ny adgangskode."),
}


def shown(where: Path) -> None:
    """Twelve weeks of imported conversations whose resolution falls in week ten, people beside the bot, two readers."""
    random = Random(3)
    with Store.open(where) as store:
        for release, weeks in (("live-1", range(8)), ("live-2", range(8, 13))):
            run = Run(
                id=release, release=release, suite="import", status="finished", source="production",
                started_at=START + timedelta(weeks=weeks[0]),
            )  # fmt: skip
            store.add_run(run)
            scored = []
            for week in weeks:
                for i in range(90):
                    talk, scores = _one(run, week, i, random)
                    store.add_conversations([talk])
                    scored.append((talk.id, scores, facts_of(run, talk, scores, critical=False, n_zero=0)))
            store.add_scores(run.id, "k", scored)
        _reviewed(store, random)


def _one(run: Run, week: int, i: int, random: Random) -> tuple[Conversation, list[Score]]:
    at, topic = START + timedelta(weeks=week, minutes=17 * i), list(_TOPICS)[i % 8]
    language, asked, answered = _TOPICS[topic]
    human = i % 5 == 4
    auto = 0.35 + 0.08 * (i % 8)
    satisfied = 0.88 - max(0.0, auto - 0.65) * 1.6 + (0.05 if human else 0.0)
    after = timedelta(seconds=random.lognormvariate(4.5, 0.8) if human else random.lognormvariate(0.6, 0.5))
    turns = (
        Turn(role="customer", text=asked, at=at),
        Turn(role="human" if human else "bot", text=answered, at=at + after, latency_ms=None if human else 1000 * after.total_seconds()),
        Turn(role="customer", text="Tack! anna.berg@example.com", at=at + after + timedelta(seconds=40)),
    )  # fmt: skip
    handed = topic == "complaint" and not human
    talk = Conversation(
        id=f"{run.id}-{week:02}-{i:03}", run_id=run.id, source="production", turns=turns, intent=topic, language=language,
        release=run.release, started_at=at, ended_at=at + after + timedelta(minutes=2), channel=("chat", "email")[i % 3 == 0],
        handled_by="human" if human else "ai", handovers=(HandOver(requested_turn=0, executed=True, accepted_at=at + timedelta(seconds=90)),) if handed else (),
        rating=Rating(value=5 if random.random() < satisfied else 2) if i % 4 == 0 else None,
    )  # fmt: skip
    solved = int(random.random() < ((0.8 if week < 10 else 0.5) if not human else 0.72))
    correct = int(random.random() < 0.9)
    estimate = min(0.99, max(0.01, satisfied + random.gauss(0, 0.12)))
    scores = [
        Score(scorer="resolution", verdict="pass", data={"solved": solved, "contained": int(random.random() < auto), "outcome": "resolved_assumed" if solved else "unresolved_explicit"}),
        Score(scorer="correctness", verdict="pass" if correct else "fail", data={"correct": correct, "n_claims": 1}),
        Score(scorer="satisfaction", verdict="pass", data={"satisfaction": estimate}),
        Score(scorer="escalation", verdict="pass", data={"cell": "correct_handover" if handed else "correct_self_service", "escalated": int(handed), "should_escalate": int(handed)}),
    ]  # fmt: skip
    return talk, scores


def _reviewed(store: Store, random: Random) -> None:
    run, now = store.latest_run("live-2"), datetime.now(UTC) - timedelta(days=2)
    batch = new_batch(store, run, seed=1, now=now, n=80, reviewers=("ann", "bo", "cai"))
    rows = {row.conversation_id: row for row in store.facts(run.id)}
    for task in Batches(store).tasks(batch.id)[:-6]:
        row = rows[task.conversation_id]
        for question in batch.questions:
            label = _label(question, row.solved, row.correct, random)
            save_label(store, task, question, task.reviewer or "", label, now=now, note=None)


def _label(question: str, solved: int | None, correct: int | None, random: Random) -> str:
    wrong = random.random() < 0.08
    if question == "resolved":
        return "yes" if bool(solved) != wrong else "no"
    if question == "correct":
        return "yes" if bool(correct) != wrong else "no"
    return "right" if question == "handover" else str(5 - 3 * wrong)


def open_batch(store: Store) -> Batch:
    """A batch of the demo's newer release that waits for whoever comes."""
    return new_batch(store, store.latest_run("1.5"), seed=2, now=datetime.now(UTC), n=40)


def _whole(person: Person) -> None:
    """Make the window as tall as the page, so that one picture holds it."""
    page = person.page
    tall = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]')?.scrollHeight ?? 0")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": max(900, min(int(tall) + 60, 5_000))})
    page.wait_for_timeout(900)


def _shoot(
    browser: Any, address: str, out: Path, names: list[str], looks: list[str], lang: str, mark: str = ""
) -> None:
    for look in looks:
        scheme, width = LOOKS[look]
        person = Person(browser, address, scheme=scheme, width=width)
        for name in names:
            person.page.set_viewport_size({"width": width, "height": 900})
            path = PAGES[name]
            person.open(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            person.page.wait_for_timeout(1_200)
            _whole(person)
            person.page.screenshot(path=str(out / f"{mark}{name}-{look}-{lang}.png"))
            wide = person.page.evaluate("document.documentElement.scrollWidth")
            for complaint in [*person.complaints, *([f"{wide} px wide"] if wide > width else [])]:
                print(f"{mark}{name} {look} {lang}: {complaint}")
            person.complaints.clear()
        person.page.context.close()


def main() -> None:
    """Build the stores, open every page, leave a picture of each."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--demo", type=Path, help="a store that `evalkit demo` wrote; it is copied")
    asked.add_argument("--page", nargs="*", choices=PAGES, default=list(PAGES))
    asked.add_argument("--look", nargs="*", choices=LOOKS, default=list(LOOKS))
    asked.add_argument("--lang", nargs="*", default=["sv", "en"])
    asked.add_argument("--empty", action="store_true", help="only the pages over an empty store")
    wish = asked.parse_args()
    wish.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as room, chromium() as browser:
        where = Path(room) / "store.db"
        if wish.demo and not wish.empty:
            where.write_bytes(wish.demo.read_bytes())
        if wish.empty:
            Store.open(where).close()
        else:
            shown(where)
            if wish.demo:
                with Store.open(where) as store:
                    open_batch(store)
        with serving(where) as address:
            for lang in wish.lang:
                _shoot(browser, address, wish.folder, wish.page, wish.look, lang, "empty-" if wish.empty else "")


if __name__ == "__main__":
    main()
