"""How far the product's own arithmetic is from measured facts: `python -m tests.accuracy CASES.json [--json]`.

One thin adapter: a case's `model` becomes the details that the Hub would give, its `setup` becomes arguments. Nothing
here knows a model by name, and no formula lives here.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.fit.config import shape_of
from modelscope_tui.fit.formats import CACHE_BYTES
from modelscope_tui.fit.kv_cache import llama_compute_bytes, llama_kv_bytes, recurrent_bytes
from modelscope_tui.fit.machine import GIB, MIB, Gpu
from modelscope_tui.fit.serving import Serving
from modelscope_tui.fit.shape import Shape
from modelscope_tui.fit.speed import decode
from modelscope_tui.fit.vllm_blocks import concurrency, pool_tokens
from modelscope_tui.fit.vllm_pool import activation_bytes, pool_bytes, runtime_bytes, weights_bytes_per_gpu
from modelscope_tui.fit.weights import safetensors_bytes, stored_bytes, weights_of

Setup = Mapping[str, Any]


def details_of(model: Mapping[str, Any]) -> ModelDetails:
    """Say a case's model as the Hub would: a row and a `config.json`."""
    config: dict[str, Any] = {
        "num_hidden_layers": model["layers"],
        "num_attention_heads": model["heads"],
        "num_key_value_heads": model["kv_heads"],
        "head_dim": model.get("head_dim"),
        "hidden_size": model["hidden"],
        "intermediate_size": model.get("inter"),
        "vocab_size": model["vocab"],
        "tie_word_embeddings": model.get("tied", False),
        "num_global_key_value_heads": model.get("full_kv_heads"),
        "global_head_dim": model.get("full_head_dim"),
        **_experts(model),
        **_kinds(model),
        **_latent(model.get("mla")),
    }
    row = Model("case/model", params=model["params"], active_params=_whole(model.get("active_params")))
    return ModelDetails(row, config={key: value for key, value in config.items() if value is not None})


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _experts(model: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "num_experts": model.get("experts"),
        "num_experts_per_tok": model.get("topk"),
        "moe_intermediate_size": model.get("moe_inter"),
        "shared_expert_intermediate_size": model.get("shared_inter"),
        "first_k_dense_replace": 1 if "experts" in model and "inter" in model else None,
    }


def _kinds(model: Mapping[str, Any]) -> dict[str, Any]:
    layers, windows, linear = model["layers"], model.get("swa"), model.get("linear")
    attention = model.get("attn_layers", layers)
    if attention < layers and not linear:  # other layers keep a state whose size the case does not tell
        return {"layer_types": ["full_attention"] * attention + ["mamba"] * (layers - attention)}
    if linear:
        return {
            "layer_types": ["full_attention"] * attention + ["linear_attention"] * (layers - attention),
            "linear_num_key_heads": linear["k_heads"],
            "linear_num_value_heads": linear["v_heads"],
            "linear_key_head_dim": linear["head"],
            "linear_value_head_dim": linear["head"],
        }
    if windows:
        count = windows["layers"]
        kinds = ["sliding_attention"] * count + ["full_attention"] * (layers - count)
        return {"layer_types": kinds, "sliding_window": windows["window"]}
    return {}


def _latent(mla: Mapping[str, Any] | None) -> dict[str, Any]:
    if mla is None:
        return {}
    return {
        "kv_lora_rank": mla["kv_lora"],
        "qk_rope_head_dim": mla["rope"],
        "qk_nope_head_dim": mla["k_head"] - mla["rope"],
        "v_head_dim": mla["v_head"],
    }


def serving_of(setup: Setup) -> Serving:
    """Say a case's setup as a vLLM server's."""
    given = {
        "max_sequences": setup.get("seqs"),
        "batch_tokens": setup.get("mnbt"),
        "tensor_parallel": setup.get("tp"),
        "pipeline_parallel": setup.get("pp"),
        "version": setup.get("version"),
        "state_blocks": setup.get("mamba_blocks"),
        "draft_tokens": setup.get("n_spec", setup.get("spec")),
        "has_graphs": False if setup.get("enforce_eager") else None,
        "encoder_bytes": round(setup["vision_gib"] * GIB) if setup.get("vision_gib") else None,
    }
    return Serving(**{key: value for key, value in given.items() if value is not None})


def _weights_bytes(details: ModelDetails, shape: Shape, setup: Setup) -> int:
    if "ckpt_gib" in setup:
        return runtime_bytes(shape, round(setup["ckpt_gib"] * GIB))
    each = setup.get("bytes_per_param", 2.0)
    dtype = {4.0: "F32", 2.0: "BF16", 1.0: "FP8"}.get(each)
    weights = weights_of(details, shape, dtype) if dtype else None
    size = stored_bytes(shape, shape.params or 0, each * 8, "") if weights is None else weights.size_bytes
    return runtime_bytes(shape, size)


def _gguf_size(details: ModelDetails, shape: Shape, setup: Setup) -> float:
    weights = weights_of(details, shape, setup["quant"])
    return 0.0 if weights is None else weights.size_bytes / 1e9


def _safetensors(_details: ModelDetails, shape: Shape, setup: Setup) -> float:
    packed = setup.get("packed")
    return safetensors_bytes(setup.get("dtypes") or {}, str(packed) if packed else None, shape) / 1e9


def _vllm_weights(details: ModelDetails, shape: Shape, setup: Setup) -> float:
    return weights_bytes_per_gpu(shape, _weights_bytes(details, shape, setup), serving_of(setup)) / GIB


def _available_kv(details: ModelDetails, shape: Shape, setup: Setup) -> float:
    serving = serving_of(setup)
    weights = weights_bytes_per_gpu(shape, _weights_bytes(details, shape, setup), serving)
    return pool_bytes(round(setup["total_gib"] * GIB), setup["util"], weights, shape, serving) / GIB


def _kv_tokens(_details: ModelDetails, shape: Shape, setup: Setup) -> float:
    return pool_tokens(shape, round(setup["kv_gib"] * GIB), setup.get("kv_bytes", 2), serving_of(setup))


def _concurrency(_details: ModelDetails, shape: Shape, setup: Setup) -> float:
    pool, length = round(setup["kv_gib"] * GIB), setup["max_model_len"]
    return concurrency(shape, pool, length, setup.get("kv_bytes", 2), serving_of(setup))


def _llama_kv(_details: ModelDetails, shape: Shape, setup: Setup) -> float:
    size = llama_kv_bytes(
        shape,
        setup["n_ctx"],
        k_bytes=CACHE_BYTES[setup.get("k", "f16")],
        v_bytes=CACHE_BYTES[setup.get("v", "f16")],
        sequences=setup.get("n_seq", 1),
        batch=setup.get("n_ubatch", 512),
        is_unified=setup.get("unified", True),
    )
    return size / MIB


def _llama_compute(_details: ModelDetails, shape: Shape, setup: Setup) -> float:
    flash = setup.get("fa", True)
    batch = setup.get("n_ubatch", 512)
    return llama_compute_bytes(shape, setup["n_ctx"], batch=batch, has_flash_attention=flash) / MIB


def _decode_tps(_details: ModelDetails, shape: Shape, setup: Setup) -> float:
    gpu = Gpu(setup["hardware"], memory_bytes=0, bandwidth_bytes_per_second=setup["bandwidth_gbs"] * 1e9)
    found = decode(shape, setup["active_gb"] * 1e9, [gpu] * setup.get("n_gpu", 1))
    return 0.0 if found is None else found.middle


KINDS: Mapping[str, Callable[[ModelDetails, Shape, Setup], float]] = {
    "gguf_size": _gguf_size,
    "safetensors_bytes": _safetensors,
    "vllm_weights": _vllm_weights,
    "vllm_activation": lambda _, shape, setup: activation_bytes(shape, serving_of(setup)) / GIB,
    "vllm_available_kv": _available_kv,
    "vllm_kv_tokens": _kv_tokens,
    "vllm_concurrency": _concurrency,
    "llama_kv": _llama_kv,
    "llama_rs": lambda _, shape, setup: recurrent_bytes(shape, setup.get("n_seq", 1)) / MIB,
    "llama_compute": _llama_compute,
    "decode_tps": _decode_tps,
}


def computed(case: Mapping[str, Any]) -> float:
    """Compute a case in its own unit."""
    details = details_of(case["model"])
    shape, _missing = shape_of(details)
    if shape is None:
        return 0.0  # the product says unknown: counted as wholly wrong
    setup = {"vision_gib": case["model"].get("vision_gib"), **case["setup"]}
    return KINDS[case["kind"]](details, shape, setup)


_READ = (
    "quant dtypes packed ckpt_gib bytes_per_param tp pp version seqs mnbt total_gib util kv_gib kv_bytes max_model_len "
    "mamba_blocks n_spec spec enforce_eager vision_gib n_ctx n_seq n_ubatch unified k v fa hardware bandwidth_gbs "
    "active_gb n_gpu params active_params layers heads kv_heads head_dim hidden inter vocab tied swa experts topk "
    "moe_inter shared_inter mla attn_layers linear full_kv_heads full_head_dim"
)
"""The keys of a case that the arithmetic goes by."""

_BESIDE = "name backend no_shapes llmfit_nolayers llmfit_bpp llmfit_quant llmfit_head_dim hfmem_head_dim naive_bytes"
"""Keys that name a case or serve other tools' formulas."""


def unread(cases: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name the keys of cases that nothing here goes by, so that none is passed over in silence."""
    keys = {key for case in cases for part in ("model", "setup") for key in case[part]}
    return sorted(keys - {*_READ.split(), *_BESIDE.split()})


def percentile(values: list[float], share: float) -> float:
    """The lower percentile of sorted values: the one below or at the share of the way to the worst."""
    return values[int(share * (len(values) - 1))]


def summary(cases: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Sum up |relative error| in per cent, kind by kind."""
    errors: dict[str, list[float]] = {}
    for case in cases:
        measured = case["measured"]["value"]
        errors.setdefault(case["kind"], []).append(abs(computed(case) - measured) / measured * 100)
    return {
        kind: {
            "count": len(found),
            "median": round(statistics.median(found), 3),
            "p90": round(percentile(sorted(found), 0.9), 3),
            "worst": round(max(found), 3),
        }
        for kind, found in errors.items()
    }


def main() -> None:
    """Print the table, or one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--each", metavar="KIND", help="print every case of one kind")
    given = parser.parse_args()
    cases = json.loads(given.cases.read_text(encoding="utf-8"))["cases"]
    if given.each:
        for case in (case for case in cases if case["kind"] == given.each):
            value, measured = computed(case), case["measured"]["value"]
            print(
                f"{(value / measured - 1) * 100:+8.2f} %  {value:12.3f} {measured:12.3f}  {case['id']} {case['setup']}"
            )
        return
    if unread(cases):
        print(f"not gone by: {', '.join(unread(cases))}", file=sys.stderr)
    kinds = summary(cases)
    if given.json:
        print(json.dumps({"kinds": kinds}))
        return
    for kind, row in kinds.items():
        print(
            f"{kind:20} n={row['count']:4} median {row['median']:8} %  p90 {row['p90']:8} %  worst {row['worst']:8} %"
        )


if __name__ == "__main__":
    main()
