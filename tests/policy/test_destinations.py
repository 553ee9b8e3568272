"""Conversations go only where the policy lets them."""

from __future__ import annotations

import pytest

from evalkit.errors import PolicyError
from evalkit.policy.destinations import check_store
from evalkit.policy.sections import PrivacyPolicy

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
