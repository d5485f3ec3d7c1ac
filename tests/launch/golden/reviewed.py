"""Cases that a review by hand of some 540 answers found wrong, each with where the right one stands."""

from __future__ import annotations

from tests.launch.golden.case import refuses, runs

MISTRAL = "the repository's card: vllm serve ... --tokenizer_mode mistral --config_format mistral --load_format mistral"
ORIGINAL = "the repositories' file lists: Meta and OpenAI keep the same weights a second time in original/ and metal/"
OWN = "--tokenizer-mode mistral --config-format mistral --load-format mistral"

CASES = [
    *runs("vllm", [
        ("mistralai/Devstral-Small-2507", f"{OWN} | --tool-call-parser mistral | !--reasoning-parser", MISTRAL),
        ("mistralai/Magistral-Small-2509", f"{OWN} | --reasoning-parser mistral", MISTRAL),
        ("HuggingFaceTB/SmolLM3-3B", "--enable-auto-tool-choice --tool-call-parser hermes", "C"),
        ("Qwen/Qwen3-VL-Embedding-2B", "--runner pooling | !--tool-call-parser", "P"),
        ("Qwen/Qwen2-Audio-7B-Instruct", "vllm serve Qwen/Qwen2-Audio-7B-Instruct", "V"),
        ("Qwen/Qwen2.5-Math-PRM-7B", "vllm serve Qwen/Qwen2.5-Math-PRM-7B | !--tool-call-parser", "V"),
        ("nvidia/Llama-3_3-Nemotron-Super-49B-v1", "--trust-remote-code", "C"),
    ]),
    *refuses("vllm", [("Xenova/all-MiniLM-L6-v2", "ONNX", "C"), ("Xenova/bge-m3", "ONNX", "C")]),
    *refuses("ollama", [("unsloth/Qwen3.5-397B-A17B-GGUF", "GB | several files", "OD")]),
    *runs("ollama", [
        ("lefromage/Qwen3-Next-80B-A3B-Thinking-GGUF", "hf.co/lefromage/Qwen3-Next-80B", "OD"),
        ("Jackrong/gpt-oss-120b-Distill-Qwen3-4B-Thinking-GGUF", "hf.co/Jackrong/gpt-oss-120b-Distill", "OD"),
    ]),
    *runs("huggingface", [
        ("meta-llama/Llama-3.1-8B-Instruct", "--exclude 'original/*'", ORIGINAL),
        ("openai/gpt-oss-20b", "--exclude 'original/*' --exclude 'metal/*'", ORIGINAL),
        ("openai/gpt-oss-120b", "--exclude 'original/*' --exclude 'metal/*'", ORIGINAL),
        ("meta-llama/Llama-2-7b-chat-hf", "hf download meta-llama/Llama-2-7b-chat-hf | !--exclude", ORIGINAL),
    ]),
    *runs("sglang", [
        ("Wan-AI/Wan2.2-T2V-A14B-Diffusers", "sglang serve --model-path Wan-AI/Wan2.2-T2V-A14B-Diffusers", "C"),
    ]),
    *runs("replicate", [("Wan-AI/Wan2.2-T2V-A14B-Diffusers", "cog run", "C")]),
]  # fmt: skip
