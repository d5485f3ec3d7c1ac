"""SOUTH WING: the flags of SGLang that a model and the user's wishes ask for, each with its reason and source."""

from __future__ import annotations

from modelscope_tui.launch.family import model_type_of
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.purpose import is_chat
from modelscope_tui.launch.recipe import serving_rule
from modelscope_tui.launch.rulebook import rules
from modelscope_tui.launch.served import Served, add_choice, add_trust
from modelscope_tui.launch.sglang_support import task_of
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.vllm_layout import Layout


def add_family(subject: Subject, support: Served, layout: Layout, gathered: Gathered) -> None:
    """Add what the model's family needs: runner, parsers, eyes, custom code."""
    own = rules("serving")["sglang"]
    kind = support.kind or ""
    if support.purpose == "embedding":
        _add_vectors(kind, gathered)
    elif support.purpose == "reranker":
        _add_scores(subject, kind, gathered)
    elif support.purpose == "classifier":
        gathered.add("--is-embedding", None, "gives scores instead of text")
    else:
        _add_parsers(subject, layout, gathered)
    if support.purpose == "vision" and kind in own["multimodal_off"]["classes"]:
        why = f"{kind} reads only text unless it is told to read pictures"
        gathered.add("--enable-multimodal", None, why, own["multimodal_off"]["source"])
    if support.stored.format == "bitsandbytes":
        gathered.add("--load-format", "bitsandbytes", "the weights are stored as bitsandbytes keeps them")
    add_trust(subject, gathered, "sglang")


def _add_vectors(kind: str, gathered: Gathered) -> None:
    encoders = rules("serving")["sglang"]["encoders"]
    if kind in encoders["classes"]:
        for flag, value in encoders["flags"]:
            gathered.add(flag, value, "the only fast way in which SGLang runs such encoders", encoders["source"])
    elif task_of(kind) != "embedding/classify":
        gathered.add("--is-embedding", None, f"{kind} writes text unless it is told to give vectors")


def _add_scores(subject: Subject, kind: str, gathered: Gathered) -> None:
    rule = serving_rule("sglang", "rerankers", subject.id)
    if rule is None:
        about = rules("serving")["sglang"]["cross_encoders"]
        for flag, value in about["flags"]:
            gathered.add(flag, value, f"how SGLang scores pairs with {kind}", about["source"])
        return
    path = f"examples/chat_template/{rule['template']}"
    gathered.add("--chat-template", path, "how this reranker wants to be asked for yes or no", rule["source"])
    gathered.add("--disable-radix-cache", None, "each pair is scored on its own", rule["source"])
    gathered.say(f"{path} comes with SGLang's source (github.com/sgl-project/sglang): run this in its folder.")


def _add_parsers(subject: Subject, layout: Layout, gathered: Gathered) -> None:
    rule = serving_rule("sglang", "parsers", subject.id, model_type_of(subject.model, subject.details))
    if rule is None or is_chat(subject.model) is False:
        return
    source = rule["source"]
    if rule.get("tool"):
        gathered.add("--tool-call-parser", rule["tool"], "how this family writes a tool call", source)
    if rule.get("reasoning"):
        gathered.add(
            "--reasoning-parser", rule["reasoning"], "keeps the model's thinking apart from its answer", source
        )
    if rule.get("whole_blocks") and layout.tensor >= 8:
        why = "8 ways of tensor parallelism alone fail on its FP8 blocks"
        gathered.add("--ep-size", layout.tensor, why, source)


def add_wishes(support: Served, options: Options, gathered: Gathered) -> None:
    """Add what the user asked for, where SGLang has it."""
    table = rules("sglang")["commands"]["python -m sglang.launch_server"]
    if options.quant is not None and support.stored.format == "plain":
        wanted = options.quant.lower()
        if wanted in rules("serving")["sglang"]["online"]:
            gathered.add("--quantization", wanted, "quantizes the 16-bit weights while loading, as asked for")
    add_choice(gathered, "--dtype", ("type", options.dtype), table["--dtype"]["choices"], "SGLang")
    cache_types = table["--kv-cache-dtype"]["choices"]
    add_choice(gathered, "--kv-cache-dtype", ("cache type", options.kv_dtype), cache_types, "SGLang")
    if options.served_name is not None:
        gathered.add("--served-model-name", options.served_name, "the name that clients use")
    if options.port is not None:
        gathered.add("--port", options.port, "the port asked for")
    if options.revision is not None:
        gathered.add("--revision", options.revision, "the revision asked for")
