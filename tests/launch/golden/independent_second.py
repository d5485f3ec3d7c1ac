"""A second list of the same kind: written after the first was mended, to see whether other models come out right.

A row: model, parts, source, machine; by tool.
"""

from __future__ import annotations

from tests.launch.golden.case import asked_on

RUNS = {
    "vllm": [
        ("Qwen/Qwen3-30B-A3B-Thinking-2507", "--tool-call-parser hermes | --reasoning-parser qwen3", "V", "1x80GB"),
        ("Qwen/Qwen3-4B-Instruct-2507", "--tool-call-parser hermes | !--reasoning-parser ", "V", "1x80GB"),
        ("Qwen/Qwen3-Coder-Next", "--tool-call-parser qwen3_coder | !--reasoning-parser ", "V", "8xH100"),
        ("zai-org/GLM-4.5-Air", "--tool-call-parser glm45 | --reasoning-parser glm45", "V", "8xH100"),
        ("zai-org/GLM-5.2-FP8", "--tool-call-parser glm47 | --reasoning-parser glm45", "V", "8xH200"),
        (
            "deepseek-ai/DeepSeek-V4-Flash",
            "--tool-call-parser deepseek_v4 | --tokenizer-mode deepseek_v4",
            "V",
            "8xH200",
        ),
        ("moonshotai/Kimi-K2.6", "--tool-call-parser kimi_k2 | --reasoning-parser kimi_k2", "V", "8xH200"),
        ("MiniMaxAI/MiniMax-M2.5", "--tool-call-parser minimax_m2 | --reasoning-parser minimax_m2", "V", "8xH200"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "--tool-call-parser mistral", "V", "1x80GB"),
        ("mistralai/Pixtral-12B-2409", "--tokenizer-mode mistral | image_url", "V", "1x80GB"),
        ("ibm-granite/granite-4.1-8b", "--tool-call-parser granite4", "V", "1x80GB"),
        ("allenai/Olmo-3-7B-Instruct", "--tool-call-parser olmo3 | !--reasoning-parser ", "V", "1x80GB"),
        ("NousResearch/Hermes-3-Llama-3.1-8B", "--tool-call-parser hermes", "V", "1x80GB"),
        ("meta-llama/Llama-3.2-3B-Instruct", "--tool-call-parser llama3_json", "V", "1x80GB"),
        ("meta-llama/Llama-2-7b-hf", "/v1/completions | !--tool-call-parser ", "V", "1x80GB"),
        ("bigcode/starcoder2-15b", "/v1/completions | !--tool-call-parser ", "V", "1x80GB"),
        ("intfloat/e5-mistral-7b-instruct", "--runner pooling | /v1/embeddings | !--tool-call-parser ", "V", "1x80GB"),
        (
            "Alibaba-NLP/gte-Qwen2-7B-instruct",
            "--runner pooling | /v1/embeddings | !--tool-call-parser ",
            "V",
            "1x80GB",
        ),
        ("BAAI/bge-large-en-v1.5", "/v1/embeddings | !--runner | !--tool-call-parser ", "V", "1x80GB"),
        ("distil-whisper/distil-large-v3", "/v1/audio/transcriptions | !--max-model-len", "V", "1x80GB"),
        (
            "RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8",
            "--tool-call-parser llama3_json | !--quantization",
            "V",
            "RTX 4090",
        ),
        ("TheBloke/Mistral-7B-Instruct-v0.2-AWQ", "!--quantization", "V", "RTX 4090"),
        ("internlm/internlm3-8b-instruct", "vllm serve internlm/internlm3-8b-instruct", "V", "1x80GB"),
    ],
    "sglang": [
        ("Qwen/Qwen3-235B-A22B", "--tool-call-parser qwen | --reasoning-parser qwen3", "SG", "8xH200"),
        ("meta-llama/Llama-3.3-70B-Instruct", "--tool-call-parser llama3", "SG", "8xH100"),
        ("zai-org/GLM-4.7", "--tool-call-parser glm47 | --reasoning-parser glm45", "SG", "8xH200"),
        ("stepfun-ai/Step-3.5-Flash", "--tool-call-parser step3p5 | --reasoning-parser step3p5", "SG", "8xH200"),
        ("Qwen/Qwen3-VL-8B-Instruct", "image_url", "SG", "1x80GB"),
        ("stabilityai/stable-diffusion-xl-base-1.0", "sglang serve", "SG", "1x80GB"),
    ],
    "llamacpp": [
        ("unsloth/DeepSeek-R1-0528-Qwen3-8B-GGUF", "-hf unsloth/DeepSeek-R1-0528-Qwen3-8B-GGUF", "L", "RTX 4090"),
        ("openai/gpt-oss-120b", "-hf | !:Q4_K_M", "L", "M3 Ultra 512GB"),
    ],
    "ollama": [
        ("meta-llama/Llama-3.2-1B-Instruct", "llama3.2:1b", "O", "RTX 4090"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "deepseek-r1:8b-llama", "O", "RTX 4090"),
        ("microsoft/phi-4", "phi4", "O", "RTX 4090"),
    ],
    "mlx": [
        (
            "mlx-community/Llama-3.2-3B-Instruct-4bit",
            "mlx_lm.server --model mlx-community/Llama-3.2-3B-Instruct-4bit",
            "MX",
            "M3 Max 64GB",
        ),
        ("mlx-community/Qwen2.5-VL-7B-Instruct-4bit", "mlx_vlm.server", "MX", "M3 Max 64GB"),
    ],
    "lmstudio": [
        (
            "mlx-community/Llama-3.2-3B-Instruct-4bit",
            "https://huggingface.co/mlx-community/Llama-3.2-3B-Instruct-4bit",
            "LM",
            "M3 Max 64GB",
        ),
    ],
    "tgi": [
        ("bigscience/bloom", "--model-id bigscience/bloom", "TG", "8x80GB"),
        ("google/gemma-3-4b-it", "--model-id google/gemma-3-4b-it", "TG", "1x80GB"),
    ],
    "transformers": [
        ("meta-llama/Llama-3.1-8B-Instruct", "transformers serve meta-llama/Llama-3.1-8B-Instruct", "TF", "1x80GB"),
    ],
    "unsloth": [
        ("meta-llama/Llama-3.2-3B-Instruct", "unsloth train", "FT", "RTX 4090"),
    ],
    "axolotl": [
        ("Qwen/Qwen2.5-7B-Instruct", "axolotl train | base_model: Qwen/Qwen2.5-7B-Instruct", "FT", "RTX 4090"),
    ],
    "docker-model-runner": [
        ("microsoft/phi-4", "docker model", "DM", "M3 Max 64GB"),
    ],
}
REFUSED = {
    "vllm": [
        ("xai-org/grok-2", "0.24", "V", "8xH200"),
        ("adept/persimmon-8b-chat", "0.25", "V", "1x80GB"),
        ("google/flan-t5-xxl", "T5ForConditionalGeneration", "V", "1x80GB"),
        ("Qwen/Qwen2.5-14B-Instruct-GGUF", "several", "V", "1x80GB"),
        ("TheBloke/Llama-2-13B-chat-GGUF", "GGUF", "V", "1x80GB"),
    ],
    "sglang": [
        ("TheBloke/Llama-2-7B-Chat-GGUF", "GGUF", "SG", "1x80GB"),
    ],
    "ollama": [
        ("TheBloke/Mistral-7B-Instruct-v0.2-AWQ", "AWQ", "O", "RTX 4090"),
        ("google-bert/bert-base-uncased", "fill-mask", "O", "RTX 4090"),
    ],
    "tgi": [
        ("BAAI/bge-reranker-v2-m3", "text-embeddings-inference", "TG", "1x80GB"),
    ],
    "transformers": [
        ("facebook/bart-large-cnn", "encoder-decoder", "TF", "1x80GB"),
    ],
    "deepspeed": [
        ("TheBloke/Mistral-7B-Instruct-v0.2-AWQ", "AWQ", "FT", "1x80GB"),
    ],
    "unsloth": [
        ("openai/whisper-large-v3", "speech recognition", "FT", "RTX 4090"),
    ],
}
CASES = [case for tool, rows in RUNS.items() for case in asked_on(tool, rows)]
CASES += [case for tool, rows in REFUSED.items() for case in asked_on(tool, rows, is_refused=True)]
