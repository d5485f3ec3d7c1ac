"""Docker Model Runner: pull, configure, run; its server answers on a port of the host, and to Compose's services.

model_runner_source (what is pulled, for which backend?) ─▶ steps for a shell, or `models:` in a Compose file
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

from modelscope_tui.catalog.model import Model, is_repo_id
from modelscope_tui.fit.machine import Machine
from modelscope_tui.launch import smoke
from modelscope_tui.launch.answer import Flag, LaunchAnswer, Note, refused
from modelscope_tui.launch.command import File, LaunchCommand, Step
from modelscope_tui.launch.container import accelerator_of
from modelscope_tui.launch.fitting import Judgement, fit_of, judged
from modelscope_tui.launch.gathered import Gathered
from modelscope_tui.launch.model_runner_source import LABEL, SERVES, Nothing, Pulled, offers, pulled_for
from modelscope_tui.launch.purpose import Purpose, is_chat, purpose_of
from modelscope_tui.launch.recipe import reranker_recipe
from modelscope_tui.launch.remark import gate_note, general_notes, token_env
from modelscope_tui.launch.rulebook import rules, source_of
from modelscope_tui.launch.served import add_choice, say_unused
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.targets.written import yaml_text
from modelscope_tui.launch.vllm_layout import length_problem, settled

PORT = 12434
"""Where it is reached on the host."""

_MODES: dict[Purpose, str] = {"embedding": "embedding", "reranker": "reranking"}
_CACHE_TYPES = ("f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "iq4_nl", "q5_0", "q5_1")
_IN_COMPOSE: dict[Purpose, str] = {"embedding": "--embedding", "reranker": "--rerank"}


@dataclass(frozen=True, slots=True)
class DockerModelRunner:
    """Runs models beside containers, with Docker."""

    name: str = "docker-model-runner"
    label: str = LABEL
    purpose: Literal["run"] = "run"

    def can_run(self, model: Model) -> bool:
        """Offer GGUF files, MLX weights, and safetensors that vLLM serves."""
        return is_repo_id(model.id) and offers(model)

    def plan(self, subject: Subject, options: Options) -> LaunchAnswer:
        """Build `docker model` steps, or say which fact stands in the way."""
        if options.nodes is not None and options.nodes > 1:
            return refused(subject.id, self.name, f"{LABEL} uses one machine; vLLM and SGLang use several.")
        found = pulled_for(subject, options)
        if isinstance(found, Nothing):
            verdict: Literal["unknown", "refused"] = "unknown" if found.is_unknown else "refused"
            return LaunchAnswer(subject.id, self.name, verdict, found.reason)
        problem = length_problem(subject, options, "its vLLM") if found.backend == "vllm" else None
        return refused(subject.id, self.name, problem) if problem else _answer(subject, options, found)


@dataclass(frozen=True, slots=True)
class _Settings:
    """What a model is run with: options of Docker's own, and of the program behind it."""

    own: Gathered
    runtime: Gathered


def _answer(subject: Subject, options: Options, found: Pulled) -> LaunchAnswer:
    purpose = purpose_of(subject.model)
    settings, judgement = _settled(subject, options, found, purpose)
    judgement = _on_this_machine(subject.machine, found, judgement)
    gathered = settings.own
    _add_notes(subject, options, found, gathered)
    holder = found.holder or subject.model
    if options.target == "compose":
        command = _compose(options, found, settings, purpose)
    else:
        command = _steps(subject, options, found, settings, purpose)
    source = gathered.source
    pulled = Flag(found.reference, None, found.why, source)
    return LaunchAnswer(
        subject.id,
        "docker-model-runner",
        judgement.verdict,
        judgement.reason,
        command=command,
        flags=(pulled, *gathered.flags, *settings.runtime.flags),
        smoke_test=_smoke(subject, options, found, purpose),
        notes=(
            *found.notes,
            *gathered.notes,
            *settings.runtime.notes,
            *judgement.notes,
            *gate_note(holder),
            *general_notes(subject.details),
        ),
        fit=judgement.fit,
        served_as=found.reference,
    )


def _settled(subject: Subject, options: Options, found: Pulled, purpose: Purpose) -> tuple[_Settings, Judgement]:
    source = f"Docker Model Runner {source_of('docker-model-runner')}"
    settings = _Settings(Gathered(source), Gathered(source))
    own, runtime = settings.own, settings.runtime
    if options.context is not None:
        own.add("--context-size", options.context, "the context asked for")
    if purpose in _MODES:
        own.add("--mode", _MODES[purpose], "what it answers with")
    if found.backend != "vllm":
        if options.kv_dtype is not None and found.backend == "llama.cpp":
            _add_cache_type(options.kv_dtype, own, runtime)
        fit = fit_of(
            subject.details, subject.machine, engine="docker-model-runner", quantization=found.quantization,
            context=options.context, kv_dtype=options.kv_dtype,
        )  # fmt: skip
        return settings, judged(fit, subject.machine)
    layout, fit = settled(subject, options)
    rule = reranker_recipe(subject.id) if purpose == "reranker" else None
    if rule is not None:
        overrides = json.dumps(rule["overrides"], separators=(",", ":"))
        own.add("--hf_overrides", overrides, "makes the score of a pair out of a language model", rule["source"])
    if layout.tensor > 1:
        runtime.add("--tensor-parallel-size", layout.tensor, f"vLLM divides every layer over {layout.tensor} GPUs")
    choices = rules("vllm")["commands"]["vllm serve"]["--kv-cache-dtype"]["choices"]
    add_choice(runtime, "--kv-cache-dtype", ("cache type", options.kv_dtype), choices, "vLLM")
    return settings, judged(fit, subject.machine)


def _add_cache_type(wanted: str, own: Gathered, runtime: Gathered) -> None:
    if wanted not in _CACHE_TYPES:
        own.warn(f"llama.cpp has no cache type {wanted}: {', '.join(_CACHE_TYPES)}.")
        return
    for flag in ("--cache-type-k", "--cache-type-v"):
        runtime.add(flag, wanted, "the cache type asked for, in llama.cpp's words")


def _steps(subject: Subject, options: Options, found: Pulled, settings: _Settings, purpose: Purpose) -> LaunchCommand:
    env = token_env(found.holder or subject.model)
    steps = [*_installing(subject.machine, options, found)]
    steps.append(Step("Fetch it", ("docker", "model", "pull", found.reference), env))
    main = len(steps) - 1
    own, runtime = settings.own.arguments(), settings.runtime.arguments()
    if own or runtime:
        behind = ("--", *runtime) if runtime else ()
        steps.append(Step("Set it up", ("docker", "model", "configure", *own, found.reference, *behind)))
    if purpose in SERVES - _MODES.keys() or purpose == "unknown":
        steps.append(Step("Run it", ("docker", "model", "run", found.reference)))
        main = len(steps) - 1
    return LaunchCommand(tuple(steps), options.shell, main=main)


def _installing(machine: Machine, options: Options, found: Pulled) -> tuple[Step, ...]:
    """Install the backend that is not there from the start, and open the port where Docker Desktop keeps it shut."""
    is_desktop = machine.is_apple or machine.os in {"macos", "windows"}
    words: tuple[str, ...] = ()
    if found.backend != "llama.cpp":
        words = ("--backend", found.backend, *(("--gpu", "cuda") if found.backend == "vllm" else ()))
    if options.port is not None and not is_desktop:
        words = (*words, "--port", str(options.port))
    steps: list[Step] = []
    if words:
        steps.append(Step("Install what runs it", ("docker", "model", "install-runner", *words)))
    if is_desktop:
        port = str(options.port or PORT)
        steps.append(Step("Open its port", ("docker", "desktop", "enable", "model-runner", "--tcp", port)))
    return tuple(steps)


def _compose(options: Options, found: Pulled, settings: _Settings, purpose: Purpose) -> LaunchCommand:
    model: dict[str, Any] = {"model": found.reference}
    if options.context is not None:
        model["context_size"] = options.context
    runtime = settings.runtime.arguments()
    if purpose in _IN_COMPOSE and found.backend == "llama.cpp":
        runtime = [_IN_COMPOSE[purpose], *runtime]
    if runtime:
        model["runtime_flags"] = [word.replace("$", "$$") for word in runtime]
    asking = {"image": "curlimages/curl", "entrypoint": ["sh", "-c"], "command": ['curl -s "$$LLM_URL/models"']}
    document = {"services": {"app": {**asking, "models": ["llm"]}}, "models": {"llm": model}}
    lead = f"{found.reference} in Docker Model Runner: put your own service in place of app, which lists the models"
    settings.own.say("The service finds the model's address in LLM_URL and its name in LLM_MODEL.")
    up = Step("Start it", ("docker", "compose", "up"))
    files = (File("compose.yaml", yaml_text([document], lead)),)
    return LaunchCommand((up,), options.shell, "compose", files)


def _add_notes(subject: Subject, options: Options, found: Pulled, gathered: Gathered) -> None:
    machine = subject.machine
    if not (machine.is_apple or machine.os in {"macos", "windows"}) and options.port is None:
        gathered.say(f"Docker Desktop opens the port with: docker desktop enable model-runner --tcp {PORT}")
    unused = ["dtype", "served_name", "revision"]
    if found.backend != "vllm":
        unused.append("gpus")
    say_unused(options, unused, gathered, LABEL)


def _on_this_machine(machine: Machine, found: Pulled, judgement: Judgement) -> Judgement:
    if machine.source == "unknown":
        needed = {"vllm": "NVIDIA GPUs on Linux or WSL2", "mlx": "Apple silicon"}.get(found.backend)
        text = f"The backend {found.backend} wants {needed}; this machine is not known here."
        return judgement if needed is None else replace(judgement, notes=(*judgement.notes, Note("info", text)))
    if found.backend == "vllm" and accelerator_of(machine) != "nvidia":
        reason = f"The vLLM backend wants NVIDIA GPUs on Linux or WSL2, not {machine.describe()}."
        return replace(judgement, verdict="too-large", reason=reason)
    if found.backend == "mlx" and not machine.is_apple:
        reason = f"MLX weights want Apple silicon, and this machine ({machine.describe()}) is none."
        return replace(judgement, verdict="too-large", reason=reason)
    return judgement


def _smoke(subject: Subject, options: Options, found: Pulled, purpose: Purpose) -> str | None:
    host = f"http://localhost:{options.port or PORT}/engines"
    if purpose == "reranker":
        body = {"model": found.reference, **smoke.PAIRS}
        return smoke.post(f"{host}/{found.backend}/rerank", body, options.shell)
    if purpose == "image-generation":
        body = {"model": found.reference, "prompt": "A panda reading a book"}
        return smoke.post(f"{host}/{found.backend}/v1/images/generations", body, options.shell)
    talks = is_chat(subject.model) is not False
    return smoke.openai(
        options.port or PORT, found.reference, purpose, is_chat=talks, shell=options.shell, root="/engines/v1"
    )
