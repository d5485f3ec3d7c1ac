"""vLLM reads every command that is written for it, and serves a small model by one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.tools.vllm import Vllm
from tests.engines.conftest import a_free_port, run_inside, serving, smoke
from tests.launch.conftest import MakeSubject, a_machine, catalog, subject

__all__ = ["catalog", "subject"]  # (fixtures)

WISHES = (
    ("8xH100", Options()),
    ("RTX 4090", Options(port=9000, served_name="house", dtype="bfloat16", revision="main")),
    ("4x80GB", Options(kv_dtype="fp8", gpus=4)),
    ("8xH100", Options(nodes=2, gpus=8)),
    ("8xH100", Options(nodes=2, gpus=8, executor="ray")),
    (None, Options(quant="fp8")),
)
NEWER_THAN_IT = ("deepseek_v41", "hy_v4", "step5", "muse", "beam", "dots", "plamo3", "k2_horizon", "ling3")
"""Parsers that the rules know of 0.33.0; the CPU build is 0.32.0."""


def commands(rows: Mapping[str, Model]) -> dict[str, list[str]]:
    """Give each distinct set of flags once: of every row without a wish, and of every fifth row for each wish."""
    found: dict[str, list[str]] = {}
    served = [row for row in rows.values() if is_repo_id(row.id) and Vllm().can_run(row)]
    for place, row in enumerate(served):
        for machine, wish in (WISHES[0], WISHES[1 + place % (len(WISHES) - 1)]):
            answer = Vllm().plan(Subject(ModelDetails(row), a_machine(machine)), wish)
            for step in answer.command.steps if answer.command else ():
                if step.argv[:2] == ("vllm", "serve"):
                    found.setdefault(json.dumps(step.argv[3:]), list(step.argv[2:]))
    return found


def test_vllms_own_parser_reads_every_command(engine_python: str, catalog: Mapping[str, Model]) -> None:
    lines = "\n".join(json.dumps(words) for words in commands(catalog).values())
    told = json.loads(run_inside(engine_python, "parse_vllm.py", text=lines).splitlines()[-1])
    wrong = [failure for failure in told["failures"] if not any(f" {name} is" in failure[1] for name in NEWER_THAN_IT)]
    print(f"vLLM read {told['read']} commands; {len(told['failures']) - len(wrong)} name a parser of a later release")
    assert told["read"] > 500
    assert wrong == []


def test_vllm_serves_by_the_generated_command_and_answers_its_smoke_test(
    engine_python: str,
    subject: MakeSubject,
    tmp_path: Path,
) -> None:
    model = run_inside(engine_python, "tiny_qwen3.py", str(tmp_path / "tiny")).splitlines()[-1]
    answer = plan("vllm", subject("Qwen/Qwen3-0.6B"), Options(port=a_free_port(), served_name="tiny", context=1024))
    assert answer.command is not None
    program = str(Path(engine_python).with_name("vllm"))
    argv = [model if word == "Qwen/Qwen3-0.6B" else word for word in answer.command.argv]
    print(f"$ {' '.join(argv)}")
    on_a_cpu = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind", "HF_HUB_OFFLINE": "1"}
    with serving([program, *argv[1:], "--enforce-eager"], on_a_cpu, "Application startup complete"):
        told = smoke(answer)
    assert told["model"] == "tiny"
    assert told["choices"][0]["message"]["role"] == "assistant"
    assert told["usage"]["completion_tokens"] > 0
