"""Shared by all tests: hypothesis profiles, when memory is tidied, and the folder of labelled data where it is given."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "default", max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fuzz", max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

PROJECT = Path(__file__).parent.parent

# Nothing of what is collected is ever let go, so looking for garbage in it, then and in every test, is time for nothing.
gc.disable()


def pytest_collection_finish() -> None:
    """Set aside what stays to the end, and tidy as usual from here on."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def project() -> Path:
    """The root of the checkout."""
    return PROJECT


@pytest.fixture
def labelled_data() -> Path:
    """The folder of labelled data for measuring; the test skips where it is not given."""
    folder = os.environ.get("EVALKIT_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("EVALKIT_DATA is not set")
    return Path(folder)
