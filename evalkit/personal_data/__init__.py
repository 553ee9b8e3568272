"""Personal data in text: found by shape, checksum and context; reported as span and kind, never as text."""

from evalkit.personal_data.cues import PersonalData
from evalkit.personal_data.finding import find
from evalkit.personal_data.masking import mask
from evalkit.personal_data.pseudonyms import Pseudonyms

__all__ = ["PersonalData", "Pseudonyms", "find", "mask"]
