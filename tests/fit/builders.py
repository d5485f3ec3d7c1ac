"""Models and machines for the stories: real configurations, said as the Hub says them."""

from __future__ import annotations

from typing import Any

from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile


def config(
    hidden: int, layers: int, heads: tuple[int, int], vocab: int, inner: int | None = None, **more: Any
) -> dict[str, Any]:
    """A `config.json` in the names that most families use."""
    said: dict[str, Any] = {
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads[0],
        "num_key_value_heads": heads[1],
        "vocab_size": vocab,
        "tie_word_embeddings": False,
    }
    if inner is not None:
        said["intermediate_size"] = inner
    return {**said, **more}


LLAMA_8B = config(4096, 32, (32, 8), 128256, 14336, model_type="llama", max_position_embeddings=131072)
QWEN3_8B = config(4096, 36, (32, 8), 151936, 12288, head_dim=128, model_type="qwen3", max_position_embeddings=40960)
MIXTRAL = config(4096, 32, (32, 8), 32000, 14336, num_local_experts=8, num_experts_per_tok=2, model_type="mixtral")
QWEN3_30B = config(
    2048, 48, (32, 4), 151936, 6144, head_dim=128, moe_intermediate_size=768, num_experts=128, num_experts_per_tok=8,
    decoder_sparse_step=1, mlp_only_layers=[], model_type="qwen3_moe", max_position_embeddings=40960,
)  # fmt: skip
DEEPSEEK_V3 = config(
    7168, 61, (128, 128), 129280, 18432, q_lora_rank=1536, kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64,
    v_head_dim=128, moe_intermediate_size=2048, n_routed_experts=256, n_shared_experts=1, num_experts_per_tok=8,
    first_k_dense_replace=3, model_type="deepseek_v3",
)  # fmt: skip
GEMMA3_12B = {
    "model_type": "gemma3",
    "text_config": config(
        3840, 48, (16, 8), 262208, 15360, head_dim=256, sliding_window=1024, model_type="gemma3_text",
        max_position_embeddings=131072, tie_word_embeddings=True,
    ),
}  # fmt: skip
GPT_OSS_20B = config(
    2880, 24, (64, 8), 201088, 2880, head_dim=64, num_local_experts=32, num_experts_per_tok=4, sliding_window=128,
    layer_types=["sliding_attention", "full_attention"] * 12, model_type="gpt_oss",
    quantization_config={"quant_method": "mxfp4"},
)  # fmt: skip
QWEN35_35B = {
    "model_type": "qwen3_5_moe",
    "text_config": config(
        2048, 40, (16, 2), 248320, head_dim=256, moe_intermediate_size=512, num_experts=256, num_experts_per_tok=8,
        shared_expert_intermediate_size=512, full_attention_interval=4, linear_num_key_heads=16,
        linear_num_value_heads=32, linear_key_head_dim=128, linear_value_head_dim=128, linear_conv_kernel_dim=4,
        model_type="qwen3_5_moe_text",
    ),
}  # fmt: skip
LLAMA4_SCOUT = {
    "model_type": "llama4",
    "text_config": config(
        5120, 48, (40, 8), 202048, 8192, intermediate_size_mlp=16384, head_dim=128, num_local_experts=16,
        num_experts_per_tok=1, interleave_moe_layer_step=1, attention_chunk_size=8192, model_type="llama4_text",
    ),
}  # fmt: skip
NEMOTRON_H_8B = config(
    4096, 52, (32, 8), 131072, 21504, head_dim=128, mamba_num_heads=128, mamba_head_dim=64, ssm_state_size=128,
    hybrid_override_pattern="M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-", n_groups=8, conv_kernel=4,
    model_type="nemotron_h",
)  # fmt: skip
GRANITE4_TINY = config(
    1536, 40, (12, 4), 100352, 512, num_local_experts=64, num_experts_per_tok=6, shared_intermediate_size=1024,
    mamba_n_heads=48, mamba_d_head=64, mamba_d_state=128, mamba_n_groups=1, mamba_d_conv=4, mamba_expand=2,
    layer_types=(["mamba"] * 5 + ["attention"] + ["mamba"] * 4) * 4, model_type="granitemoehybrid",
    tie_word_embeddings=True,
)  # fmt: skip
JAMBA = config(
    4096, 32, (32, 8), 65536, 14336, attn_layer_period=8, attn_layer_offset=4, expert_layer_period=2,
    expert_layer_offset=1, num_experts=16, num_experts_per_tok=2, mamba_d_state=16, mamba_d_conv=4, mamba_expand=2,
    model_type="jamba",
)  # fmt: skip

PUBLISHED: dict[str, tuple[int, dict[str, Any]]] = {
    "Llama 3.1 8B": (8030261248, LLAMA_8B),
    "Qwen3 8B": (8190735360, QWEN3_8B),
    "Mixtral 8x7B": (46702792704, MIXTRAL),
    "Qwen3 30B A3B": (30532122624, QWEN3_30B),
    "DeepSeek V3": (671026419200, DEEPSEEK_V3),
    "Gemma 3 12B": (11765788416, GEMMA3_12B),
    "gpt-oss 20B": (20914757184, GPT_OSS_20B),
    "Qwen3.5 35B A3B": (34660610688, QWEN35_35B),
    "Llama 4 Scout": (108641793536, LLAMA4_SCOUT),
    "Granite 4 tiny": (6939037248, GRANITE4_TINY),
    "Jamba": (51570323328, JAMBA),
    "Command R": (34980831232, config(8192, 40, (64, 64), 256000, 22528, model_type="cohere",
    tie_word_embeddings=True)),
    "OLMo 2 7B": (7298684928, config(4096, 32, (32, 32), 100352, 11008, model_type="olmo2")),
    "Phi 4": (14659507200, config(5120, 40, (40, 10), 100352, 17920, model_type="phi3")),
    "Phi 2": (2779683840, config(2560, 32, (32, 32), 51200, 10240, model_type="phi")),
    "Falcon 7B": (
        6921720704,
        {"hidden_size": 4544, "num_hidden_layers": 32, "num_attention_heads": 71, "vocab_size": 65024,
         "multi_query": True, "model_type": "falcon"},
    ),
    "BLOOM": (
        176247271424,
        {"n_embed": 14336, "n_layer": 70, "num_attention_heads": 112, "vocab_size": 250880, "model_type": "bloom"},
    ),
    "GPT-NeoX 20B": (20554567680, config(6144, 44, (64, 64), 50432, 24576, model_type="gpt_neox")),
}  # fmt: skip
"""Published parameter counts, and the configuration of each family."""


def details(
    said: dict[str, Any] | None = LLAMA_8B,
    *,
    params: int | None = 8030261248,
    files: tuple[ModelFile, ...] | None = None,
    **row: Any,
) -> ModelDetails:
    """A model with a configuration; more row fields by name."""
    return ModelDetails(Model("a/model", params=params, **row), config=said, files=files, as_of="2026-11-20")


def gguf(path: str, size_bytes: int) -> ModelFile:
    """A GGUF file."""
    return ModelFile(path, size_bytes, "gguf")
