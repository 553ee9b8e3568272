"""Personal data in text: found by shape, checksum and context; reported as span and kind, never as text."""

from evalkit.personal_data.finding import PersonalData, find
from evalkit.personal_data.masking import mask

__all__ = ["PersonalData", "find", "mask"]
