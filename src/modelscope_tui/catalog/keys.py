"""What a row is found by: every bitmap that its number stands in.

GROUND FLOOR. Pure. One row gives a set of :class:`Key` pairs; the index keeps one bitmap of row numbers per pair.

    GRAM    every character, and every 3 characters, in the lower-cased id and in the row's searchable tags; a line end
            closes each text, so that any two characters begin some three
    TOKEN   a piece of the name between its signs and what follows: `qwen3-8b` and `8b` of qwen3-8b
    TAG     a tag that words find as well; facts that the Hub's own tags would say are added (`moe`, `gguf`, …)
    PLAIN   a tag that only `tag:` finds: data sets, papers, regions
    NUMBER  one bit of a number, `downloads:7`, and `downloads:known`: comparisons and orders are made of these
    the rest: one value of one facet
"""

from __future__ import annotations

import re
from dataclasses import fields
from operator import attrgetter
from typing import Final

from modelscope_tui.catalog.form import form_of
from modelscope_tui.catalog.license import group_of, license_ids
from modelscope_tui.catalog.measure import seconds_of
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.relation import UNKNOWN, bases_of, relation_of
from modelscope_tui.catalog.taxonomy import categories_of, language_code


class Kind:
    """The families of bitmaps; the numbers stand in the index file. Plain numbers: an enumeration hashes slowly."""

    GRAM: Final = 1
    TAG: Final = 2
    PLAIN: Final = 3
    NUMBER: Final = 4
    ORGANIZATION: Final = 5
    CATEGORY: Final = 6
    LICENSE: Final = 7
    GROUP: Final = 8
    TOOL: Final = 9
    TASK: Final = 10
    LIBRARY: Final = 11
    LANGUAGE: Final = 12
    BASE: Final = 13
    QUANTIZATION: Final = 14
    GATED: Final = 15
    FORM: Final = 16
    RELATION: Final = 17
    TOKEN: Final = 19
    SEEN: Final = 20
    """Rows that the Hub gave; the value is when it last did."""
    GONE: Final = 18
    """Rows that the Hub does not name any more; they stand in no other bitmap."""


Key = tuple[int, str]
"""A kind and a value."""

NUMBERS = ("downloads", "likes", "trending", "params", "context", "created", "updated", "size")
"""The numbers of a row; `size` is `params`, or where that is unknown the third party's estimate (for `fits:`)."""

LAYOUT = 6
"""The version of the index file; raised when its tables or keys change their meaning, and the index is made anew."""

KNOWN = "known"
GONE = "gone"
LARGEST = (1 << 62) - 1
"""No number of a model is larger; what claims to be is not believed."""

_BASED = "base_model:"
_ONLY_EXACT = ("arxiv:", "dataset:", "base_model:", "license:", "region:", "doi:", "deploy:", "diffusers:")


def folded(text: str) -> str:
    """Bring text to the form in which it is compared."""
    return text.casefold()


def pieces_of(closed: str) -> set[str]:
    """Cut text into its characters and all pieces of three; a line end in it is no character."""
    return {*closed, *[closed[at : at + 3] for at in range(len(closed) - 2)]} - _LINE_END


def grams_of(text: str) -> set[str]:
    """Cut folded text, closed by a line end, into its n-grams."""
    return pieces_of(text + "\n")


_LINE_END = {"\n"}
SIGNS = "-_./"
"""What stands between the tokens of a name."""

_WITH_SIGNS = re.compile(r"[^-_./]*[-_./]+|[^-_./]+")


TAIL = 2
"""So many characters after its signs belong to a token."""


def cut_at_signs(text: str) -> list[str]:
    """Cut text where the tokens of a name begin."""
    return _WITH_SIGNS.findall(text)


def tokens_of(key: str) -> list[str]:
    """Cut the name of a folded id into its tokens, each with the signs and the two characters after it."""
    name = key[key.find("/") + 1 :]
    return [name[found.start() : found.end() + TAIL] for found in _WITH_SIGNS.finditer(name)]


def overlapping(key: str) -> list[str]:
    """Cut a folded id, closed by a line end, into pieces that have all of its n-grams, and that many ids share."""
    closed = key + "\n"
    return [closed[found.start() : found.end() + TAIL] for found in _WITH_SIGNS.finditer(closed)]


def words_of(model: Model) -> set[str]:
    """Collect the folded tags that words find: the row's own, and what its facts would have been tagged with."""
    found = {folded(tag) for tag in model.tags if not tag.startswith(_ONLY_EXACT)}
    found.update([folded(fact) for fact in (model.task, model.library, model.model_type) if fact])
    found.update(model.capabilities)
    found.update(_quantization_words(model.quantization))
    if model.is_moe:
        found.add("moe")
    found.discard("")
    return {tag.replace("\n", " ") for tag in found}


def _quantization_words(quantization: str | None) -> tuple[str, ...]:
    """Name a stored format and its family: `AWQ-4bit` is `awq-4bit` and `awq`."""
    if not quantization:
        return ()
    whole = folded(quantization)
    return whole, whole.partition("-")[0]


def numbers_of(model: Model) -> dict[str, int]:
    """Collect the known numbers of a row, times as seconds since 1970."""
    values = {
        "downloads": model.downloads,
        "likes": model.likes,
        "trending": model.trending,
        "params": model.params,
        "context": model.context,
        "created": seconds_of(model.created),
        "updated": seconds_of(model.updated),
        "size": model.params if model.params is not None else model.params_estimate,
    }
    return {name: int(value) for name, value in values.items() if value is not None and 0 <= value <= LARGEST}


def facets_of(model: Model, tools: tuple[str, ...]) -> list[Key]:
    """Collect the facet values and tags of a row; its numbers and n-grams come apart."""
    return shared_facets(model) + own_facets(model, tools)


def facts_shared(model: Model) -> tuple[object, ...]:
    """Give the facts that :func:`shared_facets` are made of: many rows have the same."""
    return (
        model.task, model.library, model.model_type, tuple([tag for tag in model.tags if tag[:11] != _BASED]),
        model.license_said, model.languages, model.capabilities, model.quantization, model.is_moe, model.gated,
    )  # fmt: skip


def shared_facets(model: Model) -> list[Key]:
    """Collect the keys that follow from facts alone, whatever the model is called and was made from."""
    found: list[Key] = [(Kind.TAG, word) for word in words_of(model)]
    found += [(Kind.PLAIN, folded(tag)) for tag in model.tags if tag.startswith(_ONLY_EXACT) and tag[:11] != _BASED]
    found += [(Kind.LICENSE, name) for name in license_ids(*model.license_said)]
    found.append((Kind.GROUP, group_of(*model.license_said)))
    found += [(Kind.LANGUAGE, language_code(language)) for language in model.languages]
    found += [(Kind.QUANTIZATION, name) for name in _quantization_words(model.quantization)]
    singles = ((Kind.TASK, model.task), (Kind.LIBRARY, model.library), (Kind.GATED, model.gated))
    found += [(kind, folded(value)) for kind, value in singles if value]
    return list(dict.fromkeys(found))


def own_facets(model: Model, tools: tuple[str, ...]) -> list[Key]:
    """Collect the keys that follow from the name and the base as well."""
    key = folded(model.id)
    found: list[Key] = [(Kind.ORGANIZATION, folded(model.organization)), (Kind.FORM, form_of(model))]
    found += [(Kind.TOKEN, token) for token in tokens_of(key)]
    found += [(Kind.CATEGORY, category) for category in categories_of(model)]
    found += [(Kind.TOOL, tool) for tool in tools]
    bases = bases_of(model)
    if bases:
        found += [(Kind.BASE, folded(name)) for name in bases]
        found.append((Kind.RELATION, relation_of(model) or UNKNOWN))
    return found


def filed(model: Model, tools: tuple[str, ...]) -> set[Key]:
    """Collect every key of a row but its n-grams, so that two versions of it can be compared."""
    if model.gone:
        return {(Kind.GONE, GONE), *seen_of(model)}
    return {*facets_of(model, tools), *counted(model)}


def counted(model: Model) -> set[Key]:
    """Collect the keys that follow from a row's numbers, and from when it was seen."""
    found = set(seen_of(model))
    if model.gone:
        return found
    for name, value in numbers_of(model).items():
        found.add((Kind.NUMBER, f"{name}:{KNOWN}"))
        found.update([(Kind.NUMBER, f"{name}:{bit}") for bit in range(value.bit_length()) if value >> bit & 1])
    return found


_COUNTED = frozenset(
    {"downloads", "likes", "trending", "created", "updated", "source", "as_of", "provenance", "revision"}
)
"""What no facet, text or tool depends on; the numbers among them are filed by :func:`counted`."""

_rest_of = attrgetter(*[field.name for field in fields(Model) if field.name not in _COUNTED])


def differ_in_counted_only(one: Model, other: Model) -> bool:
    """Tell whether two versions of a row stand under the same keys but for those of :func:`counted`."""
    return bool(_rest_of(one) == _rest_of(other))


def seen_of(model: Model) -> list[Key]:
    """File a row under when the Hub last gave it."""
    return [] if model.source == "catalog" else [(Kind.SEEN, model.as_of or "")]


def texts_of(model: Model) -> set[str]:
    """Collect the texts of a row that words are looked for in."""
    return set() if model.gone else {folded(model.id), *words_of(model)}


def grams_of_all(texts: set[str]) -> set[Key]:
    """Collect the keys of all n-grams of some texts."""
    return {(Kind.GRAM, gram) for text in texts for gram in grams_of(text)}
