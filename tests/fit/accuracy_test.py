"""Stories: the measuring stick itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.accuracy import computed, percentile, summary, unread

_LLAMA = {"name": "any", "params": 8030261248, "layers": 32, "heads": 32, "kv_heads": 8, "head_dim": 128,
"hidden": 4096,
          "inter": 14336, "vocab": 128256}  # fmt: skip


def case(kind: str, setup: dict[str, Any], value: float) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "model": _LLAMA, "setup": setup, "measured": {"value": value, "unit": ""}}


CASES = [
    case("gguf_size", {"quant": "Q4_K_M"}, 4.920739168),
    case("gguf_size", {"quant": "never heard of"}, 1),
    case("llama_kv", {"n_ctx": 16384, "k": "f16", "v": "f16"}, 2048),
    case("vllm_weights", {"tp": 2}, 7.51),
    case("vllm_concurrency", {"kv_gib": 58.11, "max_model_len": 8192}, 58.11),
    case("llama_compute", {"n_ctx": 512, "fa": False, "n_ubatch": 512}, 258.5),
]


def test_cases_are_computed_by_the_product_and_summed_up_by_kind() -> None:
    assert computed(CASES[2]) == 2048
    kinds = summary(CASES)
    assert kinds["gguf_size"]["count"] == 2
    assert kinds["gguf_size"]["worst"] == 100  # what the product does not know is wholly wrong
    assert kinds["llama_kv"]["worst"] == 0
    assert kinds["vllm_concurrency"]["worst"] < 0.3


def test_what_a_case_says_of_the_weights_and_the_picture_counts() -> None:
    plain, packed = (computed(case("vllm_weights", {"bytes_per_param": each}, 1)) for each in (2.0, 0.5625))
    assert 0.28 * plain < packed < 0.5 * plain  # embeddings and head stay at 16 bit
    asked = case("vllm_activation", {"version": 19, "seqs": 256, "mnbt": 2048}, 1)
    seeing = {**asked, "model": {**_LLAMA, "vision_gib": 0.75}}
    assert abs(computed(seeing) - computed(asked) - 0.75) < 1e-6


def test_a_key_that_nothing_goes_by_is_named() -> None:
    assert unread(CASES) == []
    assert unread([case("llama_kv", {"n_ctx": 512, "colour": "red"}, 1)]) == ["colour"]


def test_percentiles_are_the_lower_ones() -> None:
    assert percentile([1, 2, 3, 4, 5, 6], 0.9) == 5
    assert percentile([7], 0.9) == 7


def test_the_command_prints_one_json_document(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": CASES}), encoding="utf-8")
    argv = [sys.executable, "-m", "tests.accuracy", str(path), "--json"]
    root = Path(__file__).parents[2]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=root)
    assert set(json.loads(ran.stdout)["kinds"]["llama_kv"]) == {"count", "median", "p90", "worst"}
