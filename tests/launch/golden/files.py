"""llama.cpp, LM Studio and the Hub's own downloader: tools that start from files."""

from __future__ import annotations

from tests.launch.golden.case import refuses, runs

LLAMACPP = [
    ("unsloth/Qwen3-8B-GGUF", "llama-server -hf unsloth/Qwen3-8B-GGUF | !-ngl | !-fa | !--jinja", "L"),
    ("Qwen/Qwen3-8B", "llama-server -hf Qwen/Qwen3-8B-GGUF", "L"),
    ("Qwen/Qwen2.5-7B-Instruct", "llama-server -hf Qwen/Qwen2.5-7B-Instruct-GGUF", "L"),
    ("meta-llama/Llama-3.1-8B-Instruct", "llama-server -hf unsloth/Llama-3.1-8B-Instruct-GGUF", "L"),
    ("mistralai/Mistral-Large-Instruct-2407", "MaziyarPanahi/Mistral-Large-Instruct-2407-GGUF", "L"),
    ("deepseek-ai/DeepSeek-V3.2", "llama-server -hf ", "L"),
    ("zai-org/GLM-4.6", "llama-server -hf ", "L"),
    ("moonshotai/Kimi-K2-Instruct", "llama-server -hf ", "L"),
    ("Qwen/Qwen2.5-VL-7B-Instruct", "llama-server -hf unsloth/Qwen2.5-VL-7B-Instruct-GGUF | !--mmproj", "L"),
    ("BAAI/bge-m3", "-hf lm-kit/bge-m3-gguf --embedding --pooling cls | --ubatch-size 8192", "L"),
    ("Qwen/Qwen3-Embedding-0.6B", "--embedding --pooling last --batch-size 8192 --ubatch-size 8192", "L"),
    ("nomic-ai/nomic-embed-text-v1.5", "--embedding --pooling mean", "L"),
    ("BAAI/bge-reranker-v2-m3", "-hf gpustack/bge-reranker-v2-m3-GGUF --rerank | !--embedding", "L"),
    ("gpustack/bge-reranker-v2-m3-GGUF", "-hf gpustack/bge-reranker-v2-m3-GGUF --rerank", "L"),
    ("tiiuae/falcon-7b", "llama-server -hf mradermacher/falcon-7b-GGUF", "L"),
]
NOT_IN_LLAMACPP = [
    ("Qwen/Qwen3-8B-AWQ", "AWQ", "L"),
    ("Qwen/Qwen2.5-32B-Instruct-GPTQ-Int4", "GPTQ", "L"),
    ("Qwen/Qwen3-8B-FP8", "FP8", "L"),
    ("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "BNB", "L"),
    ("bigscience/bloom", "no GGUF | convert_hf_to_gguf.py", "L"),
    ("mlx-community/Qwen3-Coder-Next-bf16", "MLX", "L"),
    ("openai/whisper-large-v3", "speech recognition", "L"),
    ("city96/FLUX.1-dev-gguf", "image or video", "L"),
    ("stabilityai/stable-diffusion-xl-base-1.0", "diffusers", "L"),
    ("hexgrad/Kokoro-82M", "speech or audio generation", "L"),
    ("google-bert/bert-base-uncased", "task fill-mask", "L"),
]
LMSTUDIO = [
    ("unsloth/Qwen3-8B-GGUF", "lms get https://huggingface.co/unsloth/Qwen3-8B-GGUF --yes", "LM"),
    ("Qwen/Qwen3-8B", "lms get https://huggingface.co/Qwen/Qwen3-8B-GGUF --yes | lms server start | lms load", "LM"),
    ("google/gemma-3-4b-it", "lms get https://huggingface.co/ | !hf.co/ ", "LM"),
    ("lmstudio-community/gemma-3-270m-it-MLX-8bit", "lms get https://huggingface.co/lmstudio-community/gemma", "LM"),
    ("Qwen/Qwen3-Embedding-0.6B", "lms get https://huggingface.co/Qwen/Qwen3-Embedding-0.6B-GGUF", "LM"),
]
NOT_IN_LMSTUDIO = [
    ("Qwen/Qwen3-8B-AWQ", "AWQ", "LM"),
    ("Qwen/Qwen3-8B-FP8", "FP8", "LM"),
    ("Qwen/Qwen3-Reranker-0.6B", "reranker", "LM"),
    ("openai/whisper-large-v3", "speech recognition", "LM"),
    ("black-forest-labs/FLUX.1-dev", "image or video", "LM"),
    ("bigscience/bloom", "no GGUF", "LM"),
    ("hexgrad/Kokoro-82M", "speech or audio generation", "LM"),
    ("google-bert/bert-base-uncased", "task fill-mask, library transformers, model_type bert", "LM"),
]
DOWNLOADS = [
    ("bigscience/bloom", "hf download bigscience/bloom | !huggingface-cli", "H"),
    ("black-forest-labs/FLUX.1-dev", "hf download black-forest-labs/FLUX.1-dev", "H"),
    ("openai/whisper-large-v3", "hf download openai/whisper-large-v3", "H"),
    ("timm/resnet50.a1_in1k", "hf download timm/resnet50.a1_in1k | !--local-dir-use-symlinks | !--resume", "H"),
]

CASES = [
    *runs("llamacpp", LLAMACPP),
    *runs("lmstudio", LMSTUDIO),
    *runs("huggingface", DOWNLOADS),
    *runs("llamacpp", [("unsloth/Qwen3-8B-GGUF", ":Q8_0 | --ctx-size 16384 | --cache-type-k q8_0", "L")],
          options={"quant": "Q8_0", "context": 16384, "kv_dtype": "q8_0"}),
    *runs("lmstudio", [("unsloth/Qwen3-8B-GGUF", "unsloth/Qwen3-8B-GGUF@q4_k_m | --context-length 8192", "LM")],
          options={"quant": "Q4_K_M", "context": 8192}),
    *runs("huggingface", [("unsloth/Qwen3-8B-GGUF", "--include '*Q4_K_M*' --revision abc", "H")],
          options={"quant": "Q4_K_M", "revision": "abc"}),
    *refuses("llamacpp", NOT_IN_LLAMACPP),
    *refuses("lmstudio", NOT_IN_LMSTUDIO),
    *refuses("llamacpp", [("unsloth/Qwen3-8B-GGUF", "one machine", "L")], options={"nodes": 2}),
]  # fmt: skip
