"""A sample is repeatable, its probabilities are right, nobody comes twice, and what may not be used is counted."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.errors import InputError
from evalkit.model import Conversation, Turn
from evalkit.sampling.drawing import Candidate, candidates, dimensions, draw, refused
from evalkit.stats import weighted_rate
from tests.desk import conversations

BY = ("topic", "language")


def held(sizes: dict[tuple[str, ...], int], a_person: int = 1) -> list[Candidate]:
    return [
        Candidate(f"{'-'.join(cell)}-{n:04}", f"{'-'.join(cell)}-p{n // a_person}", cell)
        for cell, size in sizes.items()
        for n in range(size)
    ]


def test_each_stratum_has_its_share_and_at_least_the_minimum() -> None:
    found = draw(
        held({("a", "sv"): 800, ("b", "sv"): 190, ("c", "fi"): 10}), BY, n=100, seed=1, min_per_cell=3, excluded={}
    )
    assert {s.cell: s.n_drawn for s in found.strata} == {("a", "sv"): 79, ("b", "sv"): 18, ("c", "fi"): 3}
    probability = {d.cell: d.inclusion_probability for d in found.drawn}
    assert probability["c", "fi"] == pytest.approx(3 / 10)
    assert probability["a", "sv"] == pytest.approx(79 / 800)


def test_the_same_seed_gives_the_same_sample_and_another_seed_another() -> None:
    everyone = held({("a", "sv"): 100, ("b", "da"): 50})
    first = draw(everyone, BY, n=20, seed=1, min_per_cell=3, excluded={})
    again = draw(everyone[::-1], BY, n=20, seed=1, min_per_cell=3, excluded={})
    other = draw(everyone, BY, n=20, seed=2, min_per_cell=3, excluded={})
    assert first == again
    assert {d.conversation_id for d in first.drawn} != {d.conversation_id for d in other.drawn}


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=8), n=st.integers(1, 120), least=st.integers(1, 6),
    a_person=st.integers(1, 4), seed=st.integers(0, 9),
)  # fmt: skip
def test_weights_add_up_to_all_persons_and_nobody_comes_twice(
    sizes: list[int], n: int, least: int, a_person: int, seed: int
) -> None:
    everyone = held({(f"t{k}", "sv" if k % 2 else "fi"): size for k, size in enumerate(sizes)}, a_person)
    found = draw(everyone, BY, n=n, seed=seed, min_per_cell=least, excluded={})
    persons = {c.conversation_id: c.subject for c in everyone}
    drawn = [persons[d.conversation_id] for d in found.drawn]
    assert len(drawn) == len(set(drawn)) <= max(n, least)
    assert sum(s.n for s in found.strata) == len(set(persons.values()))
    assert all(0 < d.inclusion_probability <= 1 for d in found.drawn)
    chosen = Counter(d.cell for d in found.drawn)
    assert all(chosen[s.cell] == s.n_drawn for s in found.strata)
    assert all(s.n_drawn >= min(least, s.n) or s.n_drawn > 0 for s in found.strata if n >= least)


def test_the_probabilities_come_true_over_many_seeds() -> None:
    everyone = held({("a", "sv"): 12, ("b", "fi"): 6}, a_person=3)
    seen: Counter[str] = Counter()
    told: dict[str, float] = {}
    for seed in range(600):
        for one in draw(everyone, BY, n=3, seed=seed, min_per_cell=1, excluded={}).drawn:
            seen[one.conversation_id] += 1
            told[one.conversation_id] = one.inclusion_probability
    for id_, probability in told.items():
        assert seen[id_] / 600 == pytest.approx(probability, abs=0.07)


def test_thin_strata_merge_along_the_last_dimension() -> None:
    found = draw(held({("a", "sv"): 40, ("b", "fi"): 1, ("b", "da"): 2}), BY, n=20, seed=1, min_per_cell=3, excluded={})
    assert [s.cell for s in found.strata] == [("a", "sv"), ("b",)]


def test_the_worked_weights_of_the_methods() -> None:
    found = weighted_rate((1200, 600, 200), (40, 30, 30), (36, 21, 9))
    assert found.rate == pytest.approx(0.78, abs=1e-4)


def test_what_may_not_be_used_is_counted_by_reason() -> None:
    def talk(id_: str, text: str = "Var är mitt paket?", answer: str = "På väg.", **more: object) -> Conversation:
        turns = (Turn(role="customer", text=text), Turn(role="human", text=answer))
        return Conversation(id=id_, turns=turns, language="sv", **more)  # type: ignore[arg-type]

    talks = [talk("a"), talk("b", consent=False), talk("c", text="Jag är allvarligt sjuk och kan inte betala"),
             talk("d", text=""), talk("e", answer=""), talk("f", consent=True)]  # fmt: skip
    found, excluded = candidates(talks, {}, ("topic",))
    assert [c.conversation_id for c in found] == ["a", "f"]
    assert excluded == {
        "no consent": 1, "special category (health, need, danger)": 1, "the customer says nothing": 1,
        "nobody answers": 1,
    }  # fmt: skip
    assert refused(talks[0]) is None
    with pytest.raises(InputError, match="no conversation may be drawn"):
        draw([], BY, n=3, seed=1, min_per_cell=1, excluded={})


def test_other_conversations_of_a_person_are_told() -> None:
    found, excluded = candidates(conversations("human", labelled=True), {}, ("topic",))
    sample = draw(found, ("topic",), n=30, seed=1, min_per_cell=3, excluded=excluded)
    assert sample.excluded == {"another conversation of the same person": 12}


def test_an_unknown_dimension_names_the_near_one() -> None:
    with pytest.raises(InputError, match="did you mean 'channel'"):
        dimensions("topic,chanel")
