"""Language as data: phrase lexicons, language markers and word tables; never a module per language."""

from evalkit.language.detection import Language, detect

__all__ = ["Language", "detect"]
