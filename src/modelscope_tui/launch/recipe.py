"""SOUTH WING: what a family needs beyond its class: parsers, flags, overrides, custom code.

Read from ``data/launch_recipes.json`` for vLLM and ``data/launch_serving.json`` for other servers, both kept by hand;
the first rule that matches wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from modelscope_tui.launch.rulebook import rules

Rule = Mapping[str, Any]


def parser_recipe(model_id: str, model_type: str | None) -> Rule | None:
    """Find the parsers and flags of a model's family."""
    return _first("parsers", model_id, model_type)


def reranker_recipe(model_id: str) -> Rule | None:
    """Find the overrides that make a causal language model score pairs."""
    return _first("rerankers", model_id, None)


def trust_recipe(model_id: str, model_type: str | None) -> Rule | None:
    """Find whether a family's tokenizer or processor is code of the repository."""
    return _first("trust", model_id, model_type)


def config_rule(server: str, model_type: str | None) -> Rule | None:
    """Find whether neither transformers nor a server has a class for a configuration: it is code of the repository."""
    if model_type is None or model_type in _configs_of(server):
        return None
    return {"source": "; ".join(rules("configs")["sources"])}


def code_rule(model_id: str, model_type: str | None) -> Rule | None:
    """Find whether transformers has to run code of a repository to load it: its family's, or its configuration's."""
    return trust_recipe(model_id, model_type) or config_rule("transformers", model_type)


@lru_cache(maxsize=4)
def _configs_of(server: str) -> frozenset[str]:
    known = rules("configs")
    return frozenset((*known["transformers"], *(known[server] if server != "transformers" else ())))


def serving_rule(tool: str, kind: str, model_id: str, model_type: str | None = None) -> Rule | None:
    """Find what a family needs in another server than vLLM."""
    return _among(rules("serving")[tool][kind], model_id, model_type)


def _first(kind: str, model_id: str, model_type: str | None) -> Rule | None:
    return _among(rules("recipes")[kind], model_id, model_type)


def _among(listed: list[Rule], model_id: str, model_type: str | None) -> Rule | None:
    name = model_id.lower()
    for rule in listed:
        is_named = _pattern(rule["match"]).search(name) or model_type in rule.get("types", ())
        if is_named and not ("unless" in rule and _pattern(rule["unless"]).search(name)):
            return rule
    return None


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
