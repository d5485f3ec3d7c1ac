"""Stories about Docker Model Runner: what is pulled for which machine, how it is set up, and its Compose file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options, Subject
from tests.launch.conftest import MakeSubject, a_machine, listing

GB = 10**9
QWEN = "Qwen/Qwen3-8B"
GGUF = Model(id="some/model-GGUF", task="text-generation", quantization="GGUF", params=8 * GB)


def ask(subject: Subject, **options: Any) -> LaunchAnswer:
    return plan("docker-model-runner", subject, Options(**options))


def lines(answer: LaunchAnswer) -> list[str]:
    return [step.text("bash") for step in answer.command.steps]


@pytest.mark.parametrize("machine", ["cpu:64GB", "MI300X", "M3 Max 64GB"])
def test_a_machine_without_nvidia_cards_gets_gguf_files(subject: MakeSubject, machine: str) -> None:
    answer = ask(subject(QWEN, machine))
    assert answer.served_as.endswith("GGUF")
    assert "install-runner" not in answer.command.text
    assert answer.verdict in {"ready", "tight"}


def test_safetensors_need_nvidia_cards_where_there_is_no_gguf(subject: MakeSubject) -> None:
    answer = ask(subject("Qwen/Qwen3-8B-AWQ", "M3 Max 64GB"))
    assert answer.verdict == "too-large"
    assert "NVIDIA" in answer.reason
    assert answer.command is not None


def test_split_files_are_pulled_by_their_quantization() -> None:
    files = listing({"Q8_0/a-Q8_0-00001-of-00002.gguf": 5 * GB, "Q8_0/a-Q8_0-00002-of-00002.gguf": 4 * GB})
    answer = ask(Subject(ModelDetails(GGUF, files=files), a_machine("RTX 4090")))
    assert lines(answer)[0] == "docker model pull hf.co/some/model-GGUF:Q8_0"
    assert answer.served_as == "hf.co/some/model-GGUF:Q8_0"
    assert "no Q4_K_M" in ask(
        Subject(ModelDetails(GGUF, files=files), a_machine("RTX 4090")), quant="Q4_K_M"
    ).reason  # fmt: skip


def test_the_users_wishes_are_set_up_before_it_runs(subject: MakeSubject) -> None:
    answer = ask(subject(QWEN, "RTX 4090"), quant="Q5_K_M", context=8192, kv_dtype="q8_0", port=9000, served_name="x")
    install, pull, configure, run = lines(answer)
    assert install == "docker model install-runner --port 9000"
    assert pull.endswith("GGUF:Q5_K_M")
    assert configure.startswith("docker model configure --context-size 8192 hf.co/")
    assert configure.endswith("-- --cache-type-k q8_0 --cache-type-v q8_0")
    assert run.startswith("docker model run hf.co/")
    assert "http://localhost:9000/engines/v1/chat/completions" in answer.smoke_test
    assert any("no option for --served-name" in note.text for note in answer.notes)
    assert all(flag.why and flag.source for flag in answer.flags)


def test_vllm_behind_it_gets_its_own_words(subject: MakeSubject) -> None:
    answer = ask(subject("meta-llama/Llama-3.3-70B-Instruct", "4x80GB"), kv_dtype="fp8")
    assert lines(answer)[2].endswith("-- --tensor-parallel-size 2 --kv-cache-dtype fp8") or lines(answer)[2].endswith(
        "-- --tensor-parallel-size 4 --kv-cache-dtype fp8"
    )
    assert answer.command.env == {"HF_TOKEN": None}
    assert any("vLLM has no cache type q8_0" in note.text for note in ask(subject(QWEN, "H100"), kv_dtype="q8_0").notes)
    assert "--context 40960" in ask(subject(QWEN, "H100"), context=1 << 20).reason


def test_docker_desktop_opens_its_port_first(subject: MakeSubject) -> None:
    asked = subject(QWEN, "RTX 4090")
    windows = replace(asked, machine=replace(asked.machine, os="windows"))
    assert "docker desktop enable model-runner --tcp 12434" in lines(ask(windows))
    assert any("enable model-runner --tcp 12434" in note.text for note in ask(asked).notes)


def test_vectors_and_scores_are_a_mode_and_need_no_run(subject: MakeSubject) -> None:
    vectors, scores = ask(subject("BAAI/bge-m3", "H100")), ask(subject("BAAI/bge-reranker-v2-m3", "H100"))
    assert "/engines/v1/embeddings" in vectors.smoke_test
    assert "/engines/vllm/rerank" in scores.smoke_test
    assert not any(line.startswith("docker model run") for line in (*lines(vectors), *lines(scores)))
    assert vectors.command.argv[:3] == ("docker", "model", "pull")


def test_a_compose_file_names_the_model_and_who_uses_it(subject: MakeSubject) -> None:
    answer = ask(subject(QWEN, "cpu:64GB"), target="compose", context=8192, kv_dtype="q8_0")
    document = yaml.safe_load(answer.command.files[0].content)
    assert document["models"]["llm"] == {
        "model": answer.served_as,
        "context_size": 8192,
        "runtime_flags": ["--cache-type-k", "q8_0", "--cache-type-v", "q8_0"],
    }
    assert document["services"]["app"]["models"] == ["llm"]
    assert any("LLM_URL" in note.text for note in answer.notes)
    vectors = ask(subject("BAAI/bge-m3", "cpu:64GB"), target="compose").command.files[0].content
    assert yaml.safe_load(vectors)["models"]["llm"]["runtime_flags"] == ["--embedding"]
    assert "shell or compose" in ask(subject(QWEN), target="kubernetes").reason


def test_a_package_of_pictures_has_its_backend() -> None:
    row = Model(id="some/flux", library="diffusers", task="text-to-image")
    packed = ModelDetails(row, files=listing({"flux.dduf": 20 * GB}))
    assert lines(ask(Subject(packed, a_machine("H100"))))[0] == "docker model install-runner --backend diffusers"
    loose = ModelDetails(row, files=listing({"model_index.json": 1}))
    assert "DDUF" in ask(Subject(loose, a_machine("H100"))).reason


def test_mlx_weights_are_for_macs_and_several_nodes_for_others(subject: MakeSubject) -> None:
    name = "mlx-community/Qwen3-Coder-Next-bf16"
    assert "Apple silicon" in ask(subject(name, "H100")).reason
    assert "Apple silicon" not in (ask(subject(name, "M3 Ultra 512GB")).reason or "")
    assert "vLLM" in ask(subject(QWEN), nodes=2).reason
