"""Stories: a model's memory from every side."""

from __future__ import annotations

from dataclasses import replace

from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile
from modelscope_tui.fit.config import with_layers_of
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.machine import Machine
from modelscope_tui.fit.outlook import USUAL_MIXES, Wish, outlook
from tests.fit.builders import LLAMA_8B, PUBLISHED, QWEN3_8B, details, gguf

CARD = parse_machine("RTX 4090")


def test_a_model_without_known_files_is_offered_in_the_usual_mixes_beside_its_own_form() -> None:
    seen = outlook(details(QWEN3_8B, params=8190735360), CARD, Wish())
    assert {way.quantization for way in seen.ways} == {*USUAL_MIXES, "BF16"}
    sizes = [way.weights_bytes or 0 for way in seen.ways]
    assert sizes == sorted(sizes)


def test_files_of_another_repository_are_believed_before_any_estimate() -> None:
    other = ModelDetails(Model("b/model-GGUF"), files=(gguf("m-Q4_K_M.gguf", 5_000_000_000),), as_of="2026-11-20")
    seen = outlook(details(QWEN3_8B, params=8190735360), CARD, Wish("q4_k_m"), [other])
    assert seen.chosen.weights_bytes == 5_000_000_000
    assert "b/model-GGUF" in seen.chosen.basis[0]
    assert [way.quantization for way in seen.ways] == ["Q4_K_M"]


def test_the_projector_of_another_repository_is_loaded_too_and_counted_once() -> None:
    eyes = (ModelFile("mmproj-F16.gguf", 700, "mmproj"), ModelFile("mmproj-F32.gguf", 1400, "mmproj"))
    files = (gguf("m-Q4_K_M.gguf", 5_000), *eyes)
    other = ModelDetails(Model("b/model-GGUF"), files=files)
    there = outlook(details(QWEN3_8B, params=8190735360), CARD, Wish("Q4_K_M"), [other]).chosen
    here = outlook(replace(details(QWEN3_8B, params=8190735360), files=files), CARD, Wish("Q4_K_M")).chosen
    assert there.weights_bytes == here.weights_bytes == 5_700
    assert all("700 B of them the vision projector" in found.basis[0] for found in (there, here))


def test_the_curve_ends_at_the_models_own_context_and_never_falls() -> None:
    seen = outlook(details(LLAMA_8B), CARD, Wish("Q4_K_M"))
    lengths, totals = zip(*seen.curve, strict=True)
    assert (lengths[0], lengths[-1]) == (2048, 131072)
    assert list(totals) == sorted(totals)


def test_what_hardware_would_do_is_the_smallest_of_each_kind_and_several_where_one_is_too_small() -> None:
    params, said = PUBLISHED["DeepSeek V3"]
    small = outlook(details(LLAMA_8B), CARD, Wish("Q4_K_M"))
    assert all(found.fits == "yes" for _, found in small.hardware)
    assert not any("×" in name for name, _ in small.hardware)
    large = outlook(details(said, params=params), CARD, Wish("Q4_K_M"))
    assert large.chosen.fits == "no"
    assert any("×" in name for name, _ in large.hardware)


def test_a_gguf_repository_borrows_the_layers_of_its_base_and_not_its_types() -> None:
    base = details({**LLAMA_8B, "torch_dtype": "bfloat16", "quantization_config": {"quant_method": "fp8"}})
    files = (gguf("m-Q4_K_M.gguf", 4_920_000_000),)
    bare = ModelDetails(Model("b/m-GGUF", params=8030261248, quantization="GGUF"), files=files)
    lent = with_layers_of(bare, base)
    assert lent.config == LLAMA_8B
    assert outlook(lent, CARD, Wish()).chosen.quantization == "Q4_K_M"
    adapter = ModelDetails(Model("b/lora"), files=(ModelFile("adapter_model.safetensors", 9, "weights"),))
    assert with_layers_of(adapter, base).config is None


def test_nothing_known_is_nothing_shown() -> None:
    seen = outlook(ModelDetails(Model("a/b")), Machine("?", source="unknown"), Wish())
    assert (seen.chosen.fits, seen.ways, seen.curve, seen.hardware) == ("unknown", (), (), ())
