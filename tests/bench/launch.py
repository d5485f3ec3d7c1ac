"""From process start to a launch command on stdout, when the model is cached, against importing the Hub's client."""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.hub_server import HubServer, recorded

MODEL = "Qwen/Qwen3-8B"
RELATED = ("Qwen/Qwen3-8B-GGUF", "unsloth/Qwen3-8B-GGUF", "ggml-org/Qwen3-8B-GGUF", "Qwen/Qwen3-8B-Base")
"""What a command for it may name, and is therefore asked for as well."""

LIMIT = 1.2
"""The most that a command may take, in times of the import."""


def _run(argv: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Give the milliseconds that passed, and those that a processor worked: the second bears a busy machine."""
    began, worked = time.perf_counter(), _of_children()
    subprocess.run(argv, env=env, check=True, capture_output=True)
    return (time.perf_counter() - began) * 1000, (_of_children() - worked) * 1000


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _hub_of_one_model() -> HubServer:
    """A Hub that knows the model and the repositories of its GGUF files."""
    hub = HubServer()
    page = recorded("synthetic_info_qwen3_8b_gguf")
    for name in RELATED:
        hub.add_model({**page, "id": name, "modelId": name})
    return hub


def run(arguments: list[str]) -> None:
    """Time both turn by turn, and say the ratio of their medians and of their best."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench launch")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, _hub_of_one_model() as hub:
        cache = Path(folder)
        env = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "MODELSCOPE_"))}
        env |= {"MODELSCOPE_TUI_CONFIG": str(cache / "none.toml"), "HF_HOME": folder}
        program = [sys.executable, "-m", "modelscope_tui", "launch", MODEL, "--print"]
        program += ["--cache-dir", folder, "--endpoint", hub.url]
        cases = {
            "import huggingface_hub.hf_api": [sys.executable, "-c", "import huggingface_hub.hf_api"],
            "launch --print": program,
            "launch --tool vllm --print": [*program, "--tool", "vllm"],
            "launch --print --offline": [*program, "--offline"],
        }
        for _ in range(2):  # the first makes the index and asks the Hub
            subprocess.run(program, env=env, check=True, capture_output=True)
        hub.requests.clear()
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
        for _ in range(options.rounds):
            for name, argv in cases.items():
                measured[name].append(_run(argv, env))
        _report(measured, len(hub.requests))


def _report(measured: dict[str, list[tuple[float, float]]], requests: int) -> None:
    floor = measured["import huggingface_hub.hf_api"]
    print(f"{'program':32} {'wall ms':>8} {'x import':>9} {'worked ms':>10} {'x import':>9}   (at most {LIMIT})")
    for name, runs in measured.items():
        shown = []
        for which in (0, 1):
            middle = statistics.median(run[which] for run in runs)
            shown += [middle, middle / statistics.median(run[which] for run in floor)]
        print(f"{name:32} {shown[0]:8.0f} {shown[1]:9.2f} {shown[2]:10.0f} {shown[3]:9.2f}")
    print(f"requests to the Hub meanwhile: {requests}")
