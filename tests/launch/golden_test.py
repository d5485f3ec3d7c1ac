"""The table of what each tool is expected to answer, over real rows of the catalog, with where that is said.

R is vllm-project/recipes@8959cf6 (2026-08-21), V the documentation and registry of vLLM 0.33.0, O Ollama's library as
of 2026-08-21, D the documentation of the tool. A row names what must stand in the command, or in a refusal's reason;
a leading `-` names what must not.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from modelscope_tui.catalog.model import Model
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options
from tests.launch import golden_serving
from tests.launch.conftest import MakeSubject

HERMES = "--enable-auto-tool-choice --tool-call-parser hermes"
SERVED = [
    ("Qwen/Qwen3-1.7B", f"{HERMES} --reasoning-parser qwen3", "R"),
    ("Qwen/Qwen3-8B", f"{HERMES} --reasoning-parser qwen3", "R"),
    ("Qwen/Qwen3-32B", f"{HERMES} --reasoning-parser qwen3", "R"),
    ("Qwen/Qwen3-30B-A3B", f"{HERMES} --reasoning-parser qwen3", "R"),
    ("Qwen/Qwen3-235B-A22B-Instruct-2507", f"{HERMES}|---reasoning-parser", "R"),
    ("Qwen/Qwen3-8B-FP8", f"{HERMES} --reasoning-parser qwen3|---quantization", "V"),
    ("Qwen/Qwen3-8B-AWQ", f"{HERMES} --reasoning-parser qwen3|---quantization", "V"),
    ("Qwen/Qwen3-8B-Base", "vllm serve Qwen/Qwen3-8B-Base|--parser", "V"),
    ("Qwen/Qwen3-Coder-480B-A35B-Instruct", "--tool-call-parser qwen3_coder|---reasoning-parser", "R"),
    ("Qwen/Qwen3-Next-80B-A3B-Instruct", f"{HERMES}|---reasoning-parser|--max-model-len", "R"),
    ("Qwen/Qwen3-VL-8B-Instruct", "vllm serve|--parser", "R"),
    ("Qwen/Qwen3.5-27B", "--tool-call-parser qwen3_coder --reasoning-parser qwen3", "R"),
    ("Qwen/Qwen3.8-27B", "--tool-call-parser qwen3_coder --reasoning-parser qwen3", "R"),
    ("Qwen/QwQ-32B", "--tool-call-parser hermes --reasoning-parser deepseek_r1", "V"),
    ("Qwen/Qwen2.5-7B-Instruct", f"{HERMES}|---reasoning-parser", "V"),
    ("Qwen/Qwen2.5-VL-7B-Instruct", "vllm serve|--parser", "R"),
    ("deepseek-ai/DeepSeek-R1", "--tool-call-parser deepseek_v3 --reasoning-parser deepseek_r1", "R"),
    ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "--reasoning-parser deepseek_r1|---tool-call-parser", "V"),
    ("deepseek-ai/DeepSeek-V3.1", "--tool-call-parser deepseek_v31 --reasoning-parser deepseek_v3", "R"),
    ("deepseek-ai/DeepSeek-V3.2", "--tool-call-parser deepseek_v32|--tokenizer-mode deepseek_v32", "R"),
    ("deepseek-ai/DeepSeek-V4-Flash", "--tool-call-parser deepseek_v4|--tokenizer-mode deepseek_v4", "R"),
    ("deepseek-ai/DeepSeek-OCR", "--logits-processors vllm.model_executor.models.deepseek_ocr:", "R"),
    ("openai/gpt-oss-20b", "--tool-call-parser openai|---reasoning-parser", "R"),
    ("openai/gpt-oss-120b", "--tool-call-parser openai|---reasoning-parser", "R"),
    ("zai-org/GLM-4.6", "--tool-call-parser glm45 --reasoning-parser glm45", "R"),
    ("zai-org/GLM-4.7", "--tool-call-parser glm47 --reasoning-parser glm45", "R"),
    ("zai-org/GLM-5.2", "--tool-call-parser glm47 --reasoning-parser glm45", "R"),
    ("moonshotai/Kimi-K2-Instruct", "--tool-call-parser kimi_k2|---reasoning-parser|--trust-remote-code", "R"),
    ("moonshotai/Kimi-K2-Thinking", "--tool-call-parser kimi_k2 --reasoning-parser kimi_k2", "R"),
    ("moonshotai/Kimi-K3", "--tool-call-parser kimi_k3 --reasoning-parser kimi_k3", "R"),
    ("MiniMaxAI/MiniMax-M2.5", "--tool-call-parser minimax_m2 --reasoning-parser minimax_m2", "R"),
    ("google/gemma-4-31B-it", "--tool-call-parser gemma4 --reasoning-parser gemma4", "R"),
    ("google/gemma-4-31B", "vllm serve|--parser", "V"),
    ("meta-llama/Llama-3.1-8B-Instruct", "--tool-call-parser llama3_json", "V"),
    ("meta-llama/Llama-3.3-70B-Instruct", "--tool-call-parser llama3_json|--tensor-parallel-size 4", "V"),
    ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "--tool-call-parser llama4_pythonic|--max-model-len", "V"),
    ("mistralai/Mistral-Large-Instruct-2407", "--tool-call-parser mistral|--tensor-parallel-size 4", "V"),
    ("mistralai/Ministral-3-14B-Instruct-2512", "--tool-call-parser mistral", "R"),
    ("mistralai/Mistral-Small-4-119B-2603", "--tool-call-parser mistral --reasoning-parser mistral", "R"),
    ("microsoft/Phi-4-mini-instruct", "--tool-call-parser phi4_mini_json", "V"),
    ("ibm-granite/granite-4.0-h-small", "--tool-call-parser granite4", "V"),
    ("LiquidAI/LFM2.5-1.2B-Instruct", "--tool-call-parser lfm2|---reasoning-parser", "R"),
    ("LiquidAI/LFM2.5-1.2B-Base", "vllm serve|--parser", "R"),
    ("LiquidAI/LFM2.5-8B-A1B", "--tool-call-parser lfm2 --reasoning-parser qwen3", "R"),
    ("stepfun-ai/Step-3.5-Flash", "--tool-call-parser step3p5 --reasoning-parser step3p5", "R"),
    ("tencent/Hy3", "--tool-call-parser hy_v3 --reasoning-parser hy_v3", "R"),
    ("poolside/Laguna-XS-2.1", "--tool-call-parser poolside_v1 --reasoning-parser poolside_v1", "R"),
    (
        "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16",
        "--tool-call-parser qwen3_xml --reasoning-parser nemotron_v3",
        "R",
    ),
    ("thinkingmachines/Inkling-NVFP4", "--tokenizer-mode inkling", "R"),
    ("bigscience/bloom", "vllm serve bigscience/bloom|--parser|--tensor-parallel-size 8", "V"),
    ("EleutherAI/gpt-neox-20b", "vllm serve EleutherAI/gpt-neox-20b|--parser", "V"),
    ("BAAI/bge-reranker-v2-gemma", "GemmaForSequenceClassification|no_post_processing", "V"),
    ("mixedbread-ai/mxbai-rerank-base-v2", "Qwen2ForSequenceClassification", "V"),
    ("jinaai/jina-embeddings-v5-text-small", "--runner pooling|--trust-remote-code", "R"),
    ("nomic-ai/nomic-embed-text-v1.5", "vllm serve nomic-ai/nomic-embed-text-v1.5", "V"),
    ("Alibaba-NLP/gte-Qwen2-7B-instruct", "--runner pooling", "V"),
    ("Qwen/Qwen3-ASR-1.7B", "vllm serve Qwen/Qwen3-ASR-1.7B|---max-model-len", "R"),
]
REFUSED_BY_VLLM = [
    ("black-forest-labs/FLUX.1-dev", "diffusers", "V"),
    ("stabilityai/stable-diffusion-xl-base-1.0", "diffusers", "V"),
    ("unsloth/Qwen3-8B-GGUF", "GGUF", "V"),
    ("mlx-community/Qwen3-Coder-Next-bf16", "MLX", "V"),
    ("lmstudio-community/gemma-3-270m-it-MLX-8bit", "MLX", "V"),
    ("google-t5/t5-base", "T5ForConditionalGeneration", "V"),
    ("EleutherAI/gpt-neo-2.7B", "GPTNeoForCausalLM", "V"),
    ("meta-llama/Llama-3.2-11B-Vision-Instruct", "0.10.2", "V"),
    ("baichuan-inc/Baichuan2-13B-Chat", "0.23.0", "V"),
    ("mosaicml/mpt-7b", "0.28.0", "V"),
    ("adept/fuyu-8b", "0.25.0", "V"),
    ("Snowflake/snowflake-arctic-instruct", "0.28.0", "V"),
    ("suno/bark", "text-to-audio", "V"),
    ("hexgrad/Kokoro-82M", "text-to-speech", "V"),
    ("timm/resnet50.a1_in1k", "timm", "V"),
    ("sentence-transformers/all-mpnet-base-v2", "MPNetModel", "V"),
]
IN_OLLAMA = [
    ("Qwen/Qwen3-8B", "ollama run qwen3:8b", "O"),
    ("Qwen/Qwen3-4B", "ollama run qwen3:4b-q4_K_M", "O"),
    ("meta-llama/Llama-3.1-8B-Instruct", "ollama run llama3.1:8b", "O"),
    ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "ollama run llama4:16x17b", "O"),
    ("mistralai/Mistral-Large-Instruct-2407", "ollama run mistral-large:123b", "O"),
    ("openai/gpt-oss-20b", "ollama run gpt-oss:20b", "O"),
    ("google/gemma-3-4b-it", "ollama run gemma3:4b", "O"),
    ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "ollama run qwen3-coder:30b", "O"),
    ("nomic-ai/nomic-embed-text-v1.5", "ollama pull nomic-embed-text:v1.5", "O"),
    ("EleutherAI/gpt-neox-20b", "ollama run hf.co/mradermacher/gpt-neox-20b-GGUF", "D"),
    ("unsloth/Qwen3-8B-GGUF", "ollama run hf.co/unsloth/Qwen3-8B-GGUF", "D"),
]
REFUSED_BY_OLLAMA = [
    ("Qwen/Qwen3-8B-AWQ", "AWQ", "D"),
    ("Qwen/Qwen3-Reranker-0.6B", "reranker", "D"),
    ("openai/whisper-large-v3", "speech recognition", "D"),
    ("black-forest-labs/FLUX.1-dev", "diffusers", "D"),
    ("hexgrad/Kokoro-82M", "speech or audio generation", "D"),
    ("bigscience/bloom", "no GGUF", "D"),
    ("lmstudio-community/gemma-3-270m-it-MLX-8bit", "MLX", "D"),
    ("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "BNB", "D"),
    ("deepseek-ai/DeepSeek-V3.2", "several files", "D"),  # (its library tag is cloud only)
    ("moonshotai/Kimi-K2-Instruct", "several files", "D"),
    ("zai-org/GLM-4.6", "several files", "D"),
]
OTHERS = [
    ("llamacpp", "unsloth/Qwen3-8B-GGUF", "llama-server -hf unsloth/Qwen3-8B-GGUF", "D"),
    ("llamacpp", "mistralai/Mistral-Large-Instruct-2407", "MaziyarPanahi/Mistral-Large-Instruct-2407-GGUF", "D"),
    ("llamacpp", "BAAI/bge-m3", "-hf lm-kit/bge-m3-gguf --embedding --pooling cls", "D"),
    ("llamacpp", "Qwen/Qwen3-Embedding-0.6B", "--embedding --pooling last", "D"),
    ("llamacpp", "gpustack/bge-reranker-v2-m3-GGUF", "-hf gpustack/bge-reranker-v2-m3-GGUF --rerank", "D"),
    ("lmstudio", "unsloth/Qwen3-8B-GGUF", "lms get https://huggingface.co/unsloth/Qwen3-8B-GGUF", "D"),
    (
        "lmstudio",
        "lmstudio-community/gemma-3-270m-it-MLX-8bit",
        "lms get https://huggingface.co/lmstudio-community/",
        "D",
    ),
    ("huggingface", "bigscience/bloom", "hf download bigscience/bloom", "D"),
    ("huggingface", "black-forest-labs/FLUX.1-dev", "hf download black-forest-labs/FLUX.1-dev", "D"),
]
REFUSED_BY_OTHERS = [
    ("llamacpp", "Qwen/Qwen3-8B-AWQ", "AWQ", "D"),
    ("llamacpp", "bigscience/bloom", "no GGUF", "D"),
    ("llamacpp", "openai/whisper-large-v3", "speech recognition", "D"),
    ("llamacpp", "city96/FLUX.1-dev-gguf", "image or video", "D"),
    ("lmstudio", "Qwen/Qwen3-8B-AWQ", "AWQ", "D"),
    ("lmstudio", "Qwen/Qwen3-Reranker-0.6B", "reranker", "D"),
    ("lmstudio", "black-forest-labs/FLUX.1-dev", "image or video", "D"),
    ("lmstudio", "google-bert/bert-base-uncased", "task fill-mask, library transformers, model_type bert", "D"),
]
COMMANDS = [("vllm", *row) for row in SERVED] + [("ollama", *row) for row in IN_OLLAMA] + OTHERS
COMMANDS += golden_serving.COMMANDS
REFUSALS = (
    [("vllm", *row) for row in REFUSED_BY_VLLM] + [("ollama", *row) for row in REFUSED_BY_OLLAMA] + REFUSED_BY_OTHERS
)
REFUSALS += golden_serving.REFUSALS


@pytest.mark.parametrize(("tool", "model_id", "expected", "source"), COMMANDS, ids=lambda value: str(value)[:50])
def test_a_model_gets_the_command_that_its_publisher_and_tool_say(  # noqa: PLR0917
    subject: MakeSubject, catalog: Mapping[str, Model], tool: str, model_id: str, expected: str, source: str
) -> None:
    assert model_id in catalog
    answer = plan(tool, subject(model_id, "8xH100"), Options())
    assert answer.command is not None, answer.reason
    text = answer.command.steps[answer.command.main].text("bash")
    for part in expected.split("|"):
        if part.startswith("---") or part == "--parser":
            assert part.lstrip("-") not in text
        else:
            assert part in text


@pytest.mark.parametrize(("tool", "model_id", "fact", "source"), REFUSALS, ids=lambda value: str(value)[:50])
def test_a_model_that_cannot_run_is_refused_with_the_fact(  # noqa: PLR0917
    subject: MakeSubject, catalog: Mapping[str, Model], tool: str, model_id: str, fact: str, source: str
) -> None:
    assert model_id in catalog
    answer = plan(tool, subject(model_id, "8xH100"), Options())
    assert answer.verdict == "refused"
    assert fact in answer.reason
    assert answer.command is None


def test_the_table_is_large_enough_to_mean_something() -> None:
    assert len(COMMANDS) >= 60
    assert len(REFUSALS) >= 25
