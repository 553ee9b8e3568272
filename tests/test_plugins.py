"""Things are found by name, and a name that is not there is met with the nearest one."""

from __future__ import annotations

import pytest

from evalkit import plugins, resources
from evalkit.errors import InputError, near_match


def test_the_built_in_scorers_come_through_the_public_door() -> None:
    assert {"correctness", "privacy", "escalation", "resolution", "expect"} <= set(plugins.names("scorers"))


@pytest.mark.parametrize(
    ("name", "said"),
    [("escalaton", "did you mean 'escalation'"), ("no_such.module:thing", "no_such"), ("math:nothing", "nothing")],
)
def test_an_unknown_name_is_an_input_error(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        plugins.load("scorers", name)


def test_a_path_loads_any_object() -> None:
    assert plugins.load("bots", "math:floor")(1.5) == 1


@pytest.mark.parametrize("name", ["suites", "dashboards", "fixtures/demo"])
def test_packaged_folders_are_found(name: str) -> None:
    assert resources.folder(name).is_dir()


def test_a_missing_folder_says_what_to_do() -> None:
    with pytest.raises(InputError, match="reinstall"):
        resources.folder("attic")


def test_a_far_word_has_no_near_match() -> None:
    assert near_match("weather", ["correctness"]) == ""
