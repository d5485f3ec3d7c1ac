"""Typed text, piece by piece: from characters to words, terms and problems.

GROUND FLOOR, the inside of ``query.py``: only ``parse`` and ``format_query`` come here.
"""

from __future__ import annotations

import difflib
import re
from datetime import UTC, datetime

from modelscope_tui.catalog.license import same_license
from modelscope_tui.catalog.measure import number_span, time_span
from modelscope_tui.catalog.query import ALIASES, CHOICES, FIELDS, NUMBERS, SORTS, TIMES, Problem, Query, Term

_QUOTED = r'"(?:[^"\\]|\\.|\\\Z)*(?:"|\Z)'
_PIECE = re.compile(rf'(?:[^\s"]|{_QUOTED})+', re.DOTALL)
_PART = re.compile(rf'(?:[^|"]|{_QUOTED})+', re.DOTALL)
_TERM = re.compile(r'([^\s":|]+):(.*)', re.DOTALL)
_QUOTES = re.compile(_QUOTED, re.DOTALL)
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_NAMES = (*FIELDS, "sort")


def _unquoted(text: str) -> str:
    def inside(found: re.Match[str]) -> str:
        """Give what stands between the marks."""
        body = found[0][1:]
        if body.endswith('"') and not _ends_open(found[0]):
            body = body[:-1]
        return re.sub(r"\\(.)", r"\1", body, flags=re.DOTALL)

    return _QUOTES.sub(inside, text)


def _ends_open(quoted: str) -> bool:
    """Tell whether a quoted piece runs to the end of the text without its closing mark."""
    return re.fullmatch(r'"(?:[^"\\]|\\.)*"', quoted, re.DOTALL) is None


def _closed(text: str) -> str:
    """Close a quotation that the text ends inside of, so that it can be written before other words."""
    quotes = _QUOTES.findall(text)
    if not quotes or not text.endswith(quotes[-1]) or not _ends_open(quotes[-1]):
        return text
    trailing = len(text) - len(text.rstrip("\\"))
    return text + ("\\" if trailing % 2 else "") + '"'


def write_word(text: str) -> str:
    """Write a word so that it is read back as this word."""
    is_plain = not re.search(r'[\s":]', text) and not text.startswith("-") and text
    return text if is_plain else _quoted(text)


def write_value(text: str) -> str:
    """Write a term's value so that it is read back as this value."""
    return _quoted(text) if re.search(r'[\s"|]', text) else text


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


class _Reading:
    """The query while it is being read."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.excluded_words: list[str] = []
        self.terms: list[Term] = []
        self.word_problems: list[Problem] = []
        self.excluded_problems: list[Problem] = []
        self.term_problems: list[Problem] = []
        self.sort = "downloads"
        self.is_reversed = False

    def take(self, start: int, piece: str) -> None:
        """Take one piece of typed text."""
        is_excluded = piece.startswith("-")
        body = piece[1:] if is_excluded else piece
        found = _TERM.fullmatch(body)
        if found is None:
            self._take_word(_unquoted(body), is_excluded)
            return
        name = ALIASES.get(found[1].casefold(), found[1].casefold())
        if name not in _NAMES:
            problem = _problem(start, piece, _unknown_field(found[1]))
            (self.excluded_problems if is_excluded else self.word_problems).append(problem)
            closed = _closed(piece)
            self._take_word(closed[1:] if is_excluded else closed, is_excluded)
            return
        complaint = self._take_sort(found[2], is_excluded) if name == "sort" else None
        if name != "sort":
            values = tuple(value for part in _PART.findall(found[2]) if (value := _unquoted(part).strip()))
            complaint = _complaint(name, values)
            if name == "license":
                values = tuple(map(same_license, values))
            if complaint is None:
                self.terms.append(Term(name, values, is_excluded))
        if complaint is not None:
            self.term_problems.append(_problem(start, piece, complaint))

    def _take_word(self, word: str, is_excluded: bool) -> None:
        if word.strip():
            (self.excluded_words if is_excluded else self.words).append(word)

    def _take_sort(self, value: str, is_excluded: bool) -> str | None:
        value = value.casefold()
        if is_excluded or value.removeprefix("-") not in SORTS:
            return f"Sort by one of {', '.join(SORTS)}; sort:-{SORTS[0]} is the other way round."
        self.sort, self.is_reversed = value.removeprefix("-"), value.startswith("-")
        return None


def _problem(start: int, piece: str, message: str) -> Problem:
    return Problem(_closed(piece), start, start + len(piece), message)


def read(text: str) -> Query:
    """Read a typed query from its pieces."""
    reading = _Reading()
    for found in _PIECE.finditer(text):
        reading.take(found.start(), found[0])
    return Query(
        words=tuple(reading.words),
        excluded_words=tuple(reading.excluded_words),
        terms=tuple(reading.terms),
        sort=reading.sort,
        is_reversed=reading.is_reversed,
        # In the order in which they are written again, so that reading back gives the same query.
        problems=(*reading.word_problems, *reading.excluded_problems, *reading.term_problems),
    )


def _unknown_field(name: str) -> str:
    near = difflib.get_close_matches(name.casefold(), _NAMES, n=1)
    hint = f"did you mean {near[0]}: ?" if near else f"the fields are {', '.join(_NAMES)}."
    return f"There is no field {name}:, so it is searched as words; {hint}"


def _complaint(name: str, values: tuple[str, ...]) -> str | None:
    """Say what is wrong with a term of a known field, or nothing."""
    if not values:
        return f"{name}: needs a value."
    if name in CHOICES:
        wrong = next((value for value in values if value.casefold() not in CHOICES[name]), None)
        return None if wrong is None else f"{name}: is one of {', '.join(CHOICES[name])}, not {wrong}."
    if name in NUMBERS:
        for value in values:
            if number_span(value, is_context=name == "context") is None:
                return f"{value} is no number; write {name}:>=10k, {name}:<7.5b or {name}:1m..2m."
    if name in TIMES:
        for value in values:
            if time_span(value, _SOME_DAY) is None:
                return f"{value} is no age or date; write {name}:<30d, {name}:>2025-04-27 or {name}:2024..2025."
    return None
