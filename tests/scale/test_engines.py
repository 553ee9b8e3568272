"""One set of conversations is scored to the same bytes on every engine, whichever way they are stored."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from evalkit.engine.scoring_run import score_run
from evalkit.knowledge import Knowledge
from evalkit.model import ScorerSpec
from evalkit.scoring import World, build_scorers
from evalkit.store import schema
from evalkit.store.store import Store
from tests.scale.conftest import ENGINES, RUN, Standing, engine, filled

pytest.importorskip("pyarrow")
SCORERS = ("correctness", "privacy", "compliance", "language", "loops", "tone", "resolution", "escalation", "handover")
SPECIAL = {
    i: text
    for i, text in enumerate(
        ("Mejla kim.exempel@example.com", "I want a human", "Hvad koster fragten?", "Mikä on toimitusaika?", "DÅLIG!!")
    )
}


def world() -> World:
    base = Knowledge.from_texts(["Leverans tar en dag. Den kommer i morgon.", "Frakten kostar 49 kr."])
    return World(build_scorers([ScorerSpec(name=name) for name in SCORERS]), knowledge=base)


def held(store: Store, key: str) -> dict[str, list[tuple[object, ...]]]:
    """Every byte of what a scoring leaves, in the order of ids."""
    found = {}
    with store.engine.connect() as connection:
        for table in (schema.scores, schema.facts, schema.findings, schema.passages):
            query = sa.select(table).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    assert all(row[1] == key for row in found["scores"])
    return found


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    with filled(tmp_path_factory.mktemp("one"), SPECIAL, packed=False) as store:
        return held(store, score_run(store, RUN, world(), workers=1))


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_gives_the_same_bytes(
    tmp_path: Path,
    name: str,
    packed: bool,
    reference: dict[str, list[tuple[object, ...]]],
    standing: Standing,
) -> None:
    # Once on a cluster of its own, once on one that stands.
    runner = engine(name, address=None if packed else standing(name))
    with filled(tmp_path, SPECIAL, packed=packed) as store:
        found = held(store, score_run(store, RUN, world(), engine=runner))
    assert len(found["scores"]) == len(found["facts"]) == len(reference["scores"]) == 1_300
    assert found == reference


def test_parts_in_one_process_give_the_same_bytes(
    tmp_path: Path, reference: dict[str, list[tuple[object, ...]]]
) -> None:
    with filled(tmp_path, SPECIAL) as store:
        assert held(store, score_run(store, RUN, world(), workers=1)) == reference
