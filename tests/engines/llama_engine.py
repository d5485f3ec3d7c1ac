"""llama-server runs a small file by the generated command: from this machine, and from a Hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options, Subject
from tests.engines.conftest import a_free_port, run_inside, serving, smoke
from tests.hub_server import HubServer
from tests.launch.conftest import a_machine, listing

REPO = "house/tiny-GGUF"
FILE = "tiny-Q8_0.gguf"
READY = "listening on http"


@pytest.fixture
def tiny(engine_python: str, tmp_path: Path) -> Path:
    path = tmp_path / FILE
    run_inside(engine_python, "tiny_gguf.py", str(path))
    return path


def answer_for(tiny: Path, **facts: str) -> LaunchAnswer:
    details = ModelDetails(
        Model(id=REPO, quantization="GGUF", tags=("conversational",), **facts),
        files=listing({FILE: tiny.stat().st_size}),
    )
    answer = plan("llamacpp", Subject(details, a_machine("cpu:16GB")), Options(port=a_free_port(), context=256))
    assert answer.command is not None
    print(f"$ {answer.command.text}")
    return answer


def served(answer: LaunchAnswer, argv: list[str], env: dict[str, str]) -> None:
    with serving(argv, env, READY):
        told = smoke(answer)
    assert told["choices"][0]["message"]["role"] == "assistant"
    assert told["usage"]["completion_tokens"] > 0


def test_it_serves_a_file_of_this_machine(llama_server: str, tiny: Path) -> None:
    answer = answer_for(tiny)
    hub = answer.command.argv[1:3]
    assert hub == ("-hf", f"{REPO}:Q8_0")
    served(answer, [llama_server, "-m", str(tiny), *answer.command.argv[3:]], {})


@pytest.mark.parametrize("variable", ["HF_ENDPOINT", "MODEL_ENDPOINT"])
def test_it_fetches_from_the_hub_what_the_command_names(
    llama_server: str, tiny: Path, tmp_path: Path, variable: str
) -> None:
    answer = answer_for(tiny)
    with HubServer(with_models=False) as hub:
        hub.add_model({"id": REPO, "modelId": REPO, "siblings": []})
        hub.add_file(REPO, FILE, tiny.read_bytes())
        env = {variable: hub.url, "HF_HOME": str(tmp_path / "hub"), "LLAMA_CACHE": str(tmp_path / "cache")}
        served(answer, [llama_server, *answer.command.argv[1:]], env)
        assert hub.asked(f"/{REPO}/resolve/")


def test_it_gives_vectors_with_the_flags_of_an_embedder(llama_server: str, tiny: Path) -> None:
    answer = answer_for(tiny, task="feature-extraction")
    flags = answer.command.argv[3:]
    assert "--embedding" in flags
    with serving([llama_server, "-m", str(tiny), *flags, "--pooling", "mean"], {}, READY):
        told = smoke(answer)
    assert len(told["data"][0]["embedding"]) == 64
