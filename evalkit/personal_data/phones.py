"""Phone numbers of persons, told from order numbers, dates, hours and the numbers of companies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from evalkit.personal_data.cues import PersonalData, near

_PHONE_LIKE = re.compile(r"\+?\d[\d \u00a0()/.–-]{5,}\d")
_WHOLE_NUMBER = 8
_JOINED = frozenset({"-", "/", "#", "."})
_LABEL = re.compile(
    r"(?:phone|tel(?:efon\w*)?|tlf|mob(?:il\w*|ile)?|desk|fax|puh(?:elin\w*)?|handy)\.?(?: (?:nr|no|number))?\.?:\s*$"
)
_NO_PHONE = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}[./]\s?\d{1,2}[./-]\s?\d{2,4}|\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}[.:]\d{2}|\d{4}-\d{4}(?!\d)"
)


def phones(text: str, lowered: str, markets: tuple[str, ...], taken: list[PersonalData]) -> Iterable[PersonalData]:
    """Phone numbers that no date, hour, amount or already found datum takes."""
    vetoes = [(m.start(), m.end()) for m in _NO_PHONE.finditer(text)] + [(f.start, f.end) for f in taken]
    for match in _PHONE_LIKE.finditer(text):
        start, end = match.span()
        raw = match.group()
        n_digits = sum(character.isdigit() for character in raw)
        if not 7 <= n_digits <= 15 or any(a < end and start < b for a, b in vetoes):
            continue
        before = text[max(0, start - 1) : start]
        if text[end : end + 1].isalnum() or before.isalnum() or before in _JOINED:
            continue
        international = raw.startswith(("+", "00"))
        cued, vetoed = near(lowered, start, end, "phone")
        alone = (not before or before == "\n") and text[end : end + 1] in {"", "\n"} and start > 0
        cued = cued or (alone and n_digits >= _WHOLE_NUMBER)
        labelled = _LABEL.search(lowered[max(0, start - 24) : start]) is not None
        if vetoed and not cued and not international:
            continue
        region = _region(raw, markets)
        if region == _SERVICE:
            continue
        if region is None:
            if labelled or (cued and raw.startswith(("+", "0", "(0")) and n_digits >= _WHOLE_NUMBER):
                yield PersonalData("PHONE", start, end, 0.75)
            continue
        grouped = re.search(r"\d[ \u00a0-]\d", raw) is not None
        national = raw.startswith(("0", "(0")) and n_digits >= 9
        score = 0.35 + 0.5 * international + 0.4 * cued + 0.2 * grouped + 0.25 * national
        yield PersonalData("PHONE", start, end, min(1.0, score))


def _region(raw: str, markets: tuple[str, ...]) -> str | None:
    import phonenumbers

    for region in ("ZZ",) if raw.startswith("+") else markets:
        try:
            number = phonenumbers.parse(raw, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            kind = phonenumbers.number_type(number)
            # Freephone, shared-cost and company-wide numbers belong to no person.
            return _SERVICE if kind in _service_types() else region
    return None


_SERVICE = "service"


@cache
def _service_types() -> frozenset[int]:
    from phonenumbers import PhoneNumberType as Kind

    return frozenset({Kind.TOLL_FREE, Kind.SHARED_COST, Kind.PREMIUM_RATE, Kind.UAN})
