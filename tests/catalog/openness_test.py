"""What is established to be open, and what the AI Act asks: only with evidence."""

from __future__ import annotations

from typing import Any

import pytest

from modelscope_tui.catalog.europe import compute_of, duties_of
from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile
from modelscope_tui.catalog.openness import openness_of

FILES = (
    ("model.safetensors", "weights"), ("README.md", "card"), ("modeling_x.py", "code"), ("train.py", "code"),
    ("inference.py", "code"), ("eval/run_eval.py", "code"), ("checkpoint-100/model.safetensors", "weights"),
)  # fmt: skip
CARD = "# M\n## Training data\nwords\n## Evaluation\n| a | b |\n"


def _details(files: Any = FILES, **facts: Any) -> ModelDetails:
    kept = tuple(ModelFile(path, 10, kind) for path, kind in files)
    return ModelDetails(Model("lab/m", **{"license": "apache-2.0", "library": "transformers", **facts}), files=kept)


def test_nothing_seen_is_nothing_established() -> None:
    found = openness_of(ModelDetails(Model("lab/m", license="mit")))
    assert found.reached is None
    assert {part.state for part in found.components} == {"not established"}


def test_each_component_has_its_evidence_and_what_is_missing_is_named() -> None:
    found = openness_of(_details(tags=("arxiv:2505.1", "dataset:lab/words")), CARD)
    told = {part.name: (part.state, part.evidence) for part in found.components}
    assert told["model parameters"] == ("open", "model.safetensors")
    assert told["model architecture"] == ("open", "modeling_x.py")
    assert told["data card"] == ("open", "card: Training data")
    assert told["training code"] == ("open", "train.py")
    assert told["evaluation code"] == ("open", "eval/run_eval.py")
    assert told["intermediate checkpoints"] == ("open", "checkpoint-100/model.safetensors")
    # a paper and a data set lie elsewhere, under licenses that were not read
    assert told["technical report"] == ("published", "arXiv:2505.1")
    assert told["training data"] == ("published", "data set lab/words")
    assert found.reached is None
    assert found.missing == ("technical report",)


def test_supporting_tools_are_optional_and_are_not_called_missing() -> None:
    found = openness_of(_details(library=None))
    (tools,) = [part for part in found.components if part.name == "supporting tools"]
    assert (tools.state, tools.is_optional) == ("not established", True)
    assert {part.name for part in found.components if part.is_optional} == {"supporting tools"}


def test_weights_under_terms_that_are_not_open_are_published_and_not_open() -> None:
    found = openness_of(_details(license="llama3.1"), CARD)
    assert {part.state for part in found.components} == {"published", "not established"}


@pytest.mark.parametrize(
    ("card", "flop"),
    [
        ("trained with 3.8 x 10^25 FLOPs in all", 3.8e25),
        ("about 2.1×10**24 FLOP", 2.1e24),
        ("1e22 training FLOPs", 1e22),
        ("5 TFLOPS of speed", None),
        ("no number", None),
        (None, None),
    ],
)
def test_training_compute_is_what_the_card_states(card: str | None, flop: float | None) -> None:
    found = compute_of(card)
    assert (found.flop if found else None) == (pytest.approx(flop) if flop else None)


@pytest.mark.parametrize(
    ("license_id", "card", "key"),
    [
        ("apache-2.0", None, "exempt"),
        ("gpl-3.0", None, "exempt"),
        ("cc-by-nc-4.0", None, "not_exempt"),
        ("llama3.1", None, "not_exempt"),  # its users are limited
        ("gemma", None, "exempt_unclear"),
        (None, None, "exempt_unclear"),
        ("apache-2.0", "4e25 FLOP", "systemic"),
        ("apache-2.0", "4e22 FLOP", "below"),
    ],
)
def test_whether_the_open_source_exemption_of_the_ai_act_holds(
    license_id: str | None, card: str | None, key: str
) -> None:
    duties = duties_of(ModelDetails(Model("lab/m", license=license_id)), card)
    assert [duty.key for duty in duties if duty.key != "system"][-1] == key
    assert (duties[-1].key == "system") == (key == "exempt")
    assert all(duty.article for duty in duties)
    assert ("exempt" in {duty.key for duty in duties}) == (key == "exempt")
