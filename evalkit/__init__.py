"""evalkit: replay, score and gate customer-support bots. Nothing happens at import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evalkit.assessment import Assessment, assess

__version__ = "0.1.0"
__all__ = ["Assessment", "__version__", "assess"]


def __getattr__(name: str) -> Any:
    # Looked up when asked for, so that `import evalkit` stays light.
    if name in {"assess", "Assessment"}:
        from evalkit import assessment

        return getattr(assessment, name)
    raise AttributeError(f"module 'evalkit' has no attribute '{name}'")
