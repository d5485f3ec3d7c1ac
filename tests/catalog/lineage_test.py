"""Licenses against those of the models they come from: examples of the catalog, and families made for a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modelscope_tui import indexing
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.inherited import answer_of
from modelscope_tui.catalog.lens import lens_of
from modelscope_tui.catalog.lineage import MOST_ANCESTORS, ancestors_of, worst_of
from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.catalog.permission import Purpose
from modelscope_tui.hub.translate import row_of
from modelscope_tui.local import INDEX_NAME

FLUX = "flux-1-dev-non-commercial-license"


@pytest.fixture(scope="module")
def index(built_cache: Path) -> Iterator[Index]:
    opened = indexing.open_index(built_cache / INDEX_NAME)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("model_id", "base", "harmony", "word"),
    [
        # an apache-2.0 relabelled Llama finetune
        ("NousResearch/Hermes-2-Theta-Llama-3-8B", "NousResearch/Meta-Llama-3-8B", "conflict", "a limit of users"),
        ("Lyte/Llama-3.1-8B-Instruct-Reasoner-1o1_v0.3", "meta-llama/Meta-Llama-3.1-8B", "conflict", "a name to show"),
        # two steps back, and a quantization of the relabelled one
        (
            "isaiahbjork/orpheus-3b-0.1-ft-Q4_K_M-GGUF",
            "meta-llama/Llama-3.2-3B-Instruct",
            "conflict",
            "a limit of users",
        ),
        # an MIT adapter, and an OpenRAIL finetune, of a model that excludes commercial use
        ("ali-vilab/In-Context-LoRA", "black-forest-labs/FLUX.1-dev", "conflict", "excludes commercial use"),
        ("enhanceaiteam/Flux-Uncensored-V2", "black-forest-labs/FLUX.1-dev", "conflict", "excludes commercial use"),
        # an MIT embedding model made from Gemma
        ("microsoft/harrier-oss-v1-270m", "google/gemma-3-270m", "conflict", "must be passed on"),
        ("NousResearch/Hermes-3-Llama-3.1-8B", "meta-llama/Meta-Llama-3.1-8B", "looser", "binds as well"),
        ("DeepMount00/Llama-3.1-8b-ITA", "meta-llama/Meta-Llama-3.1-8B", "missing", "binds all the same"),
        ("intfloat/e5-mistral-7b-instruct", "mistralai/Mistral-7B-v0.1", "fine", "keep its notices"),
        ("Qwen/Qwen3-8B", "Qwen/Qwen3-8B-Base", "same", "same license"),
        ("city96/FLUX.1-dev-gguf", "black-forest-labs/FLUX.1-dev", "unclear", "not read"),
    ],
)
def test_a_model_of_the_catalog_is_held_against_its_base(
    index: Index, model_id: str, base: str, harmony: str, word: str
) -> None:
    model = index.get(model_id)
    assert model is not None
    found = {one.id.casefold(): one for one in ancestors_of(model, index.get)}[base.casefold()]
    assert found.harmony == harmony
    assert word in found.why


@pytest.mark.parametrize(
    ("copy_id", "base_id"),
    [
        ("RedHatAI/Qwen2.5-3B-FP8-dynamic", "Qwen/Qwen2.5-3B"),
        ("TheBloke/SOLAR-10.7B-Instruct-v1.0-AWQ", "upstage/SOLAR-10.7B-Instruct-v1.0"),
    ],
)
def test_a_permissive_quantization_of_a_model_of_the_catalog_that_excludes_commerce(
    index: Index, copy_id: str, base_id: str
) -> None:
    """The bundled rows state both licenses but not the base, which the copy's name and its card on the Hub do."""
    copied = index.get(copy_id)
    assert copied is not None
    assert copied.license == "apache-2.0"
    (found, *_) = ancestors_of(replace(copied, base_models=(base_id,)), index.get)
    assert (found.harmony, found.relation) == ("conflict", "quantized")
    assert "excludes commercial use" in found.why


def test_a_real_mit_copy_of_a_model_that_excludes_commerce_is_not_allowed(index: Index) -> None:
    """The metadata of a real card: an MIT adapter, trained in 4 bit, of NLLB-200, which is under CC BY-NC 4.0.

    No MIT quantization that names such a base was found in the bundle or in cards kept elsewhere; the bundle's own MIT
    example is ali-vilab/In-Context-LoRA, an adapter of FLUX.1 [dev].
    """
    card = {"license": "mit", "base_model": "facebook/nllb-200-distilled-600M", "library_name": "peft"}
    raw = {"id": "mclanorjeff/NLLB-Twi-Human-Aligned", "cardData": card, "library_name": "peft"}
    model = row_of(raw, as_of="2026-11-24")
    assert model is not None
    (found, *_) = ancestors_of(model, index.get)
    assert (found.harmony, found.relation, found.license) == ("conflict", "adapter", "cc-by-nc-4.0")
    for copied, license_id in ((model, "cc-by-nc-4.0"), (index.get("ali-vilab/In-Context-LoRA"), FLUX)):
        assert copied is not None
        assert copied.license == "mit"
        permission = lens_of(ModelDetails(copied), Purpose("us"), index.get).permission
        assert (permission.answer, permission.reasons[0].license) == ("no", license_id)
        assert answer_of(copied, Purpose("us"), index.get) == "no"


def test_a_converted_copy_that_names_no_original_is_told_apart_from_a_model_of_its_own(index: Index) -> None:
    copied, own = index.get("TheBloke/SOLAR-10.7B-Instruct-v1.0-AWQ"), index.get("Qwen/Qwen3-8B-Base")
    assert copied is not None
    assert own is not None
    assert lens_of(ModelDetails(copied), Purpose("us"), index.get).lacks_original
    assert not lens_of(ModelDetails(own), Purpose("us"), index.get).lacks_original


def _family(*models: Model) -> dict[str, Model]:
    return {model.id: model for model in models}


def test_an_mit_quantization_of_a_model_that_excludes_commerce_is_a_conflict_with_its_clause() -> None:
    base = Model("lab/m", license="cc-by-nc-4.0")
    copy = Model("fast/m-GGUF", license="mit", quantization="GGUF", base_models=("lab/m",))
    (found,) = ancestors_of(copy, _family(base).get)
    assert (found.harmony, found.relation, found.clause) == ("conflict", "quantized", "s. 1, s. 2(a)(1)")


def test_terms_reach_through_a_repository_that_relabelled_them() -> None:
    known = _family(
        Model("a/first", license="gemma"),
        Model("b/second", license="apache-2.0", base_models=("a/first",)),
        Model("c/third", license="apache-2.0", base_models=("b/second",)),
    )
    found = ancestors_of(known["c/third"], known.get)
    assert [(one.id, one.steps, one.harmony) for one in found] == [("b/second", 1, "same"), ("a/first", 2, "conflict")]
    assert worst_of(found) == "conflict"


def test_a_family_that_runs_in_a_circle_ends() -> None:
    known = _family(
        Model("a/x", license="mit", base_models=("b/y",)), Model("b/y", license="mit", base_models=("a/x", "b/y"))
    )
    assert [one.id for one in ancestors_of(known["a/x"], known.get)] == ["b/y"]


def test_a_family_without_end_and_hostile_names_are_cut_off() -> None:
    many = Model("a/x", base_models=tuple(f"b/m{number}" for number in range(200)))
    assert len(ancestors_of(many, lambda _: None)) == MOST_ANCESTORS
    assert ancestors_of(Model("a/x", base_models=("../etc", "$(rm)", "")), lambda _: None) == ()


@pytest.mark.parametrize(
    ("own", "base", "harmony"),
    [
        ("mit", "cc-by-sa-4.0", "conflict"),
        ("cc-by-sa-3.0", "cc-by-sa-4.0", "looser"),
        ("mit", "gpl-3.0", "conflict"),
        ("mit", "mpl-2.0", "looser"),
        ("apache-2.0", "cc-by-nd-4.0", "conflict"),
        ("llama3.1", "apache-2.0", "fine"),
        ("gemma", "llama3.1", "looser"),
        ("cc-by-nc-4.0", "llama3.1", "looser"),
        ("other", "llama3.1", "unclear"),
        ("mit", "other", "unclear"),
        ("other", "other", "unclear"),
        ("mit", "unknown", "unclear"),
        (None, "mit", "missing"),
        ("llama3.1,mit", "llama3.1", "same"),
    ],
)
def test_one_license_against_another(own: str | None, base: str, harmony: str) -> None:
    known = _family(Model("a/base", license=base))
    (found,) = ancestors_of(Model("b/copy", license=own, base_models=("a/base",)), known.get)
    assert found.harmony == harmony


def test_what_a_base_asks_is_asked_of_a_copy_that_dropped_it() -> None:
    known = _family(Model("lab/m", license="gemma"), Model("lab/nc", license="cc-by-nc-4.0"))
    copy = ModelDetails(Model("fast/m", license="apache-2.0", base_models=("lab/m",)))
    found = lens_of(copy, Purpose("us"), known.get).permission
    assert found.answer == "conditions"
    assert (found.reasons[0].license, found.reasons[0].clause) == ("gemma", "§3.2")
    assert found.reasons[0].text.startswith("Made from lab/m: ")
    assert lens_of(copy, Purpose("us"), {}.get).permission.answer == "yes"
    sold = ModelDetails(Model("fast/nc-GGUF", license="mit", quantization="GGUF", base_models=("lab/nc",)))
    barred = lens_of(sold, Purpose("us"), known.get).permission
    assert (barred.answer, barred.reasons[0].license) == ("no", "cc-by-nc-4.0")
    assert "Commercial use is not licensed" in barred.reasons[0].text


def test_a_base_that_nobody_saw_is_not_called_fine() -> None:
    (found,) = ancestors_of(Model("b/copy", license="mit", base_models=("a/base",)), lambda _: None)
    assert (found.harmony, found.license) == ("unseen", None)
