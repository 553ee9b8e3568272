"""Conversations go only where the policy lets them."""

from __future__ import annotations

import pytest

from evalkit.errors import PolicyError
from evalkit.policy.destinations import check_store
from evalkit.policy.sections import PrivacyPolicy, Processor

POLICY = PrivacyPolicy(allowed_hosts=("db.shop.example",))


@pytest.mark.parametrize(
    "where", ["runs.db", "sqlite:///runs.db", "postgresql://u:p@db.shop.example/runs", "postgresql:///x"]
)
def test_a_file_and_a_listed_host_are_let_through(where: str) -> None:
    check_store(where, POLICY)


def test_a_host_that_is_not_on_the_list_refuses_the_run_and_says_which_without_the_password() -> None:
    with pytest.raises(
        PolicyError, match=r"store host 'db\.shop\.exmple' is not in policy\.privacy\.allowed_hosts"
    ) as error:
        check_store("postgresql://u:hemligt@db.shop.exmple/runs", POLICY)
    assert "hemligt" not in str(error.value)
    assert "db.shop.example" in str(error.value)


DECLARED = {"region": "eu", "dpa": True, "no_training": True}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, None),
        ({"region": "us"}, r"processors\.db\.shop\.example\.region is 'us'"),
        ({"dpa": False}, r"\.dpa is false"),
        ({"no_training": False}, r"\.no_training is false"),
    ],
)
def test_what_is_declared_of_a_store_must_fit_the_policy(changed: dict[str, object], told: str | None) -> None:
    declared = Processor(**{**DECLARED, **changed})  # type: ignore[arg-type]
    policy = PrivacyPolicy(processors={"db.shop.example": declared})
    if told is None:
        check_store("postgresql://db.shop.example/runs", policy)
        return
    with pytest.raises(PolicyError, match=told):
        check_store("postgresql://db.shop.example/runs", policy)


def test_a_policy_may_require_that_every_host_off_the_machine_is_declared() -> None:
    policy = PrivacyPolicy(allowed_hosts=("db.shop.example", "127.0.0.1"), require_declarations=True)
    check_store("postgresql://127.0.0.1/runs", policy)
    with pytest.raises(PolicyError, match=r"no entry in policy\.privacy\.processors"):
        check_store("postgresql://db.shop.example/runs", policy)
