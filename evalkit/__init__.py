"""evalkit: replay, score and gate customer-support bots. Nothing happens at import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evalkit.assessment import assess as assess

__version__ = "0.1.0"
__all__ = ["__version__", "assess"]


def __getattr__(name: str) -> Any:
    # The one verb of the root loads its room only when it is asked for, so that importing evalkit stays light.
    if name == "assess":
        from evalkit.assessment import assess

        return assess
    raise AttributeError(f"module 'evalkit' has no attribute '{name}'")
