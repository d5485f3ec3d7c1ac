"""SOUTH WING: the command that measures a served model again, with lm-evaluation-harness, against reported results.

Only tasks that the harness is known to have are named (``data/lm_eval_tasks.json``, with its version). Servers that
give the log-probabilities of a prompt (vLLM, SGLang) are asked through `local-completions` and can do every task;
the others are asked through `local-chat-completions`, which cannot do tasks of choices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modelscope_tui.catalog.model import ModelDetails
from modelscope_tui.catalog.packaged import facts
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.command import line
from modelscope_tui.launch.purpose import purpose_of

_WITH_PROMPT_LOGPROBS = frozenset({"vllm", "sglang"})
_BASE = re.compile(r"http://localhost:\d{1,5}/v1(?=/)")
_DEFAULT_TASKS = ("ifeval", "gsm8k")
_RUNS_CODE = frozenset({"humaneval_instruct", "mbpp_instruct"})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How to measure a model that a tool serves."""

    tool: str
    argv: tuple[str, ...]
    text: str
    tasks: tuple[str, ...]
    note: str
    """What the numbers can be held against, and what has to be installed."""


def tasks_of(details: ModelDetails) -> tuple[str, ...]:
    """Name the harness's tasks among the results that a repository reports."""
    known = {name: task for task, (_, names) in facts("lm_eval_tasks.json")["tasks"].items() for name in names}
    said = (re.sub(r"[^a-z0-9]", "", str(one.get("dataset") or "").casefold()) for one in details.evals)
    return tuple(dict.fromkeys(known[name] for name in said if name in known))


def evaluation_of(details: ModelDetails, answer: LaunchAnswer, shell: str = "bash") -> Evaluation | None:
    """Build the command for the server that an answer starts; None where there is no such server or text model."""
    base = _BASE.search(answer.smoke_test or "")
    if base is None or answer.served_as is None or purpose_of(details.model) not in {"text", "vision"}:
        return None
    has_choices = answer.tool in _WITH_PROMPT_LOGPROBS
    kinds = {task: kind for task, (kind, _) in facts("lm_eval_tasks.json")["tasks"].items()}
    reported = [task for task in tasks_of(details) if has_choices or kinds[task] == "generate"]
    tasks = tuple(reported or _DEFAULT_TASKS)
    argv = ["lm-eval", "run", "--tasks", ",".join(tasks)]
    if has_choices:
        tokenizer = next((flag.value for flag in answer.flags if flag.flag == "--tokenizer"), details.id)
        told = f"model={answer.served_as},base_url={base[0]}/completions,tokenizer={tokenizer},num_concurrent=8"
        argv += ["--model", "local-completions", "--model_args", told]
    else:
        told = f"model={answer.served_as},base_url={base[0]}/chat/completions,num_concurrent=1"
        argv += ["--model", "local-chat-completions", "--model_args", told, "--apply_chat_template"]
    if _RUNS_CODE & set(tasks):
        argv.append("--confirm_run_unsafe_code")
    return Evaluation(answer.tool, tuple(argv), line(argv, shell), tasks, _note(reported, tasks))


def _note(reported: list[str], tasks: tuple[str, ...]) -> str:
    against = "the reported results" if reported else "nothing: no result of a known task is reported"
    code = " It runs code that the model writes." if _RUNS_CODE & set(tasks) else ""
    version = facts("lm_eval_tasks.json")["source"].split(" (")[0].removeprefix("task files of ")
    return f"Compare with {against}. Needs `pip install lm_eval[api]` ({version}).{code}"
