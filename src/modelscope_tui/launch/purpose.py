"""SOUTH WING: what a model is for, from its row: every tool asks this first.

The task is asked first, then the library, the name and the capabilities; a row without any of them is `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from modelscope_tui.catalog.model import Model
from modelscope_tui.launch.rulebook import rules

Purpose = Literal[
    "text", "vision", "embedding", "reranker", "classifier", "speech-to-text", "text-to-speech", "image-generation",
    "draft", "adapter", "other", "unknown",
]  # fmt: skip

SAID: Mapping[Purpose, str] = MappingProxyType(
    {
        "text": "a text model", "vision": "a vision-language model", "embedding": "an embedding model",
        "reranker": "a reranker", "classifier": "a classifier", "speech-to-text": "a speech recognition model",
        "text-to-speech": "a speech or audio generation model", "image-generation": "an image or video generation model",
        "draft": "a draft model for speculative decoding", "adapter": "an adapter without a model",
        "other": "a model of another kind", "unknown": "a model of unknown kind",
    }
)  # fmt: skip
"""How a sentence names each purpose."""

_VISION = ("image-text-to-text", "any-to-any", "image-to-text", "visual-question-answering", "video-text-to-text",
           "audio-text-to-text", "document-question-answering")  # fmt: skip
_IMAGE = ("text-to-image", "image-to-image", "text-to-video", "image-to-video", "video-to-video", "image-to-3d",
          "text-to-3d", "unconditional-image-generation")  # fmt: skip
_TASKS: Mapping[str, Purpose] = MappingProxyType(
    {"text-generation": "text", "conversational": "text", "feature-extraction": "embedding",
     "sentence-similarity": "embedding", "text-ranking": "reranker", "text-classification": "classifier",
     "zero-shot-classification": "classifier", "token-classification": "classifier",
     "automatic-speech-recognition": "speech-to-text", "text-to-speech": "text-to-speech",
     "text-to-audio": "text-to-speech", "audio-to-audio": "text-to-speech"}
    | dict.fromkeys(_VISION, "vision") | dict.fromkeys(_IMAGE, "image-generation")
)  # fmt: skip
_LIBRARIES: Mapping[str, Purpose] = MappingProxyType(
    {"diffusers": "image-generation", "diffusion-single-file": "image-generation", "timm": "other", "peft": "adapter",
     "ultralytics": "other", "open_clip": "other", "speechbrain": "other", "pyannote-audio": "other", "nemo": "other",
     "outetts": "text-to-speech", "f5-tts": "text-to-speech", "espnet": "other", "fairseq": "other", "keras": "other",
     "asteroid": "other", "whisperkit": "speech-to-text", "colpali": "embedding", "PyLate": "embedding",
     "unity-sentis": "other", "allennlp": "other", "stable-audio-tools": "text-to-speech", "gliner": "other"}
)  # fmt: skip
_RERANKER = re.compile(r"rerank|cross-encoder/ms-marco|colbert.*rank", re.IGNORECASE)
_EMBEDDING = re.compile(
    r"embed|/(bge|e5|gte|multilingual-e5|all-minilm|all-mpnet|paraphrase|stella|arctic-embed)-|sentence-t5", re.IGNORECASE
)
_DRAFT = re.compile(r"eagle-?[23]?(-|$)|dflash|dspark|[-_]mtp(-gguf)?$|speculator|-assistant(-|$)", re.IGNORECASE)
_SPEECH = re.compile(r"whisper|[-_]asr([-_.]|$)|parakeet|canary-|wav2vec", re.IGNORECASE)
_VOICE = re.compile(r"tts|vibevoice|bark(-|$)|kokoro|musicgen|orpheus|chatterbox|-audio-gen", re.IGNORECASE)
_PICTURE = re.compile(
    r"flux|stable-diffusion|sdxl|/sd[-_]?[123x]|wan2|hunyuan-?video|qwen-image|z-image|ltx-|chroma|hidream|cogvideo",
    re.IGNORECASE,
)
_BASE = re.compile(r"[-_.](base|pt|pretrain(ed)?)(?=[-_.]|$)|-pretrain|/base-", re.IGNORECASE)
_CHAT = re.compile(
    r"instruct|chat|[-_]it(?=[-_.]|$)|[-_](sft|dpo|rl|rlhf|orpo|kto|ppo|grpo)(?=[-_.]|$)|thinking|reason|assistant"
    r"|[-_]r1(?=[-_.]|$)|vicuna|zephyr|hermes|alpaca|dolphin|wizard|orca|abliterated|uncensored|tulu|qwq|roleplay"
    r"|think(?=[-_.]|$)|storyteller|heretic|aligned|distill",
    re.IGNORECASE,
)


def purpose_of(model: Model) -> Purpose:
    """Say what a model is for."""
    name = model.id
    if model.library in _LIBRARIES:
        return _LIBRARIES[model.library]
    if _RERANKER.search(name):
        return "reranker"
    if model.task is not None:
        known = _TASKS.get(model.task, "other")
        if known in ("text", "vision"):
            return _narrower(model, known)
        return "text" if known == "other" and model.task in ("text2text-generation", "question-answering") else known
    return _from_name(model)


def _narrower(model: Model, known: Purpose) -> Purpose:
    """Hub tasks are often generic: an embedder or a draft model of a language model says `text-generation`."""
    if _DRAFT.search(model.name) or (model.model_type or "").endswith(("_mtp", "_assistant", "dspark")):
        return "draft"
    if model.task == "text-generation":
        if _EMBEDDING.search(model.id) and "uncensor" not in model.id.lower():
            return "embedding"
        if "tts" in model.capabilities and _VOICE.search(model.name):
            return "text-to-speech"
    return known


def _from_name(model: Model) -> Purpose:
    name = model.id
    if _EMBEDDING.search(name) or (model.embed_dim is not None and not _SPEECH.search(name)):
        return "embedding"
    if _SPEECH.search(name):
        return "speech-to-text"
    if _VOICE.search(model.name) or "tts" in model.capabilities:
        return "text-to-speech"
    if _PICTURE.search(name):
        return "image-generation"
    if _DRAFT.search(model.name):
        return "draft"
    if "vision" in model.capabilities:
        return "vision"
    if model.model_type or model.architectures or model.quantization or model.gguf_repos or model.capabilities:
        return "text"
    return "unknown"


def is_chat(model: Model) -> bool | None:
    """Tell whether a text or vision model talks in turns; False is a base model; None when nothing tells."""
    if "conversational" in model.tags:
        return True
    if _BASE.search(model.name):
        return False
    if _CHAT.search(model.id):
        return True
    known = rules("recipes")["chat"]
    model_type = model.model_type
    if model_type in known["chat_types"]:
        return True
    if model_type in known["base_types"]:
        return False
    if model_type in known["publisher_types"] and model.organization in known["publishers"]:
        return False
    return None
