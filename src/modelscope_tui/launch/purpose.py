"""SOUTH WING: what a model is for, from its row: every tool asks this first.

The task is asked first, then the library, the name and the capabilities; a row without any of them is `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from modelscope_tui.catalog.model import Model
from modelscope_tui.launch.family import architectures_of
from modelscope_tui.launch.per_row import per_row
from modelscope_tui.launch.rulebook import rules

Purpose = Literal[
    "text", "vision", "embedding", "reranker", "classifier", "speech-to-text", "text-to-speech", "image-generation",
    "draft", "adapter", "other", "unknown",
]  # fmt: skip

SAID: Mapping[Purpose, str] = MappingProxyType(
    {
        "text": "a text model", "vision": "a vision-language model", "embedding": "an embedding model",
        "reranker": "a reranker", "classifier": "a classifier", "speech-to-text": "a speech recognition model",
        "text-to-speech": "a speech or audio generation model",
        "image-generation": "an image or video generation model",
        "draft": "a draft model for speculative decoding", "adapter": "an adapter without a model",
        "other": "this kind of model", "unknown": "a model of unknown kind",
    }
)  # fmt: skip
"""How a sentence names each purpose."""

_VISION = ("image-text-to-text", "any-to-any", "image-to-text", "visual-question-answering", "video-text-to-text",
           "audio-text-to-text", "document-question-answering")  # fmt: skip
_IMAGE = ("text-to-image", "image-to-image", "text-to-video", "image-to-video", "video-to-video", "image-to-3d",
          "text-to-3d", "unconditional-image-generation")  # fmt: skip
_TASKS: Mapping[str, Purpose] = MappingProxyType(
    dict[str, Purpose]({"text-generation": "text", "conversational": "text", "text2text-generation": "text",
     "question-answering": "text", "feature-extraction": "embedding",
     "sentence-similarity": "embedding", "text-ranking": "reranker", "text-classification": "classifier",
     "zero-shot-classification": "classifier", "token-classification": "classifier",
     "automatic-speech-recognition": "speech-to-text", "text-to-speech": "text-to-speech",
     "text-to-audio": "text-to-speech", "audio-to-audio": "text-to-speech"})
    | dict[str, Purpose].fromkeys(_VISION, "vision") | dict[str, Purpose].fromkeys(_IMAGE, "image-generation")
)  # fmt: skip
_LIBRARIES: Mapping[str, Purpose] = MappingProxyType(
    {"diffusers": "image-generation", "diffusion-single-file": "image-generation", "timm": "other", "peft": "adapter",
     "ultralytics": "other", "open_clip": "other", "speechbrain": "other", "pyannote-audio": "other", "nemo": "other",
     "outetts": "text-to-speech", "f5-tts": "text-to-speech", "espnet": "other", "fairseq": "other", "keras": "other",
     "asteroid": "other", "whisperkit": "speech-to-text", "colpali": "embedding", "PyLate": "embedding",
     "unity-sentis": "other", "allennlp": "other", "stable-audio-tools": "text-to-speech", "gliner": "other"}
)  # fmt: skip
_RERANKER = re.compile(r"rerank|cross-encoder/ms-marco|colbert.*rank")
_EMBEDDING = re.compile(
    r"embedding|(?<![a-z])embed(?![a-z])|sentence-t5|(infgrad|dunzhang|novasearch)/stella"
    r"|/(bge|e5|gte|multilingual-e5|all-minilm|all-mpnet|paraphrase)-",
)
_DRAFT = re.compile(r"dflash|dspark")
_ALWAYS_DRAFT = re.compile(r"(?<![a-z])eagle-?3|speculator")
_DRAFT_TYPES = ("_mtp", "_assistant", "dspark", "_dflash", "eagle3")
_DRAFT_BODIES = (None, "qwen3", "llama")
"""What draft models say they are; a repository of another type carries its draft layers inside a whole model."""
_SPEECH = re.compile(r"whisper|[-_]asr([-_.]|$)|parakeet|canary-|wav2vec|voxtral-(mini|small)(?!.*(tts|text))")
_OMNI = re.compile(r"qwen[\d.]+-omni")
_VOICE = re.compile(r"tts|vibevoice|bark(-|$)|kokoro|musicgen|orpheus|chatterbox|-audio-gen")
_PICTURE = re.compile(
    r"flux|stable-diffusion|sdxl|/sd[-_]?[123x]|wan2|hunyuan-?video|qwen-image|z-image|ltx-|chroma[-\d]|hidream|cogvideo",
)
_BASE = re.compile(r"[-_.](base|pt|pretrain(ed)?)(?=[-_.]|$)|-pretrain|/base-", re.IGNORECASE)
_CHAT = re.compile(
    r"instruct|chat|[-_]it(?=[-_.]|$)|[-_](sft|dpo|rl|rlhf|orpo|kto|ppo|grpo)(?=[-_.]|$)|thinking|reason|assistant"
    r"|[-_]r1(?=[-_.]|$)|vicuna|zephyr|hermes|alpaca|dolphin|wizard|orca|abliterated|uncensored|tulu|qwq|roleplay"
    r"|think(?=[-_.]|$)|storyteller|heretic|aligned|distill",
    re.IGNORECASE,
)

NAMED = (_RERANKER, _EMBEDDING, _DRAFT, _ALWAYS_DRAFT, _SPEECH, _OMNI, _VOICE, _PICTURE)
NAMED_AFTER_SLASH = (_VOICE,)
"""All that the purpose of a row depends on in its id, and in its name alone."""


class _Row(NamedTuple):
    """The facts of a row that tell what it is for."""

    name: str
    """In lower case: the patterns of this file are."""
    task: str | None
    library: str | None
    model_type: str | None
    capabilities: tuple[str, ...]
    has_vectors: bool
    is_made: bool
    """Whether anything tells that it is a model at all."""


@per_row
def purpose_of(model: Model) -> Purpose:
    """Say what a model is for."""
    is_made = bool(model.model_type or model.architectures or model.quantization or model.gguf_repos)
    has_vectors = model.embed_dim is not None
    found = _purpose(
        _Row(model.id.lower(), model.task, model.library, model.model_type, model.capabilities, has_vectors, is_made)
    )
    return _of_class(model) if found == "unknown" else found


def _of_class(model: Model) -> Purpose:
    """Say what a row is for that only its class tells, as vLLM's registry knows it."""
    known = rules("vllm")["architectures"]
    tasks = next((known[name] for name in architectures_of(model) if name in known), ("",))
    if tasks[0].startswith("text-generation"):
        return "text"
    return "vision" if tasks == ["multimodal"] else "unknown"


def _purpose(row: _Row) -> Purpose:
    if row.library is not None and row.library in _LIBRARIES:
        return _LIBRARIES[row.library]
    if _RERANKER.search(row.name):
        return "reranker"
    known: Purpose | None = None if row.task is None else _TASKS.get(row.task, "other")
    if known == "other" and (row.library == "sentence-transformers" or row.task == "zero-shot-image-classification"):
        known = "embedding"
    if row.task == "text-to-audio" and _OMNI.search(row.name):
        known = "vision"  # (it speaks beside; what the servers give is its text)
    if known in (None, "text", "vision") and _is_draft(row):
        return "draft"
    if known is None:
        return _from_name(row)
    # Hub tasks are often generic: what makes vectors or speech with a language model says text-generation
    if known == "text" and _EMBEDDING.search(row.name):
        return "embedding"
    return "text-to-speech" if known == "text" and "tts" in row.capabilities and _VOICE.search(row.name) else known


@per_row
def said_of(model: Model) -> str:
    """Name what a model is in a sentence, with the facts that tell so: `an embedding model (task …, library …)`."""
    facts = [("task", model.task), ("library", model.library), ("model_type", model.model_type)]
    if purpose_of(model) == "unknown":
        facts.append(("architecture", next(iter(architectures_of(model)), None)))
    named = ", ".join(f"{what} {value}" for what, value in facts if value)
    return f"{SAID[purpose_of(model)]}{f' ({named})' if named else ''}"


def _is_draft(row: _Row) -> bool:
    if row.model_type is not None and row.model_type.endswith(_DRAFT_TYPES):
        return True
    if _ALWAYS_DRAFT.search(row.name):
        return True
    return row.model_type in _DRAFT_BODIES and _DRAFT.search(row.name) is not None


def _from_name(row: _Row) -> Purpose:
    """Say what a row without a task is for; the first sign that is found decides."""
    name, is_speech = row.name, _SPEECH.search(row.name) is not None
    signs: tuple[tuple[object, Purpose], ...] = (
        (row.model_type is None and _PICTURE.search(name), "image-generation"),
        (_EMBEDDING.search(name) or (row.has_vectors and not is_speech), "embedding"),
        (is_speech, "speech-to-text"),
        ("tts" in row.capabilities or _VOICE.search(name.partition("/")[2]), "text-to-speech"),
        ("vision" in row.capabilities, "vision"),
        (row.is_made or row.capabilities, "text"),
    )
    return next((purpose for sign, purpose in signs if sign), "unknown")


def is_chat(model: Model) -> bool | None:
    """Tell whether a text or vision model talks in turns; False is a base model; None when nothing tells."""
    if "conversational" in model.tags:
        return True
    known, name = rules("recipes")["chat"], model.id.lower()
    if _is_one_of(known["chat_first"], name):
        return True  # (its `PT` is for PyTorch)
    if _BASE.search(model.name) or _is_one_of(known["base_names"], name):
        return False
    if _CHAT.search(model.id) or _is_one_of(known["chat_names"], name):
        return True
    if model.model_type in known["chat_types"]:
        return True
    is_publisher = model.model_type in known["publisher_types"] and model.organization in known["publishers"]
    return False if is_publisher or model.model_type in known["base_types"] else None


def _is_one_of(patterns: list[str], name: str) -> bool:
    return any(re.search(pattern, name) for pattern in patterns)
