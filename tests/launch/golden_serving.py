"""What the five other servers are expected to answer, over real rows of the catalog, with where that is said.

S is SGLang 0.5.23: documentation of models, parsers, rerankers, embeddings and diffusion, and its class list.
M is mlx-lm 0.32.2 and mlx-vlm 0.7.10: model folders and server options.
T is transformers 5.23.0: cli/serve.py and the documentation of quantization.
G is text-generation-inference db931fcf: README, launcher.md and the list of models.
K is docker/model-runner 642c7211: command reference, README and model cards.

A row names what must stand in the command, or in a refusal's reason; a leading `---` what must not.
"""

from __future__ import annotations

SGLANG = "python -m sglang.launch_server --model-path "
BY_SGLANG = [
    ("Qwen/Qwen3-8B", f"{SGLANG}Qwen/Qwen3-8B --tool-call-parser qwen --reasoning-parser qwen3", "S"),
    ("Qwen/Qwen3-8B-AWQ", "--tool-call-parser qwen|---quantization", "S"),
    ("Qwen/Qwen3-8B-FP8", "--reasoning-parser qwen3|---quantization", "S"),
    ("Qwen/Qwen3-8B-Base", f"{SGLANG}Qwen/Qwen3-8B-Base|--parser", "S"),
    ("Qwen/Qwen3-235B-A22B-Instruct-2507", "--tool-call-parser qwen|---reasoning-parser|--tp-size 8", "S"),
    ("Qwen/Qwen3-Coder-480B-A35B-Instruct", "--tool-call-parser qwen3_coder|---reasoning-parser", "S"),
    ("Qwen/Qwen3.5-27B", "--tool-call-parser qwen3_coder --reasoning-parser qwen3", "S"),
    ("Qwen/Qwen2.5-7B-Instruct", "--tool-call-parser qwen25|---reasoning-parser", "S"),
    ("Qwen/QwQ-32B", "--reasoning-parser deepseek-r1", "S"),
    ("deepseek-ai/DeepSeek-R1", "--tool-call-parser deepseekv3 --reasoning-parser deepseek-r1|--tp-size 8", "S"),
    ("deepseek-ai/DeepSeek-V3.1", "--tool-call-parser deepseekv31 --reasoning-parser deepseek-v3", "S"),
    ("deepseek-ai/DeepSeek-V3.2", "--tool-call-parser deepseekv32 --reasoning-parser deepseek-v3", "S"),
    ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "--reasoning-parser deepseek-r1|---tool-call-parser", "S"),
    ("openai/gpt-oss-120b", "--tool-call-parser gpt-oss --reasoning-parser gpt-oss", "S"),
    ("zai-org/GLM-4.6", "--tool-call-parser glm45 --reasoning-parser glm45", "S"),
    ("zai-org/GLM-4.7", "--tool-call-parser glm47 --reasoning-parser glm45", "S"),
    ("moonshotai/Kimi-K2-Thinking", "--tool-call-parser kimi_k2 --reasoning-parser kimi_k2|--trust-remote-code", "S"),
    ("MiniMaxAI/MiniMax-M2.5", "--tool-call-parser minimax-m2 --reasoning-parser minimax|--ep-size 8", "S"),
    ("google/gemma-4-31B-it", "--tool-call-parser gemma4 --reasoning-parser gemma4", "S"),
    ("google/gemma-3-4b-it", "--enable-multimodal|---tool-call-parser", "S"),
    ("meta-llama/Llama-3.3-70B-Instruct", "--tool-call-parser llama3|--tp-size 4", "S"),
    ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "--tool-call-parser pythonic|--context-length", "S"),
    ("mistralai/Mistral-Large-Instruct-2407", "--tool-call-parser mistral|--tp-size 4", "S"),
    ("stepfun-ai/Step-3.5-Flash", "--tool-call-parser step3p5 --reasoning-parser step3p5", "S"),
    ("nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16", "--reasoning-parser nemotron_3", "S"),
    ("nvidia/DeepSeek-R1-0528-NVFP4", "--reasoning-parser deepseek-r1|---quantization", "S"),
    ("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "--load-format bitsandbytes|---tp-size", "S"),
    ("Qwen/Qwen2.5-VL-7B-Instruct", f"{SGLANG}Qwen/Qwen2.5-VL-7B-Instruct|--parser", "S"),
    ("Qwen/Qwen3-Embedding-0.6B", "--is-embedding|---chunked-prefill-size", "S"),
    ("intfloat/e5-mistral-7b-instruct", "--is-embedding", "S"),
    ("BAAI/bge-m3", "--attention-backend triton|---is-embedding", "S"),
    (
        "BAAI/bge-reranker-v2-m3",
        "--is-embedding --disable-radix-cache --chunked-prefill-size -1 --attention-backend triton",
        "S",
    ),
    ("Qwen/Qwen3-Reranker-0.6B", "--chat-template examples/chat_template/qwen3_reranker.jinja|---is-embedding", "S"),
    ("openai/whisper-large-v3", f"{SGLANG}openai/whisper-large-v3|---context-length", "S"),
    ("Qwen/Qwen3-ASR-1.7B", f"{SGLANG}Qwen/Qwen3-ASR-1.7B|--parser", "S"),
    ("black-forest-labs/FLUX.1-dev", "sglang serve --model-path black-forest-labs/FLUX.1-dev", "S"),
    ("Qwen/Qwen-Image", "sglang serve --model-path Qwen/Qwen-Image", "S"),
]
REFUSED_BY_SGLANG = [
    ("unsloth/Qwen3-8B-GGUF", "GGUF files only", "S"),
    ("mlx-community/Qwen3-Coder-Next-bf16", "MLX", "S"),
    ("google-t5/t5-base", "T5ForConditionalGeneration", "S"),
    ("facebook/bart-large-cnn", "BartForConditionalGeneration", "S"),
    ("nomic-ai/nomic-embed-text-v1.5", "NomicBertModel", "S"),
    ("sentence-transformers/all-mpnet-base-v2", "MPNetModel", "S"),
    ("BAAI/bge-reranker-v2-gemma", "cross-encoders", "S"),
    ("bigscience/bloom", "BloomForCausalLM", "S"),
    ("hexgrad/Kokoro-82M", "speech or audio generation", "S"),
    ("timm/resnet50.a1_in1k", "timm", "S"),
    ("z-lab/Qwen3-4B-DFlash", "draft model", "S"),
]
BY_TGI = [
    ("Qwen/Qwen2.5-7B-Instruct", "docker run --rm --gpus all --shm-size 1g -p 8080:80|---quantize", "G"),
    ("Qwen/Qwen2.5-7B-Instruct-AWQ", "--model-id Qwen/Qwen2.5-7B-Instruct-AWQ --num-shard 1 --quantize awq", "G"),
    ("Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4", "--quantize gptq", "G"),
    ("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "--quantize bitsandbytes-nf4", "G"),
    ("meta-llama/Llama-3.3-70B-Instruct", "-e HF_TOKEN|text-generation-inference:latest|--num-shard 4", "G"),
    ("mistralai/Mistral-7B-Instruct-v0.3", "--model-id mistralai/Mistral-7B-Instruct-v0.3", "G"),
    ("Qwen/Qwen2.5-VL-7B-Instruct", "--model-id Qwen/Qwen2.5-VL-7B-Instruct", "G"),
    ("google/gemma-3-4b-it", "--model-id google/gemma-3-4b-it", "G"),
    ("bigscience/bloom", "--model-id bigscience/bloom --num-shard 8", "G"),
    ("google-t5/t5-base", "--model-id google-t5/t5-base", "G"),
    ("deepseek-ai/DeepSeek-R1", "--num-shard 8 --quantize fp8", "G"),
    ("baichuan-inc/Baichuan2-13B-Chat", "--trust-remote-code", "G"),
]
REFUSED_BY_TGI = [
    ("Qwen/Qwen3-8B", "qwen3", "G"),
    ("zai-org/GLM-4.6", "glm4_moe", "G"),
    ("EleutherAI/gpt-neo-2.7B", "gpt_neo", "G"),
    ("facebook/bart-large-cnn", "bart", "G"),
    ("BAAI/bge-m3", "text-embeddings-inference", "G"),
    ("BAAI/bge-reranker-v2-m3", "text-embeddings-inference", "G"),
    ("openai/whisper-large-v3", "speech recognition", "G"),
    ("black-forest-labs/FLUX.1-dev", "diffusers", "G"),
    ("unsloth/Qwen3-8B-GGUF", "GGUF files only", "G"),
    ("mlx-community/Qwen3-Coder-Next-bf16", "MLX", "G"),
    ("nvidia/DeepSeek-R1-0528-NVFP4", "NVFP4", "G"),
]
BY_TRANSFORMERS = [
    ("Qwen/Qwen3-8B", "transformers serve Qwen/Qwen3-8B", "T"),
    ("Qwen/Qwen3-8B-FP8", "transformers serve Qwen/Qwen3-8B-FP8|---quantization", "T"),
    ("Qwen/Qwen2.5-7B-Instruct-AWQ", "transformers serve Qwen/Qwen2.5-7B-Instruct-AWQ", "T"),
    ("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "transformers serve unsloth/Qwen2.5-Coder-3B-bnb-4bit|---quantization", "T"),
    ("openai/gpt-oss-20b", "transformers serve openai/gpt-oss-20b", "T"),
    ("Qwen/Qwen2.5-VL-7B-Instruct", "transformers serve Qwen/Qwen2.5-VL-7B-Instruct", "T"),
    ("openai/whisper-large-v3", "transformers serve openai/whisper-large-v3", "T"),
    ("EleutherAI/gpt-neo-2.7B", "transformers serve EleutherAI/gpt-neo-2.7B", "T"),
    ("moonshotai/Kimi-K2-Instruct", "--trust-remote-code", "T"),
]
REFUSED_BY_TRANSFORMERS = [
    ("google-t5/t5-base", "encoder-decoder", "T"),
    ("facebook/bart-large-cnn", "encoder-decoder", "T"),
    ("BAAI/bge-m3", "an embedding model", "T"),
    ("BAAI/bge-reranker-v2-m3", "a reranker", "T"),
    ("facebook/wav2vec2-base-960h", "Wav2Vec2ForCTC", "T"),
    ("black-forest-labs/FLUX.1-dev", "diffusers", "T"),
    ("mlx-community/Qwen3-Coder-Next-bf16", "MLX", "T"),
    ("nvidia/DeepSeek-R1-0528-NVFP4", "NVFP4", "T"),
    ("suno/bark", "speech or audio generation", "T"),
]
BY_MLX = [
    ("Qwen/Qwen3-8B", "mlx_lm.server --model Qwen/Qwen3-8B", "M"),
    ("mlx-community/Qwen3-Coder-Next-bf16", "mlx_lm.server --model mlx-community/Qwen3-Coder-Next-bf16", "M"),
    ("lmstudio-community/gemma-3-270m-it-MLX-8bit", "mlx_lm.server --model lmstudio-community/", "M"),
    ("Qwen/Qwen3-8B-AWQ", "mlx_lm.server --model Qwen/Qwen3-8B-AWQ", "M"),
    ("openai/gpt-oss-20b", "mlx_lm.server --model openai/gpt-oss-20b", "M"),
    ("Qwen/Qwen2.5-VL-7B-Instruct", "mlx_vlm.server --model Qwen/Qwen2.5-VL-7B-Instruct --host 127.0.0.1", "M"),
    ("google/gemma-3-4b-it", "mlx_vlm.server --model google/gemma-3-4b-it", "M"),
    ("BAAI/bge-m3", "mlx_vlm.server --embedding-model BAAI/bge-m3", "M"),
    ("google/embeddinggemma-300m", "mlx_vlm.server --embedding-model google/embeddinggemma-300m", "M"),
    ("BAAI/bge-reranker-v2-m3", "mlx_vlm.server --reranker-model BAAI/bge-reranker-v2-m3", "M"),
    ("openai/whisper-large-v3", "mlx_vlm.server --stt-model openai/whisper-large-v3", "M"),
    ("Qwen/Qwen-Image", "mlx_vlm.server --image-model Qwen/Qwen-Image", "M"),
]
REFUSED_BY_MLX = [
    ("unsloth/Qwen3-8B-GGUF", "GGUF files only", "M"),
    ("Qwen/Qwen3-8B-FP8", "FP8", "M"),
    ("nvidia/DeepSeek-R1-0528-NVFP4", "NVFP4", "M"),
    ("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "BNB", "M"),
    ("Qwen/Qwen2.5-7B-Instruct-GPTQ-Int8", "4 bits only", "M"),
    ("bigscience/bloom", "bloom", "M"),
    ("google-t5/t5-base", "t5", "M"),
    ("nomic-ai/nomic-embed-text-v1.5", "nomic_bert", "M"),
    ("black-forest-labs/FLUX.1-dev", "diffusers", "M"),
    ("z-lab/Qwen3-4B-DFlash", "draft model", "M"),
]
BY_MODEL_RUNNER = [
    (
        "Qwen/Qwen3-8B",
        "docker model install-runner --backend vllm --gpu cuda|docker model run hf.co/Qwen/Qwen3-8B",
        "K",
    ),
    ("unsloth/Qwen3-8B-GGUF", "docker model pull hf.co/unsloth/Qwen3-8B-GGUF|---install-runner", "K"),
    ("Qwen/Qwen3-8B-AWQ", "--backend vllm|docker model pull hf.co/Qwen/Qwen3-8B-AWQ", "K"),
    ("mlx-community/Qwen3-Coder-Next-bf16", "docker model install-runner --backend mlx", "K"),
    ("BAAI/bge-m3", "docker model configure --mode embedding hf.co/BAAI/bge-m3", "K"),
    ("gpustack/bge-reranker-v2-m3-GGUF", "docker model configure --mode reranking hf.co/gpustack/", "K"),
    ("Qwen/Qwen3-Reranker-0.6B", "--mode reranking --hf_overrides|is_original_qwen3_reranker", "K"),
    ("Qwen/Qwen2.5-VL-7B-Instruct", "docker model run hf.co/Qwen/Qwen2.5-VL-7B-Instruct", "K"),
    ("meta-llama/Llama-3.3-70B-Instruct", "-- --tensor-parallel-size 4", "K"),
]
REFUSED_BY_MODEL_RUNNER = [
    ("unsloth/Qwen2.5-Coder-3B-bnb-4bit", "BNB", "K"),
    ("openai/whisper-large-v3", "speech recognition", "K"),
    ("hexgrad/Kokoro-82M", "speech or audio generation", "K"),
    ("black-forest-labs/FLUX.1-dev", "DDUF", "K"),
    ("EleutherAI/gpt-neo-2.7B", "GPTNeoForCausalLM", "K"),
    ("sentence-transformers/all-mpnet-base-v2", "MPNetModel", "K"),
    ("z-lab/Qwen3-4B-DFlash", "draft model", "K"),
]
COMMANDS = (
    [("sglang", *row) for row in BY_SGLANG]
    + [("tgi", *row) for row in BY_TGI]
    + [("transformers", *row) for row in BY_TRANSFORMERS]
    + [("mlx", *row) for row in BY_MLX]
    + [("docker-model-runner", *row) for row in BY_MODEL_RUNNER]
)
REFUSALS = (
    [("sglang", *row) for row in REFUSED_BY_SGLANG]
    + [("tgi", *row) for row in REFUSED_BY_TGI]
    + [("transformers", *row) for row in REFUSED_BY_TRANSFORMERS]
    + [("mlx", *row) for row in REFUSED_BY_MLX]
    + [("docker-model-runner", *row) for row in REFUSED_BY_MODEL_RUNNER]
)
