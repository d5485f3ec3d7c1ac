"""What kinds of models there are: categories, tasks and their modality, organizations, languages.

GROUND FLOOR. Pure lookups in ``data/categories.json``, ``tasks.json``, ``organizations.json``, ``languages.json``.
A category is decided from the model's own card: its tags, task, languages and name. The rules' clause "or the base
model is in the category" is left out, as it is in the rules' own examples: Llemma stands on Code Llama and is science.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.packaged import facts

FALLBACK = "general-purpose"
FALLBACK_TASKS = frozenset({"text-generation", "image-text-to-text", "any-to-any", "text2text-generation"})
"""The category of models with one of these tasks that are in no other."""


@dataclass(frozen=True, slots=True)
class Organization:
    """Who stands behind a handle, as far as its own public pages say."""

    handle: str
    name: str
    kind: str | None
    country: str | None
    """Where it sits: a country code, or `international`."""
    families: tuple[str, ...]
    """The model families it is known for."""
    website: str | None


@dataclass(frozen=True, slots=True)
class _Rule:
    category: str
    label: str
    tags: frozenset[str]
    tasks: frozenset[str]
    languages: frozenset[str]
    min_languages: int
    name: re.Pattern[str] | None
    not_name: re.Pattern[str] | None

    def takes_name(self, name: str) -> bool:
        """Tell whether its name puts a model in the category."""
        if self.name is None or not self.name.search(name):
            return False
        return self.not_name is None or not self.not_name.search(name)


@cache
def _rules() -> tuple[_Rule, ...]:
    known = facts("categories.json")
    items = {item["id"]: item for item in known["items"]}
    return tuple(_rule(items[category]) for category in known["priority"])


def _rule(item: dict[str, object]) -> _Rule:
    name, not_name = item.get("name_regex"), item.get("exclude_regex")
    return _Rule(
        category=str(item["id"]),
        label=str(item["label"]),
        tags=frozenset(map(str, item.get("tags") or ())),  # type: ignore[call-overload]
        tasks=frozenset({"translation"}) if item["id"] == "multilingual" else frozenset(),
        languages=frozenset({"code"}) if item["id"] == "code" else frozenset(),
        min_languages=int(str(item.get("min_languages") or 0)),
        name=re.compile(str(name)) if name else None,
        not_name=re.compile(str(not_name)) if not_name else None,
    )


@lru_cache(maxsize=1 << 16)  # names are copied: half of the Hub's models are called as another one is
def _named(name: str) -> frozenset[str]:
    """Name the categories that a folded name alone puts a model in."""
    return frozenset([rule.category for rule in _rules() if rule.takes_name(name)])


@cache
def _said_by_fact() -> dict[str, tuple[str, ...]]:
    """Say which categories a tag, a task (`task:…`) or a language (`language:…`) puts a model in."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in _rules():
        facts_of_rule = [*rule.tags, *(f"task:{task}" for task in rule.tasks)]
        for fact in (*facts_of_rule, *(f"language:{language}" for language in rule.languages)):
            found[fact] = (*found.get(fact, ()), rule.category)
    return found


def categories_of_fact(fact: str) -> tuple[str, ...]:
    """Name the categories that a tag in lower case, a task (`task:…`) or a language (`language:…`) puts a model in."""
    return _said_by_fact().get(fact, ())


@lru_cache(maxsize=1 << 12)
def categories_of_languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Name the categories that the languages of a model put it in: each of them, and how many there are."""
    found = [category for language in languages for category in categories_of_fact(f"language:{language}")]
    if len(languages) > 1:
        found += [rule.category for rule in _rules() if 0 < rule.min_languages <= len(set(languages))]
    return tuple(dict.fromkeys(found))


def categories_by_name() -> tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...]:
    """List the categories that a name can tell: the pattern it must match, and whether it does; both read it folded."""
    return tuple((rule.category, rule.name, rule.takes_name) for rule in _rules() if rule.name is not None)


def _said(model: Model) -> set[str]:
    """Name the categories that facts put a model in, whatever it is called."""
    found = set(categories_of_languages(model.languages))
    for fact in (*map(str.lower, model.tags), f"task:{model.task}"):
        found.update(categories_of_fact(fact))
    return found


def categories_of(model: Model) -> tuple[str, ...]:
    """Sort a model into categories, the most telling first; it may be in several, or in none."""
    found = _said(model) | _named(model.name.casefold())
    if found - {FALLBACK}:
        return tuple([category for category in categories() if category in found and category != FALLBACK])
    return (FALLBACK,) if model.task in FALLBACK_TASKS else ()


@cache
def categories() -> tuple[str, ...]:
    """List the categories, the most telling first."""
    return tuple(rule.category for rule in _rules())


@cache
def category_label(category: str) -> str:
    """Name a category for a person."""
    return next((rule.label for rule in _rules() if rule.category == category), category)


@cache
def _organizations() -> dict[str, Organization]:
    known = {}
    for item in facts("organizations.json")["items"]:
        known[item["handle"].casefold()] = Organization(
            handle=item["handle"],
            name=item["display_name"],
            kind=item["kind"],
            country=item["country"],
            families=tuple(item["flagship_families"] or ()),
            website=item["website"],
        )
    return known


def organization(handle: str) -> Organization | None:
    """Tell who stands behind a handle, where that is known."""
    return _organizations().get(handle.casefold())


def organization_label(handle: str) -> str:
    """Name an organization for a person: its own name where it is known, else its handle."""
    known = organization(handle)
    return known.name if known else handle


@cache
def _tasks() -> dict[str, tuple[str, str]]:
    return {item["id"]: (item["label"], item["modality"]) for item in facts("tasks.json")["items"]}


def task_label(task: str) -> str:
    """Name a task for a person."""
    return _tasks().get(task, (task.replace("-", " ").capitalize(), ""))[0]


def modality_of(task: str | None) -> str | None:
    """Tell what a task deals with: `nlp`, `multimodal`, `audio`, `cv`, `rl`, `tabular`, `other`; None when unknown."""
    return (_tasks().get(task, ("", ""))[1] or None) if task else None


def language_code(text: str) -> str:
    """Bring a language to the code that the index uses: `eng` and `English` are `en`."""
    known = facts("languages.json")
    text = text.casefold()
    code: str = known["by_name"].get(text, text)
    short: str = known["shorter"].get(code, code)
    return short


def language_label(code: str) -> str:
    """Name a language for a person; its code when it has no name here."""
    name: str = facts("languages.json")["names"].get(code, code)
    return name
