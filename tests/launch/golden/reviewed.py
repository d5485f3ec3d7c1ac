"""Cases that a review by hand of some 540 answers found wrong, each with where the right one stands."""

from __future__ import annotations

from tests.launch.golden.case import refuses, runs

MISTRAL = "the repository's card: vllm serve ... --tokenizer_mode mistral --config_format mistral --load_format mistral"
ORIGINAL = "the repositories' file lists: Meta and OpenAI keep the same weights a second time in original/ and metal/"
OWN = "--tokenizer-mode mistral --config-format mistral --load-format mistral"

FOR_ONE_PROGRAM = [
    ("argmaxinc/whisperkit-coreml", "Core ML"),
    ("TheBloke/Llama-2-7B-Chat-GGML", "GGML"),
    ("OpenVINO/Phi-3.5-vision-instruct-int8-ov", "OpenVINO"),
    ("litert-community/FunctionGemma_270M_Mobile_Actions", "LiteRT"),
]
WITH_CODE = (
    "LGAI-EXAONE/EXAONE-3.5-32B-Instruct", "internlm/internlm2-chat-20b", "rednote-hilab/dots.ocr",
    "allenai/Molmo-7B-D-0924", "deepseek-ai/deepseek-moe-16b-base", "sarvamai/sarvam-30b", "XiaomiMiMo/MiMo-7B-RL",
    "nvidia/llama-nemotron-embed-1b-v2", "nvidia/llama-nemotron-rerank-1b-v2", "microsoft/Phi-3.5-vision-instruct",
    "AIDC-AI/Ovis2.5-2B", "h2oai/h2ovl-mississippi-800m", "Kwai-Keye/Keye-VL-1_5-8B", "nvidia/Eagle2.5-8B",
    "upstage/solar-pro-preview-instruct", "OrionStarAI/Orion-14B-Chat", "Tele-AI/TeleChat2-3B",
)  # fmt: skip
"""Configured by code of the repository: transformers and vLLM have no class of that type."""

WITHOUT_CODE = (
    "deepseek-ai/DeepSeek-R1", "microsoft/Phi-3.5-MoE-instruct", "meituan-longcat/LongCat-Flash-Chat",
    "LGAI-EXAONE/EXAONE-4.0-32B", "ai21labs/AI21-Jamba-Mini-1.5", "allenai/Molmo2-8B",
)  # fmt: skip
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
    *runs("vllm", [
        ("nvidia/Gemma-4-26B-A4B-NVFP4", "--tool-call-parser gemma4 --reasoning-parser gemma4", "R"),
        ("zai-org/GLM-5.1", "glm47 --reasoning-parser glm45 --chat-template-content-format string", "R"),
        ("zai-org/GLM-5.2", "glm47 --reasoning-parser glm45 | !--chat-template-content-format", "R"),
        ("zai-org/Glyph", "--reasoning-parser glm45 --no-enable-prefix-caching --mm-processor-cache-gb 0", "R"),
        ("stepfun-ai/Step-3.7-Flash", "--tool-call-parser step3p5 | --enable-expert-parallel", "R"),
        ("meta-models/Muse-Glimmer-30B", "--generation-config vllm", "R"),
        ("MiniMaxAI/MiniMax-M2.5", "--trust-remote-code", "R"),
        ("cyankiwi/MiniMax-M2.1-AWQ-4bit", "--tool-call-parser minimax_m2 | !--trust-remote-code", "R"),
        ("mistralai/Devstral-2-123B-Instruct-2512", "--tool-call-parser mistral", "C"),
        ("jinaai/jina-reranker-v2-base-multilingual", "--trust-remote-code | /v1/rerank", "C"),
    ]),
    *refuses("vllm", [(model, label, "C") for model, label in FOR_ONE_PROGRAM]),
    *refuses("sglang", [(model, label, "C") for model, label in FOR_ONE_PROGRAM]),
    *refuses("transformers", [(model, label, "C") for model, label in FOR_ONE_PROGRAM]),
    *refuses("unsloth", [(model, label, "C") for model, label in FOR_ONE_PROGRAM[1:]]),
    *runs("sglang", [
        ("deepseek-ai/DeepSeek-OCR", "launch_server --model-path deepseek-ai/DeepSeek-OCR", "SC"),
        ("deepseek-ai/DeepSeek-OCR-2", "launch_server --model-path deepseek-ai/DeepSeek-OCR-2", "SC"),
        ("deepseek-ai/DeepSeek-Math-V2", "--reasoning-parser deepseek-r1 | !--tool-call-parser", "SC"),
        ("deepseek-ai/DeepSeek-V3", "--tool-call-parser deepseekv3 --reasoning-parser deepseek-v3", "SC"),
        ("inclusionAI/LLaDA2.1-mini", "launch_server --model-path inclusionAI/LLaDA2.1-mini", "SC"),
        ("inclusionAI/Ring-2.5-1T", "--tool-call-parser qwen --reasoning-parser deepseek-r1", "SC"),
        ("stepfun-ai/Step3-VL-10B", "--tool-call-parser hermes --reasoning-parser deepseek-r1", "SC"),
        ("zai-org/Glyph", "--tool-call-parser glm45 --reasoning-parser glm45", "SC"),
        ("Qwen/Qwen-Image-Edit-2511", "sglang serve --model-path Qwen/Qwen-Image-Edit-2511", "SC"),
    ]),
    *runs("vllm", [(model, "--trust-remote-code", "VR") for model in WITH_CODE]),
    *runs("vllm", [(model, f"vllm serve {model} | !--trust-remote-code", "VR") for model in WITHOUT_CODE]),
    *runs("sglang", [
        ("LGAI-EXAONE/EXAONE-3.5-32B-Instruct", "!--trust-remote-code", "SG"),
        ("internlm/internlm2-chat-20b", "--trust-remote-code", "SG"),
    ]),
    *runs("transformers", [("LGAI-EXAONE/EXAONE-3.5-32B-Instruct", "--trust-remote-code", "TF")]),
    *refuses("transformers", [
        ("xai-org/grok-2", "Grok1ForCausalLM | no class", "VR"),
        ("liuhaotian/llava-v1.5-7b", "LlavaLlamaForCausalLM | llava-hf", "VR"),
    ]),
    *refuses("replicate", [("internlm/internlm2-chat-20b", "(internlm2) is code of the repository", "VR")]),
    *runs("deepspeed", [("LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct", "--trust-remote-code", "VR")]),
    *runs("axolotl", [("LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct", "trust_remote_code: true", "VR")]),
    *runs("vllm", [
        ("stepfun-ai/Step3-VL-10B", "hermes --reasoning-parser deepseek_r1 | --trust-remote-code", "C"),
    ]),
    *refuses("vllm", [("inclusionAI/LLaDA2.1-mini", "LLaDA2MoeModelLM | not in the registry", "V")]),
    *refuses("ollama", [("Qwen/Qwen2.5-7B-Instruct-GGUF", "several files", "C")]),
    *runs("ollama", [("Qwen/Qwen2.5-3B-Instruct-GGUF", "hf.co/Qwen/Qwen2.5-3B-Instruct-GGUF", "C")]),
    *runs("mlx", [
        ("mlx-community/gemma-3-12b-it-qat-4bit", "mlx_vlm.server --model", "C"),
        ("mlx-community/Qwen3-VL-8B-Instruct-bf16", "mlx_vlm.server --model", "C"),
        ("lmstudio-community/Llama-4-Scout-17B-16E-MLX-text-8bit", "mlx_lm.server --model", "C"),
    ], machine="M3 Max 128GB"),
    *runs("huggingface", [
        ("bartowski/Llama-3.2-3B-Instruct-GGUF", "GGUF --include '*Q4_K_M*' | !q4_k_m", "H"),
        ("Qwen/Qwen2.5-3B-Instruct-GGUF", "--include '*Q4_K_M*' --include '*q4_k_m*'", "C"),
        ("google/gemma-3-4b-it-qat-q4_0-gguf", "--include '*Q4_0*' --include '*q4_0*'", "C"),
        ("ggml-org/gpt-oss-20b-GGUF", "hf download ggml-org/gpt-oss-20b-GGUF | !--include", "L"),
    ]),
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
