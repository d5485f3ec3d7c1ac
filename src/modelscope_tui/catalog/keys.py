"""What a row is found by: every bitmap that its number stands in.

GROUND FLOOR. Pure. One row gives a set of :class:`Key` pairs; the index keeps one bitmap of row numbers per pair.

    GRAM    every character, and every 3 characters, in the lower-cased id and in the row's searchable tags; a line end
            closes each text, so that any two characters begin some three
    TOKEN   a piece of the name between its signs and what follows: `qwen3-8b` and `8b` of qwen3-8b
    TAG     a tag that words find as well; facts that the Hub's own tags would say are added (`moe`, `gguf`, …)
    PLAIN   a tag that only `tag:` finds: data sets, papers, regions
    NUMBER  one bit of a number, `downloads:7`, and `downloads:known`: comparisons and orders are made of these; of a
            number that resembles another one, the bits that differ
    PIECE   a piece of four letters or more that very many tokens, organizations and tags have (``frequent.py``)
    the rest: one value of one facet
"""

from __future__ import annotations

import re
from dataclasses import fields
from operator import attrgetter
from typing import Final

from modelscope_tui.catalog.form import form_of, params_weighed
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
    PIECE: Final = 21
    GONE: Final = 18
    """Rows that the Hub does not name any more; they stand in no other bitmap."""


Key = tuple[int, str]
"""A kind and a value."""

NUMBERS = ("downloads", "likes", "trending", "params", "context", "created", "updated", "size")
"""The numbers of a row; `size` is what `fits:` goes by (``form.params_weighed``)."""

RESEMBLED = {"size": "params", "updated": "created"}
"""Numbers that are mostly another one, or begin like it: only where a bit differs from that one's does it stand."""

LAYOUT = 9
"""The version of the index file; raised when its tables or keys change their meaning, and the index is made anew."""

SPOKEN = (Kind.TAG, Kind.TOKEN, Kind.ORGANIZATION)
"""The kinds whose values have the words of a row in them."""

SHORTEST_PIECE, LONGEST_PIECE = 4, 24
"""How many letters a frequent piece has."""

KNOWN = "known"
GONE = "gone"
LARGEST = (1 << 62) - 1
"""No number of a model is larger; what claims to be is not believed."""

BASED = "base_model:"
"""How the tags begin that say what a row was made from."""

MIXED: list[Key] = [(Kind.TAG, "moe")]
"""What a mixture of experts is filed under."""

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
    return {value for kind, value in shared_facets(model) if kind == Kind.TAG}


def _tagged(text: str) -> list[Key]:
    return [(Kind.TAG, text.replace("\n", " "))] if text else []


def keys_of_tag(tag: str) -> list[Key]:
    """File a row under one of its tags; what it was made from is filed by itself."""
    if tag.startswith(_ONLY_EXACT):
        return [] if tag.startswith(BASED) else [(Kind.PLAIN, folded(tag))]
    return _tagged(folded(tag))


def keys_of_word(word: str) -> list[Key]:
    """File a row under a fact that the Hub would have tagged it with: its `model_type`, say."""
    return _tagged(folded(word))


def keys_of_task(task: str) -> list[Key]:
    """File a row under its task."""
    return [*_tagged(folded(task)), (Kind.TASK, folded(task))]


def keys_of_library(library: str) -> list[Key]:
    """File a row under its library."""
    return [*_tagged(folded(library)), (Kind.LIBRARY, folded(library))]


def keys_of_gate(gated: str) -> list[Key]:
    """File a row under how it is gated."""
    return [(Kind.GATED, folded(gated))]


def keys_of_language(language: str) -> list[Key]:
    """File a row under one of its languages."""
    return [(Kind.LANGUAGE, language_code(language))]


def keys_of_license(*said: str | None) -> list[Key]:
    """File a row under what its license may be called, and under the license's group.

    Args:
        said: what its card says of it (``Model.license_said``).
    """
    return [*((Kind.LICENSE, name) for name in license_ids(*said)), (Kind.GROUP, group_of(*said))]


def keys_of_quantization(quantization: str) -> list[Key]:
    """File a row under its stored format and the family of that: `AWQ-4bit` is `awq-4bit` and `awq`."""
    whole = folded(quantization)
    names = (whole, whole.partition("-")[0])
    return [*(key for name in names for key in _tagged(name)), *((Kind.QUANTIZATION, name) for name in names)]


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
        "size": params_weighed(model),
    }
    return {name: int(value) for name, value in values.items() if value is not None and 0 <= value <= LARGEST}


def facets_of(model: Model, tools: tuple[str, ...]) -> list[Key]:
    """Collect the facet values and tags of a row; its numbers and n-grams come apart."""
    return shared_facets(model) + own_facets(model, tools)


def shared_facets(model: Model) -> list[Key]:
    """Collect the keys that follow from single facts, whatever the model is called and was made from."""
    found: list[Key] = [key for tag in model.tags for key in keys_of_tag(tag)]
    found += [key for word in (model.model_type, *model.capabilities) if word for key in keys_of_word(word)]
    found += keys_of_task(model.task) if model.task else []
    found += keys_of_library(model.library) if model.library else []
    found += keys_of_quantization(model.quantization) if model.quantization else []
    found += keys_of_license(*model.license_said)
    found += [key for language in model.languages for key in keys_of_language(language)]
    found += keys_of_gate(model.gated) if model.gated else []
    found += MIXED if model.is_moe else []
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
    numbers = numbers_of(model)
    for name, value in numbers.items():
        bits = value ^ numbers.get(RESEMBLED.get(name, ""), 0)
        found.add((Kind.NUMBER, f"{name}:{KNOWN}"))
        found.update([(Kind.NUMBER, f"{name}:{bit}") for bit in range(bits.bit_length()) if bits >> bit & 1])
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


def pieces_filed(keys: set[Key], frequent: frozenset[str]) -> set[Key]:
    """Collect the frequent pieces of text in the values that words are looked for in.

    Args:
        keys: those of a row.
        frequent: all frequent pieces; whatever a longer one begins with is one as well.
    """
    found: set[Key] = set()
    for text in [value for kind, value in keys if kind in SPOKEN] if frequent else ():
        for start in range(len(text) - SHORTEST_PIECE + 1):
            for end in range(start + SHORTEST_PIECE, len(text) + 1):
                if text[start:end] not in frequent:
                    break
                found.add((Kind.PIECE, text[start:end]))
    return found


def texts_of(model: Model) -> set[str]:
    """Collect the texts of a row that words are looked for in."""
    return set() if model.gone else {folded(model.id), *words_of(model)}


def grams_of_all(texts: set[str]) -> set[Key]:
    """Collect the keys of all n-grams of some texts."""
    return {(Kind.GRAM, gram) for text in texts for gram in grams_of(text)}
