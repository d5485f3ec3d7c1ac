"""Ollama: the library's tags with their traps, GGUF files of the Hub, and what it cannot read."""

from __future__ import annotations

from tests.launch.golden.case import refuses, runs

LIBRARY = [
    ("Qwen/Qwen3-8B", "ollama run qwen3:8b", "O"),
    ("Qwen/Qwen3-0.6B", "ollama run qwen3:0.6b", "O"),
    ("Qwen/Qwen3-4B", "ollama run qwen3:4b-q4_K_M", "O"),
    ("Qwen/Qwen3-4B-Instruct-2507", "ollama run qwen3:4b-instruct-2507-q4_K_M", "O"),
    ("Qwen/Qwen3-30B-A3B", "ollama run qwen3:30b-a3b-q4_K_M", "O"),
    ("Qwen/Qwen3-235B-A22B", "ollama run qwen3:235b-a22b-q4_K_M", "O"),
    ("Qwen/Qwen3-VL-8B-Instruct", "ollama run qwen3-vl:8b-instruct", "O"),
    ("Qwen/Qwen2.5-VL-7B-Instruct", "ollama run qwen2.5vl:7b", "O"),
    ("Qwen/Qwen2.5-7B-Instruct", "ollama run qwen2.5:7b", "O"),
    ("Qwen/Qwen2.5-Coder-7B-Instruct", "ollama run qwen2.5-coder:7b", "O"),
    ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "ollama run qwen3-coder:30b", "O"),
    ("Qwen/QwQ-32B", "ollama run qwq:32b", "O"),
    ("deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", "ollama run deepseek-r1:8b", "O"),
    ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "ollama run deepseek-r1:8b-llama-distill-q4_K_M", "O"),
    ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "ollama run deepseek-r1:7b", "O"),
    ("meta-llama/Llama-3.1-8B-Instruct", "ollama run llama3.1:8b", "O"),
    ("meta-llama/Llama-3.2-3B-Instruct", "ollama run llama3.2:3b", "O"),
    ("meta-llama/Llama-3.3-70B-Instruct", "ollama run llama3.3:70b", "O"),
    ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "ollama run llama4:16x17b", "O"),
    ("mistralai/Mistral-7B-Instruct-v0.3", "ollama run mistral:7b", "O"),
    ("mistralai/Mistral-Large-Instruct-2407", "ollama run mistral-large:123b", "O"),
    ("mistralai/Mixtral-8x7B-Instruct-v0.1", "ollama run mixtral:8x7b", "O"),
    ("openai/gpt-oss-20b", "ollama run gpt-oss:20b", "O"),
    ("openai/gpt-oss-120b", "ollama run gpt-oss:120b", "O"),
    ("google/gemma-3-4b-it", "ollama run gemma3:4b", "O"),
    ("google/gemma-4-31B-it", "ollama run gemma4:31b", "O"),
    ("microsoft/phi-4", "ollama run phi4:14b", "O"),
    ("ibm-granite/granite-3.3-8b-instruct", "ollama run granite3.3:8b", "O"),
    ("nomic-ai/nomic-embed-text-v1.5", "ollama pull nomic-embed-text:v1.5", "O"),
    ("Qwen/Qwen3-Embedding-0.6B", "ollama pull qwen3-embedding:0.6b", "O"),
    ("BAAI/bge-m3", "ollama pull bge-m3:567m", "O"),
    ("google/embeddinggemma-300m", "ollama pull embeddinggemma:300m", "O"),
]
FROM_THE_HUB = [
    ("unsloth/Qwen3-8B-GGUF", "ollama run hf.co/unsloth/Qwen3-8B-GGUF", "S"),
    ("EleutherAI/gpt-neox-20b", "ollama run hf.co/mradermacher/gpt-neox-20b-GGUF", "OD"),
    ("mistralai/Devstral-Small-2507_gguf", "ollama run hf.co/mistralai/Devstral-Small-2507_gguf", "S"),
    ("BAAI/bge-small-en-v1.5", "ollama pull hf.co/unsloth/bge-small-en-v1.5-GGUF", "OD"),
    ("microsoft/Phi-3-mini-4k-instruct-gguf", "ollama run hf.co/microsoft/Phi-3-mini-4k-instruct-gguf", "S"),
]
NOT_SERVED = [
    ("Qwen/Qwen3-8B-AWQ", "AWQ", "OD"),
    ("Qwen/Qwen2.5-32B-Instruct-GPTQ-Int4", "GPTQ", "OD"),
    ("Qwen/Qwen3-8B-FP8", "FP8 weights and no GGUF files", "OD"),
    ("Qwen/Qwen3-Reranker-0.6B", "reranker", "OD"),
    ("BAAI/bge-reranker-v2-m3", "reranker", "OD"),
    ("openai/whisper-large-v3", "speech recognition", "OD"),
    ("mistralai/Voxtral-Mini-3B-2507", "speech recognition", "OD"),
    ("black-forest-labs/FLUX.1-dev", "diffusers", "OD"),
    ("stabilityai/stable-diffusion-xl-base-1.0", "diffusers", "OD"),
    ("hexgrad/Kokoro-82M", "speech or audio generation", "OD"),
    ("bigscience/bloom", "no GGUF", "OD"),
    ("google-t5/t5-base", "T5ForConditionalGeneration", "OD"),
    ("lmstudio-community/gemma-3-270m-it-MLX-8bit", "MLX", "OD"),
    ("onnx-community/Qwen2.5-0.5B-Instruct", "ONNX", "OD"),
    ("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "BNB", "OD"),
    ("moonshotai/Kimi-K2-Thinking", "compressed-tensors", "OD"),
    ("deepseek-ai/DeepSeek-V3.2", "cloud | several files", "O"),
    ("moonshotai/Kimi-K2-Instruct", "several files", "OD"),
    ("zai-org/GLM-4.6", "several files", "OD"),
    ("timm/resnet50.a1_in1k", "timm", "OD"),
]

CASES = [
    *runs("ollama", LIBRARY + FROM_THE_HUB),
    *runs("ollama", [("Qwen/Qwen3-8B", "OLLAMA_CONTEXT_LENGTH=32768 ollama serve", "OD")], options={"context": 32768}),
    *runs("ollama", [("Qwen/Qwen3-8B", "OLLAMA_KV_CACHE_TYPE=q8_0 | OLLAMA_FLASH_ATTENTION=1", "OD")],
          options={"kv_dtype": "q8_0"}),
    *refuses("ollama", NOT_SERVED),
    *refuses("ollama", [("Qwen/Qwen3-8B", "several machines", "OD")], options={"nodes": 2}),
]  # fmt: skip
