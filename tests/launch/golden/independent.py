"""The other tools once more, by somebody who had not seen the rules: servers, Macs, files, training.

Written from the tools' documentation, recipes and cookbooks alone, before the rules and the other tables were read;
then the program was asked. A row: model, parts, source, machine.
"""

from __future__ import annotations

from tests.launch.golden.case import Case, asked_on

SGLANG = [
    (
        "zai-org/GLM-4.6",
        "--tool-call-parser glm45 | --reasoning-parser glm45 | --tp-size 8 | !--tensor-parallel-size",
        "SC",
        "8xH200",
    ),
    ("openai/gpt-oss-20b", "--tool-call-parser gpt-oss | --reasoning-parser gpt-oss", "SC", "1x80GB"),
    ("Qwen/Qwen3-Next-80B-A3B-Instruct", "--tool-call-parser qwen | !--reasoning-parser ", "SC", "8xH100"),
    ("deepseek-ai/DeepSeek-V3.2", "--tool-call-parser deepseekv32 | --reasoning-parser deepseek-v3", "SC", "8xH200"),
    (
        "moonshotai/Kimi-K2-Instruct",
        "--tool-call-parser kimi_k2 | --trust-remote-code | !--reasoning-parser ",
        "SC",
        "16xH200",
    ),
    ("MiniMaxAI/MiniMax-M2", "--tool-call-parser minimax-m2 | --trust-remote-code", "SC", "4xH200"),
    ("Qwen/Qwen3-Embedding-0.6B", "--is-embedding | /v1/embeddings | !--tool-call-parser ", "SG", "1x80GB"),
    (
        "BAAI/bge-reranker-v2-m3",
        "--is-embedding | --disable-radix-cache | --attention-backend triton | /v1/rerank",
        "SG",
        "1x80GB",
    ),
    ("Qwen/Qwen3-Reranker-0.6B", "qwen3_reranker.jinja | !--is-embedding", "SG", "1x80GB"),
    ("black-forest-labs/FLUX.1-schnell", "sglang[diffusion] | sglang serve", "SG", "1x80GB"),
    ("Qwen/Qwen2.5-Coder-7B", "/v1/completions | !--tool-call-parser ", "SG", "1x80GB"),
    ("meta-llama/Llama-3.2-11B-Vision-Instruct", "image_url", "SG", "1x80GB"),
    (
        "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
        "--reasoning-parser nemotron_3 | --trust-remote-code",
        "SC",
        "1x80GB",
    ),
    ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "--tool-call-parser qwen3_coder | !--reasoning-parser ", "SC", "1x80GB"),
    ("mistralai/Devstral-2-123B-Instruct-2512", "--tool-call-parser mistral", "SC", "8xH100"),
]
SGLANG_NOT = [
    ("mlx-community/Qwen3-8B-4bit", "mlx", "SG", "1x80GB"),
    ("google-t5/t5-large", "T5ForConditionalGeneration", "SG", "1x80GB"),
]
LLAMACPP = [
    ("ggml-org/gpt-oss-20b-GGUF", "-hf ggml-org/gpt-oss-20b-GGUF | !:Q4_K_M", "L", "RTX 4090"),
    ("unsloth/Kimi-K2-Instruct-GGUF", "-hf unsloth/Kimi-K2-Instruct-GGUF", "L", "8xH200"),
    ("Qwen/Qwen3-Embedding-0.6B-GGUF", "--embedding | --pooling last", "L", "RTX 4090"),
    ("gpustack/bge-reranker-v2-m3-GGUF", "--rerank | /v1/rerank", "L", "RTX 4090"),
    ("bartowski/google_gemma-3n-E4B-it-GGUF", "-hf bartowski/google_gemma-3n-E4B-it-GGUF", "L", "RTX 4090"),
]
LLAMACPP_NOT = [
    ("Qwen/Qwen2.5-72B-Instruct-AWQ", "AWQ", "L", "RTX 4090"),
    ("mlx-community/Qwen3-8B-4bit", "mlx", "L", "RTX 4090"),
    ("black-forest-labs/FLUX.1-dev", "stable-diffusion.cpp", "L", "RTX 4090"),
    ("openai/whisper-large-v3", "whisper", "L", "RTX 4090"),
]
OLLAMA = [
    ("Qwen/Qwen3-8B", "ollama run qwen3:8b", "OD", "RTX 4090"),
    ("openai/gpt-oss-20b", "gpt-oss:20b", "OD", "RTX 4090"),
    ("unsloth/Qwen3-0.6B-GGUF", "hf.co/unsloth/Qwen3-0.6B-GGUF", "OD", "RTX 4090"),
    ("BAAI/bge-m3", "bge-m3 | embed", "OD", "RTX 4090"),
    ("google/gemma-3-27b-it", "gemma3:27b", "OD", "RTX 4090"),
    ("nomic-ai/nomic-embed-text-v1.5", "nomic-embed-text | embed", "OD", "RTX 4090"),
]
OLLAMA_NOT = [
    ("BAAI/bge-reranker-v2-m3", "rerank", "OD", "RTX 4090"),
    ("openai/whisper-large-v3", "speech recognition", "OD", "RTX 4090"),
    ("Qwen/Qwen2.5-72B-Instruct-AWQ", "AWQ", "OD", "4x80GB"),
    ("stabilityai/stable-diffusion-3.5-large", "image or video generation", "OD", "RTX 4090"),
    ("mlx-community/Qwen3-8B-4bit", "mlx", "OD", "M3 Max 64GB"),
]
LMSTUDIO = [
    (
        "lmstudio-community/GLM-4.7-Flash-MLX-6bit",
        "lms get | https://huggingface.co/lmstudio-community/GLM-4.7-Flash-MLX-6bit | lms load | lms server start",
        "LM",
        "M3 Max 64GB",
    ),
    (
        "bartowski/Llama-3.2-3B-Instruct-GGUF",
        "https://huggingface.co/bartowski/Llama-3.2-3B-Instruct-GGUF | lms load | !hf.co/",
        "LM",
        "RTX 4090",
    ),
]
LMSTUDIO_NOT = [
    ("Qwen/Qwen2.5-72B-Instruct-AWQ", "AWQ | no GGUF files", "LM", "RTX 4090"),
]
MLX = [
    ("mlx-community/gemma-3-27b-it-qat-4bit", "mlx_vlm.server | !mlx_lm.server", "MX", "M3 Max 64GB"),
    ("mlx-community/Qwen3-8B-4bit", "mlx_lm.server --model mlx-community/Qwen3-8B-4bit | 8080", "MX", "M3 Max 64GB"),
    ("Qwen/Qwen3-VL-8B-Instruct", "mlx_vlm.server", "MX", "M3 Max 64GB"),
    ("openai/whisper-large-v3", "whisper | !mlx_lm.server", "MX", "M3 Max 64GB"),
    ("Qwen/Qwen3-Embedding-0.6B", "--embedding-model", "MX", "M3 Max 64GB"),
]
MLX_NOT = [
    ("bartowski/Llama-3.2-3B-Instruct-GGUF", "GGUF", "MX", "M3 Max 64GB"),
]
TGI = [
    (
        "meta-llama/Llama-3.1-8B-Instruct",
        "text-generation-inference | --model-id meta-llama/Llama-3.1-8B-Instruct | --shm-size 1g | -e HF_TOKEN",
        "TG",
        "1x80GB",
    ),
    ("Qwen/Qwen2.5-7B-Instruct-AWQ", "--quantize awq", "TG", "1x80GB"),
    ("google/flan-t5-large", "--model-id google/flan-t5-large", "TG", "1x80GB"),
]
TGI_NOT = [
    ("BAAI/bge-m3", "text-embeddings-inference", "TG", "1x80GB"),
    ("bartowski/Llama-3.2-3B-Instruct-GGUF", "GGUF", "TG", "1x80GB"),
]
TRANSFORMERS = [
    ("Qwen/Qwen3-8B", "transformers serve", "TF", "1x80GB"),
    ("openai/whisper-large-v3", "/v1/audio/transcriptions", "TF", "1x80GB"),
]
TRANSFORMERS_NOT = [
    ("BAAI/bge-m3", "embedding model", "TF", "1x80GB"),
    ("black-forest-labs/FLUX.1-dev", "image or video generation", "TF", "1x80GB"),
    ("mlx-community/Qwen3-8B-4bit", "mlx", "TF", "1x80GB"),
]
DOCKER_MODEL_RUNNER = [
    ("unsloth/Qwen3-8B-GGUF", "docker model | hf.co/unsloth/Qwen3-8B-GGUF", "DM", "RTX 4090"),
    ("Qwen/Qwen3-8B", "install-runner --backend vllm --gpu cuda", "DM", "1x80GB"),
    ("gpustack/bge-reranker-v2-m3-GGUF", "--mode reranking", "DM", "RTX 4090"),
    ("Qwen/Qwen3-Embedding-0.6B-GGUF", "--mode embedding", "DM", "RTX 4090"),
]
DOCKER_MODEL_RUNNER_NOT = [
    ("openai/whisper-large-v3", "speech recognition", "DM", "RTX 4090"),
]
HUGGINGFACE = [
    (
        "bartowski/Llama-3.2-3B-Instruct-GGUF",
        "hf download bartowski/Llama-3.2-3B-Instruct-GGUF | --include '*Q4_K_M*'",
        "H",
        "RTX 4090",
    ),
    ("Qwen/Qwen3-8B", "hf download Qwen/Qwen3-8B | !huggingface-cli", "H", "RTX 4090"),
    ("meta-llama/Llama-3.1-8B-Instruct", "hf download meta-llama/Llama-3.1-8B-Instruct | original/*", "H", "RTX 4090"),
]
REPLICATE = [
    ("Qwen/Qwen3-8B", "cog | cog.yaml", "CO", "1x80GB"),
]
UNSLOTH_NOT = [
    ("unsloth/Qwen3-8B-GGUF", "GGUF", "FT", "RTX 4090"),
    ("mlx-community/Qwen3-8B-4bit", "mlx", "FT", "1x80GB"),
]
AXOLOTL = [
    ("meta-llama/Llama-3.1-8B", "axolotl train | base_model: meta-llama/Llama-3.1-8B", "FT", "1x80GB"),
]
AXOLOTL_NOT = [
    ("Qwen/Qwen2.5-7B-Instruct-AWQ", "AWQ", "FT", "1x80GB"),
    ("black-forest-labs/FLUX.1-dev", "diffusers", "FT", "1x80GB"),
]
DEEPSPEED = [
    ("meta-llama/Llama-3.1-8B", "deepspeed --num_gpus | ds_config", "FT", "4xH100"),
]
DEEPSPEED_NOT = [
    ("unsloth/Qwen3-8B-GGUF", "GGUF", "FT", "1x80GB"),
]
WITH_WISHES = [
    Case(
        "vllm",
        "deepseek-ai/DeepSeek-R1",
        (
            "--nnodes 2",
            "--node-rank 0",
            "--node-rank 1",
            "--headless",
            "--tensor-parallel-size 8",
            "--pipeline-parallel-size 2",
            "--reasoning-parser deepseek_r1",
        ),
        "V",
        machine="8xH100",
        options={"nodes": 2},
    ),
    Case(
        "vllm",
        "meta-llama/Llama-3.3-70B-Instruct",
        ("--tool-call-parser llama3_json", "HF_TOKEN"),
        "V",
        machine="8xH100",
        options={"target": "docker"},
    ),
    Case(
        "llamacpp",
        "ggml-org/SmolLM3-3B-GGUF",
        ("server -hf ggml-org/SmolLM3-3B-GGUF", "--host 0.0.0.0", "!--gpus"),
        "L",
        machine="cpu:16GB",
        options={"target": "docker"},
    ),
    Case(
        "ollama",
        "bartowski/Llama-3.2-3B-Instruct-GGUF",
        ("OLLAMA_CONTEXT_LENGTH=16384", "!--num-ctx"),
        "OD",
        machine="RTX 4090",
        options={"context": 16384},
    ),
]
CASES = [
    *asked_on("sglang", SGLANG),
    *asked_on("sglang", SGLANG_NOT, is_refused=True),
    *asked_on("llamacpp", LLAMACPP),
    *asked_on("llamacpp", LLAMACPP_NOT, is_refused=True),
    *asked_on("ollama", OLLAMA),
    *asked_on("ollama", OLLAMA_NOT, is_refused=True),
    *asked_on("lmstudio", LMSTUDIO),
    *asked_on("lmstudio", LMSTUDIO_NOT, is_refused=True),
    *asked_on("mlx", MLX),
    *asked_on("mlx", MLX_NOT, is_refused=True),
    *asked_on("tgi", TGI),
    *asked_on("tgi", TGI_NOT, is_refused=True),
    *asked_on("transformers", TRANSFORMERS),
    *asked_on("transformers", TRANSFORMERS_NOT, is_refused=True),
    *asked_on("docker-model-runner", DOCKER_MODEL_RUNNER),
    *asked_on("docker-model-runner", DOCKER_MODEL_RUNNER_NOT, is_refused=True),
    *asked_on("huggingface", HUGGINGFACE),
    *asked_on("replicate", REPLICATE),
    *asked_on("unsloth", UNSLOTH_NOT, is_refused=True),
    *asked_on("axolotl", AXOLOTL),
    *asked_on("axolotl", AXOLOTL_NOT, is_refused=True),
    *asked_on("deepspeed", DEEPSPEED),
    *asked_on("deepspeed", DEEPSPEED_NOT, is_refused=True),
    *WITH_WISHES,
]
