"""Numbers as people write them: digits in every convention, and words."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from evalkit.text.data_files import word_parts, yaml_data

NUMBER = (
    r"\d{0,2}[½¼¾]|\d{1,3}(?:[ \u00a0\u202f.']\d{3})+(?:,\d{1,2})?(?!\d)|"
    r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
)
_DENIED_WITHIN = 3
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}


def value(text: str) -> float | None:
    """The number that a text says, None for no number."""
    word = number_words().get(text)
    if word is not None:
        return float(word)
    if (tens := compound_numbers().get(re.sub(r"[ -]", "", text))) is not None:
        return tens
    if (half := _half().search(text)) is not None:
        whole = value(text[: half.start()].strip())
        return None if whole is None else whole + 1 / 2
    if text[-1:] in _FRACTIONS:
        return float(text[:-1] or 0) + _FRACTIONS[text[-1]]
    if tells_hundreds(text) and (spelt := re.fullmatch(hundreds(), text)):
        return _in_hundreds(spelt.group())
    plain = re.sub(r"[ \u00a0\u202f']", "", text)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    else:
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def tells_hundreds(text: str) -> bool:
    """Whether a lower-case text may hold a number in words that tells its hundreds or thousands."""
    return any(stem in text for stem in ("hund", "sata", "tus", "tuh", "taus", "thous"))


@cache
def hundreds() -> str:
    """The pattern of a number in words with hundreds or thousands: two thousand five hundred, zweihundertfünfzig."""
    names = ("hundreds", "thousands", "number_joints")
    hundred, thousand, joint = ("|".join(word_parts(table()[name])) for name in names)
    small = "|".join(word_parts(word for word in number_words() if " " not in word and word not in _large()))
    more = rf"(?:\s?(?:{joint}))?\s?"
    first = rf"(?:(?:{small})\s?)?"
    return (
        rf"(?:{first}(?:{thousand})(?:{more}{first}(?:{hundred}))?(?:{more}(?:{small}))?"
        rf"|{first}(?:{hundred})(?:{more}(?:{small}))?)(?!\w)"
    )


@cache
def compound_numbers() -> dict[str, float]:
    """Twenty-one to ninety-nine by their words, written together.

    >>> compound_numbers()["fünfunddreißig"], compound_numbers()["femogtredive"]
    (35.0, 35.0)
    """
    added = [(float(n), str(word)) for n, words in table()["added"].items() for word in words]
    found: dict[str, float] = {}
    for ten, words in table()["tens"].items():
        found |= {f"{word}{small}": ten + n for word in words for n, small in added}
    for ten, words in table()["tens_behind"].items():
        found |= {f"{small}{joint}{word}": ten + n for word in words for n, small in added for joint in ("og", "und")}
    for ten, word in enumerate(table()["tens_fi"], start=2):
        found |= {f"{word}kymmentä{small}": 10.0 * ten + n for n, small in enumerate(table()["added_fi"], start=1)}
    return found


@cache
def compounds() -> str:
    """The pattern of twenty-one and the like, in words."""
    tens, behind = (
        "|".join(word_parts(word for words in table()[name].values() for word in words))
        for name in ("tens", "tens_behind")
    )
    added = "|".join(word_parts(word for words in table()["added"].values() for word in words))
    finnish = [("|".join(word_parts(table()[name]))) for name in ("tens_fi", "added_fi")]
    return rf"(?:(?:{tens})[ -]?(?:{added})|(?:{added})(?:og|und)(?:{behind})|(?:{finnish[0]})kymmentä(?:{finnish[1]}))"


@cache
def halves() -> str:
    """The pattern of what adds a half: two and a half."""
    return "|".join(word_parts(table()["halves"]))


@cache
def _half() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{halves()})$")


@cache
def _large() -> frozenset[str]:
    return frozenset(map(str, (*table()["hundreds"], *table()["thousands"])))


@cache
def _number_parts() -> re.Pattern[str]:
    return re.compile("|".join(word_parts({*number_words(), *_large()})))


def _in_hundreds(text: str) -> float:
    """The number of words that `hundreds` matches.

    >>> _in_hundreds("two thousand five hundred and fifty"), _in_hundreds("kaksisataaviisikymmentä")
    (2550.0, 250.0)
    """
    total = last = 0.0
    for word in _number_parts().findall(text):
        if word in table()["thousands"]:
            total, last = total + 1000 * (last or 1.0), 0.0
        elif word in table()["hundreds"]:
            total, last = total + 100 * (last or 1.0), 0.0
        else:
            last = number_words()[word]
    return total + last


def bound(text: str, start: int, end: int | None = None) -> str:
    """`<=` or `>=` where the words before `start` set a limit, or those after `end`: 67 and older."""
    before = text[max(0, start - 40) : start].rstrip()
    for name, sign in (("at_most", "<="), ("at_least", ">=")):
        word = next((w for w in table()[name] if before.endswith(w) and not before[: -len(w)][-1:].isalnum()), None)
        if word is not None:
            rest = before[: len(before) - len(word)]
            if word in table()["over_in_parts"] and _in_parts().search(rest):
                return ""
            earlier = re.split(r"[^\w']+", rest.strip())[-_DENIED_WITHIN:]
            if not (_denying() if word in _finnish() else _denying() - {"ei"}).isdisjoint(earlier):
                # "Not more than ten" is at most ten.
                return {"<=": ">=", ">=": "<="}[sign]
            return sign
    if _lower_limit().search(before):
        return ">="
    if end is None:
        return ""
    return next((sign for sign, pattern in _after() if pattern.match(text, end)), "")


def strict(text: str, start: int, sign: str) -> bool:
    """Whether the limit that the words before `start` set does not hold for the number itself.

    >>> strict("under 18 år", 6, "<="), strict("inte över 18 år", 10, "<="), strict("upp till 18 år", 9, "<=")
    (True, False, False)
    """
    before = text[max(0, start - 40) : start].rstrip()
    hit = _strict().search(before)
    if not sign or hit is None:
        return False
    denying = _denying() if hit.group() in _finnish() else _denying() - {"ei"}
    return denying.isdisjoint(before[: hit.start()].split()[-_DENIED_WITHIN:])


@cache
def _strict() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(table()['strict']))})$")


@cache
def _after() -> tuple[tuple[str, re.Pattern[str]], ...]:
    names = ((">=", "at_least_after"), ("<=", "at_most_after"))
    return tuple((sign, re.compile(rf"\s+(?:{'|'.join(word_parts(table()[name]))})(?!\w)")) for sign, name in names)


@cache
def _lower_limit() -> re.Pattern[str]:
    words = "|".join(word_parts(table()["lower_limit"]))
    return re.compile(rf"(?<!\w)(?:{words})(?:\s+\w+){{0,2}}$")


@cache
def _in_parts() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts(table()['parts_verbs']))})(?:\s+\w+){{0,2}}\s*$")


@cache
def _finnish() -> frozenset[str]:
    return frozenset(map(str, table()["bounds_fi"]))


@cache
def _denying() -> frozenset[str]:
    return frozenset(map(str, table()["denying"]))


@cache
def number_words() -> dict[str, float]:
    """The number of each number word."""
    return {str(word): float(number) for number, words in table()["numbers"].items() for word in words}


def table() -> dict[str, Any]:
    """The packaged words of amounts."""
    loaded: dict[str, Any] = yaml_data("evalkit.language", "data/quantities.yaml")
    return loaded
