"""The examples in the docstrings run as written."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import evalkit

MODULES = sorted(
    found.name for found in pkgutil.walk_packages(evalkit.__path__, "evalkit.") if "_data" not in found.name
)


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    n = sum(len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name)))
    assert n >= 40


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
