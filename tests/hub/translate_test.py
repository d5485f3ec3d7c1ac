"""Hub JSON becomes records: recorded answers, and shapes that no answer should have."""

from __future__ import annotations

from typing import Any

import pytest

from modelscope_tui.catalog.model import Model
from modelscope_tui.errors import HubNonsense
from modelscope_tui.hub.config_facts import config_facts
from modelscope_tui.hub.files import kind_of
from modelscope_tui.hub.translate import details_of, pruned, row_of, rows_of
from tests.hub_server import recorded

NOW = "2026-11-01T12:00:00Z"


def _row(**fields: Any) -> Model:
    row = row_of({"id": "a/b", **fields}, as_of=NOW)
    assert row is not None
    return row


def test_a_recorded_page_becomes_a_record() -> None:
    details = details_of(
        recorded("model_info_bert_base_uncased"), recorded("resolve_config_bert_base_uncased"), as_of=NOW
    )
    model = details.model
    assert (model.id, model.task, model.library) == ("google-bert/bert-base-uncased", "fill-mask", "transformers")
    assert (model.license, model.languages, model.gated) == ("apache-2.0", ("en",), "no")
    assert (model.params, model.context, model.layers, model.heads, model.vocab) == (110106428, 512, 12, 12, 30522)
    assert (model.created, model.updated) == ("2022-03-02", "2024-02-19T11:06:12.000Z")
    assert model.provenance["params"].source == "hub"
    assert details.used_storage_bytes == 13397387509
    assert details.files is not None
    assert {item.path for item in details.files if item.kind == "pickle"} == {"pytorch_model.bin"}
    assert details.files[0].size_bytes is None, "this page was asked for without sizes"


def test_a_recorded_gguf_repository_knows_its_context_and_parameters() -> None:
    details = details_of(recorded("model_info_gguf_gemma3_12b"), None, as_of=NOW)
    assert (details.model.params, details.model.context, details.model.quantization) == (11765788416, 131072, "GGUF")
    assert details.model.base_models == ("google/gemma-3-12b-it",)
    assert details.gguf == {
        "architecture": "gemma3",
        "context_length": 131072,
        "total": 11765788416,
        "totalFileSize": 23539658496,
    }
    assert details.files is not None
    assert [item.path for item in details.files if item.kind == "mmproj"] == ["mmproj-model-f16.gguf"]


def test_recorded_lists_become_rows() -> None:
    for name in (
        "list_models_default_trending",
        "list_models_expand_rows",
        "list_models_full_row",
        "list_models_search_row",
    ):
        body = recorded(name)
        assert [row.id for row in rows_of(body, as_of=NOW)] == [item["id"] for item in body]
    assert rows_of(recorded("list_search_no_match"), as_of=NOW) == ()
    assert rows_of({"error": "x"}, as_of=NOW) == ()


def test_elements_that_hold_several_weights_are_not_counted_as_parameters() -> None:
    deepseek = recorded("list_models_author_expand_safetensors")
    assert [row.params for row in rows_of(deepseek, as_of=NOW)] == [None, None]
    awq = row_of(recorded("synthetic_info_awq"), as_of=NOW)
    assert awq is not None
    assert (awq.params, awq.quantization) == (None, "AWQ-4bit")
    assert _row(safetensors={"parameters": {"F8_E4M3": 900, "BF16": 100, "I64": 1}, "total": 1001}).params == 1001


def test_a_mixture_of_experts_is_known_by_its_experts() -> None:
    row = row_of(recorded("model_info_expand_qwen3_235b"), as_of=NOW)
    assert row is not None
    assert (row.is_moe, row.num_experts, row.num_experts_per_token) == (True, 128, 8)
    assert row.params == 235093634560
    assert row.is_moe
    assert config_facts({"model_type": "qwen3", "hidden_size": 8}).get("is_moe") is None


@pytest.mark.parametrize(
    ("said", "gate"),
    [
        (False, "no"),
        ("auto", "auto"),
        ("manual", "manual"),
        (True, "yes"),
        ("maybe", None),
        (0, None),
        (None, None),
        ([], None),
    ],
)
def test_the_gate_is_one_of_our_words_or_unknown(said: Any, gate: str | None) -> None:
    assert _row(gated=said).gated == gate


def test_the_license_is_the_cards_else_the_tags() -> None:
    assert _row(tags=["license:mit"]).license == "mit"
    assert _row(tags=["license:mit"], cardData={"license": "gemma"}).license == "gemma"
    assert _row(cardData={"license": ["apache-2.0", "mit"]}).license == "apache-2.0,mit"
    link = "https://mistral.ai/licenses/MNPL-0.1.md"
    named = _row(cardData={"license": "other", "license_name": "mnpl", "license_link": link})
    assert named.license_said == ("other", "mnpl", link)
    assert named.provenance["license_link"].source == "hub"
    assert _row(cardData={"license": "other", "license_link": ["LICENSE"]}).license_link is None
    assert _row(cardData={"license": "other", "license_link": "x" * 501}).license_link is None


def test_base_models_come_from_card_and_tags_once_each() -> None:
    row = _row(
        tags=[
            "base_model:o/base",
            "base_model:quantized:o/base",
            "base_model:adapter:o/two",
            "base_model:finetune:no id",
        ],
        cardData={"base_model": "o/three"},
    )
    assert row.base_models == ("o/three", "o/base", "o/two")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"config": {"quantization_config": {"quant_method": "gptq", "bits": 4}}}, "GPTQ-Int4"),
        ({"config": {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}}, "BNB-4bit"),
        ({"config": {"quantization_config": {"quant_method": "fp8"}}}, "FP8"),
        ({"config": {"text_config": {"quantization_config": {"quant_method": "mxfp4"}}}}, "MXFP4"),
        ({"library_name": "mlx", "tags": ["4-bit"]}, "MLX"),
        ({"tags": ["gguf"]}, "GGUF"),
        ({"tags": ["gguf", "safetensors"]}, None),
        ({"tags": ["awq"]}, "AWQ"),
        ({"tags": ["safetensors"]}, None),
        ({"config": {"quantization_config": {"quant_method": 7}}}, None),
    ],
)
def test_the_stored_format_is_named_as_the_catalog_does(fields: dict[str, Any], name: str | None) -> None:
    assert _row(**fields).quantization == name


def test_a_model_with_eyes_keeps_its_numbers_in_the_language_part() -> None:
    vision = {
        "model_type": "llava",
        "text_config": {"num_hidden_layers": 32, "max_position_embeddings": 4096},
        "vision_config": {"num_hidden_layers": 24},
    }
    assert config_facts(vision) == {"layers": 32, "context": 4096, "model_type": "llava"}
    omni = {"thinker_config": {"text_config": {"hidden_size": 2048}}}
    assert config_facts(omni)["hidden_size"] == 2048
    assert config_facts({"n_layer": 70, "n_head": 112, "n_embed": 1, "hidden_size": 14336})["layers"] == 70
    assert config_facts({"multi_query": True, "num_attention_heads": 71})["kv_heads"] == 1
    assert config_facts({"num_hidden_layers": "many", "vocab_size": True, "head_dim": -1, "hidden_size": 4.5}) == {}


def test_results_of_both_kinds_are_read() -> None:
    index = [
        {
            "name": "m",
            "results": [
                {
                    "task": {"type": "text-generation"},
                    "dataset": {"name": "MMLU"},
                    "metrics": [{"type": "acc", "value": 0.7}, {"type": "acc", "value": None}, {"value": True}],
                },
                7,
            ],
        },
        None,
    ]
    entries = [
        {"data": {"dataset": {"id": "cais/hle", "task_id": "default"}, "value": 20.9, "source": {"url": "https://x"}}},
        {"error": "unreadable", "filename": "x"},
        {"dataset": 3, "value": {}},
    ]
    details = details_of({"id": "a/b", "model-index": index, "evalResults": entries}, None, as_of=NOW)
    assert [(one["dataset"], one["metric"], one["value"], one["source"]) for one in details.evals] == [
        ("cais/hle", None, 20.9, "https://x"),
        ("MMLU", "acc", 0.7, None),
    ]


def test_the_scan_of_the_hub_is_kept_in_its_own_words() -> None:
    status = {"scansDone": True, "filesWithIssues": [{"path": "a.pkl", "level": "unsafe"}, {"path": 3}, None]}
    details = details_of({"id": "a/b", "securityRepoStatus": status}, None, as_of=NOW)
    assert details.scan == {"scansDone": True, "filesWithIssues": [{"path": "a.pkl", "level": "unsafe"}]}
    assert details_of({"id": "a/b"}, None, as_of=NOW).scan is None


def test_what_names_no_model_is_no_answer() -> None:
    for junk in (None, [], "x", {}, {"id": 1}, {"id": "../x"}, {"id": "a/" + "b" * 200}):
        assert row_of(junk, as_of=NOW) is None
        with pytest.raises(HubNonsense):
            details_of(junk, None, as_of=NOW)


def test_a_row_of_another_model_fills_nothing() -> None:
    row = Model(id="x/y", description="of another")
    assert details_of({"id": "a/b"}, None, as_of=NOW, row=row).model.description is None


def test_a_configuration_that_is_none_is_unknown() -> None:
    assert details_of({"id": "a/b"}, [1], as_of=NOW).config is None
    assert details_of({"id": "a/b"}, {}, as_of=NOW).config == {}


def test_only_what_is_read_is_kept() -> None:
    kept = pruned({"id": "a/b", "spaces": ["x"] * 9, "widgetData": [], "gguf": {"total": 1, "chat_template": "long"}})
    assert kept == {"id": "a/b", "gguf": {"total": 1}}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("model-00001-of-00002.safetensors", "weights"),
        ("sub/Model-Q4_K_M.GGUF", "gguf"),
        ("mmproj-F16.gguf", "mmproj"),
        ("pytorch_model.bin", "pickle"),
        ("x.pkl", "pickle"),
        ("config.json", "config"),
        ("tokenizer.json", "tokenizer"),
        ("README.md", "card"),
        ("docs/README.md", "card"),
        ("modeling_x.py", "code"),
        ("a.PNG", "image"),
        ("LICENSE", "other"),
        ("coreml/x.mlpackage/Data/weights/weight.bin", "weights"),
    ],
)
def test_a_file_is_known_by_its_name(path: str, kind: str) -> None:
    assert kind_of(path) == kind
