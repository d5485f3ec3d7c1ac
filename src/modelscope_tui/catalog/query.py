"""What a person asks for, and the little language it is typed in.

GROUND FLOOR. Knows no index. `parse` never raises: a term that cannot be read becomes a :class:`Problem` that says
where it stands and what would do. `format_query` is the way back, so that panes and filter line are one truth.

    qwen coder          words: in the id or a tag, in any order, whatever their case; "…" keeps blanks together
    license:mit|gemma   a term narrows; `|` is either; -license:mit and -word exclude
    sort:likes          and sort:-likes for the other way round
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

FACETS = ("org", "category", "license", "tool")
"""The fields that have a pane."""

SORTS = ("downloads", "likes", "trending", "updated", "created", "params", "context", "name")
"""What rows can be ordered by: most or newest first, names from a to z."""

NUMBERS = ("params", "context", "downloads", "likes")
"""The fields that are compared as numbers."""

TIMES = ("created", "updated")
"""The fields that are compared as dates or ages."""

CHOICES = {
    "gated": ("yes", "no", "auto", "manual", "unknown"),
    "fits": ("yes", "tight", "no", "unknown"),
    "starred": ("yes", "no"),
    "allowed": ("yes", "conditions", "no", "unclear"),
    "relation": ("quantized", "finetune", "adapter", "merge", "unknown"),
}
"""The fields with a closed list of values."""

FIELDS = (*FACETS, "task", "tag", "library", "language", "base", "format", *NUMBERS, *TIMES, *CHOICES)
"""Every field that a term can name."""

ALIASES = {
    "organization": "org",
    "author": "org",
    "lang": "language",
    "quant": "format",
    "quantization": "format",
    "base_model": "base",
    "tags": "tag",
    "pipeline_tag": "task",
}
"""Other names that people type for a field."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A term that could not be read: where it stands, and what would do instead."""

    text: str
    start: int = field(compare=False)
    """Its first character in the typed text; two problems with the same words are the same problem."""
    end: int = field(compare=False)
    message: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One narrowing: a field and the values of which any will do."""

    field: str
    values: tuple[str, ...]
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All that is asked at once. Never changed, only replaced."""

    words: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    sort: str = "downloads"
    is_reversed: bool = False
    problems: tuple[Problem, ...] = ()

    def values(self, field: str) -> frozenset[str]:
        """Give the chosen values of a field, lower-cased."""
        return self._values(field, is_excluded=False)

    def excluded_values(self, field: str) -> frozenset[str]:
        """Give the values of a field that are not wanted, lower-cased."""
        return self._values(field, is_excluded=True)

    def _values(self, name: str, *, is_excluded: bool) -> frozenset[str]:
        wanted = (term for term in self.terms if term.field == name and term.is_excluded == is_excluded)
        return frozenset(value.casefold() for term in wanted for value in term.values)

    def toggled(self, field: str, value: str) -> Query:
        """Choose a value, or let go of it when it is chosen; other chosen values of the field stay as alternatives."""
        if value.casefold() in self.values(field):
            return self._freed(field, value, is_excluded=False)
        freed = self._freed(field, value, is_excluded=True)
        for place, term in enumerate(freed.terms):
            if term.field == field and not term.is_excluded:
                joined = replace(term, values=(*term.values, value))
                return replace(freed, terms=(*freed.terms[:place], joined, *freed.terms[place + 1 :]))
        return replace(freed, terms=(*freed.terms, Term(field, (value,))))

    def excluding(self, field: str, value: str) -> Query:
        """Exclude a value, or allow it again when it is excluded."""
        if value.casefold() in self.excluded_values(field):
            return self._freed(field, value, is_excluded=True)
        freed = self._freed(field, value, is_excluded=False)
        return replace(freed, terms=(*freed.terms, Term(field, (value,), is_excluded=True)))

    def _freed(self, name: str, value: str, *, is_excluded: bool) -> Query:
        kept: list[Term] = []
        for term in self.terms:
            if term.field != name or term.is_excluded != is_excluded:
                kept.append(term)
                continue
            values = tuple(one for one in term.values if one.casefold() != value.casefold())
            if values:
                kept.append(replace(term, values=values))
        return replace(self, terms=tuple(kept))

    def without(self, field: str) -> Query:
        """Drop every term of a field."""
        return replace(self, terms=tuple(term for term in self.terms if term.field != field))

    def with_sort(self, sort: str, is_reversed: bool = False) -> Query:
        """Order the rows by something else."""
        return replace(self, sort=sort, is_reversed=is_reversed)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing narrows the catalog."""
        return not (self.words or self.excluded_words or self.terms)


def storable(text: str) -> str:
    """Put a question mark in the place of each byte of a command line that was no text: no search can hold it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def parse(text: str) -> Query:
    """Read a typed query. Never raises: what cannot be read is in `problems`.

    A term of an unknown field is kept as a word as well (`qwen3:8b` still finds Qwen3 8B); a term of a known field
    with an unreadable value narrows nothing until it can be read.
    """
    from modelscope_tui.catalog.typed import read

    return read(storable(text))


def format_query(query: Query) -> str:
    """Write a query as it would be typed; `parse` reads the same query from it."""
    from modelscope_tui.catalog.typed import write_value, write_word

    strange = Counter(problem.text for problem in query.problems)

    def word(text: str, sign: str) -> str:
        """Write a word, as it was typed where it was a term that could not be read."""
        if strange[sign + text] > 0:
            strange[sign + text] -= 1
            return sign + text
        return sign + write_word(text)

    parts = [word(text, "") for text in query.words]
    parts += [word(text, "-") for text in query.excluded_words]
    for term in query.terms:
        values = "|".join(write_value(value) for value in term.values)
        parts.append(f"{'-' if term.is_excluded else ''}{term.field}:{values}")
    if query.sort != "downloads" or query.is_reversed:
        parts.append(f"sort:{'-' if query.is_reversed else ''}{query.sort}")
    for problem in query.problems:
        if strange[problem.text] > 0:
            strange[problem.text] -= 1
            parts.append(problem.text)
    return " ".join(parts)
