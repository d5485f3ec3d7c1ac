"""Stories about targets: what is written for Docker, Compose, Kubernetes and systemd would be taken by each of them."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import kubernetes_validate.utils
import pytest
import yaml

from modelscope_tui.catalog.model import Model, ModelDetails, is_repo_id
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.container import name_of
from modelscope_tui.launch.plan import plan, plan_all
from modelscope_tui.launch.subject import Options, Subject
from modelscope_tui.launch.target import TARGETS
from modelscope_tui.launch.tool import TOOLS
from tests.launch.conftest import MakeSubject, a_machine

SCHEMA = json.loads((Path(__file__).parent.parent / "data" / "compose-spec.json").read_text(encoding="utf-8"))
"""compose-spec/compose-spec@170098b (2026-06-23), schema/compose-spec.json, Apache-2.0."""

KUBERNETES = kubernetes_validate.latest_version()
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)
"""Read once: each document would read all schemas anew, which takes longer than everything else here."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BIG = "4x80GB"
SERVERS = ("vllm", "llamacpp", "ollama")
GATED = "meta-llama/Llama-3.3-70B-Instruct"


def written(subject: Subject, tool: str, target: str, **wishes: Any) -> LaunchAnswer:
    answer = plan(tool, subject, Options(target=target, **wishes))
    assert answer.command is not None, answer.reason
    return answer


def content(answer: LaunchAnswer) -> str:
    assert answer.command is not None
    (file,) = answer.command.files
    return file.content


def documents(answer: LaunchAnswer) -> list[dict[str, Any]]:
    return list(yaml.load_all(content(answer), LOADER))


def check_manifest(found: Mapping[str, Any]) -> None:
    if found["kind"] != "LeaderWorkerSet":
        kubernetes_validate.validate(dict(found), KUBERNETES, strict=True)
        return
    group = found["spec"]["leaderWorkerTemplate"]
    for role in ("leaderTemplate", "workerTemplate"):  # (the set's own kind has no schema there: its pods have)
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": group[role]["spec"]}
        kubernetes_validate.validate(pod, KUBERNETES, strict=True)


@pytest.fixture(scope="module")
def everything(catalog: Mapping[str, Model]) -> list[tuple[str, LaunchAnswer]]:
    """Every tool's answer for every target, over a sample of rows and several machines."""
    rows = random.Random(7).sample([row for row in catalog.values() if is_repo_id(row.id)], 100)
    machines = (None, BIG, "RTX 4090", "2xMI300X", "cpu:64GB")

    def ask() -> Iterator[tuple[str, LaunchAnswer]]:
        for place, row in enumerate(rows):
            subject = Subject(ModelDetails(row), a_machine(machines[place % len(machines)]))
            for target in TARGETS[1:]:
                for answer in plan_all(subject, Options(target=target, port=9000 if place % 2 else None)):
                    yield target, answer

    return list(ask())


def test_every_compose_file_is_valid_by_the_specification(everything: list[tuple[str, LaunchAnswer]]) -> None:
    found = [content(answer) for target, answer in everything if target == "compose" and answer.command]
    assert len(found) > 100
    check = jsonschema.Draft7Validator(SCHEMA)
    for text in found:
        check.validate(yaml.load(text, LOADER))


def test_every_manifest_is_valid_by_the_schemas_of_kubernetes(everything: list[tuple[str, LaunchAnswer]]) -> None:
    found = [answer for target, answer in everything if target == "kubernetes" and answer.command]
    assert len(found) > 100
    for answer in found[::3]:
        for document in documents(answer):
            check_manifest(document)


def test_a_schema_refuses_what_is_wrong(subject: MakeSubject) -> None:
    good = documents(written(subject("Qwen/Qwen3-8B"), "vllm", "kubernetes"))[1]
    good["spec"]["template"]["spec"]["containers"][0]["arguments"] = []
    with pytest.raises(kubernetes_validate.ValidationError):
        check_manifest(good)


def test_every_target_says_why_a_tool_cannot_be_there(everything: list[tuple[str, LaunchAnswer]]) -> None:
    for target, answer in everything:
        if answer.command is None:
            assert answer.reason, (target, answer.tool, answer.model)
        else:
            assert answer.command.target == target, (answer.tool, answer.model)


def test_no_token_is_ever_written(everything: list[tuple[str, LaunchAnswer]]) -> None:
    for _, answer in everything:
        for file in answer.command.files if answer.command else ():
            assert "hf_" not in file.content.replace("hf_hub", "").replace("hf_transfer", "")


@pytest.mark.parametrize("tool", SERVERS)
def test_a_server_in_docker_has_its_image_port_cache_and_gpus(tool: str, subject: MakeSubject) -> None:
    answer = written(subject("Qwen/Qwen3-8B", BIG), tool, "docker", port=9000)
    command = answer.command
    assert command is not None
    argv = command.steps[0].argv
    assert argv[:2] == ("docker", "run")
    assert argv[argv.index("--gpus") + 1] == "all"
    assert argv[argv.index("-p") + 1].startswith("9000:")
    assert any("/.cache/huggingface" in word or word.startswith("ollama:") for word in argv)
    assert "9000" in (answer.smoke_test or "")


def test_docker_names_the_token_and_the_home_directory_without_their_values(subject: MakeSubject) -> None:
    asked = subject(GATED, BIG)
    text = written(asked, "vllm", "docker").command.text  # type: ignore[union-attr]
    assert '-v "$HOME/.cache/huggingface:/root/.cache/huggingface" -e HF_TOKEN vllm/vllm-openai:latest' in text
    assert "vllm serve" not in text  # the image's entry point is that already
    for shell, home in (("powershell", '"${HOME}/.cache'), ("cmd", '"%USERPROFILE%/.cache')):
        assert home in written(asked, "vllm", "docker", shell=shell).command.text  # type: ignore[union-attr]


@pytest.mark.parametrize(("gated", "is_passed"), [(None, True), ("no", False), ("auto", True)])
def test_a_token_is_passed_on_where_a_gate_is_not_ruled_out(
    gated: Any, *, is_passed: bool, subject: MakeSubject
) -> None:
    chosen = subject("Qwen/Qwen3-8B", BIG)
    asked = replace(chosen, details=replace(chosen.details, model=replace(chosen.model, gated=gated)))
    command = written(asked, "vllm", "docker").command
    assert ("HF_TOKEN" in command.steps[0].argv) is is_passed  # type: ignore[union-attr]
    assert ("HF_TOKEN" in content(written(asked, "vllm", "compose"))) is is_passed
    pod = documents(written(asked, "vllm", "kubernetes"))[1]["spec"]["template"]["spec"]["containers"][0]
    assert ("env" in pod) is is_passed
    if gated is None:  # (nothing needs to be there: neither the variable nor the Secret)
        assert command.env == {}  # type: ignore[union-attr]
        assert pod["env"][0]["valueFrom"]["secretKeyRef"]["optional"] is True


def test_speech_in_vllms_image_needs_an_image_of_ones_own(subject: MakeSubject) -> None:
    notes = written(subject("openai/whisper-large-v3", BIG), "vllm", "docker").notes
    assert any(note.level == "warning" and "vllm[audio]" in note.text for note in notes)


def test_a_smoke_test_is_one_line_in_every_shell(subject: MakeSubject) -> None:
    for shell in ("bash", "powershell", "cmd"):
        for model in ("Qwen/Qwen3-8B", "BAAI/bge-m3", "Qwen/Qwen2.5-VL-7B-Instruct"):
            assert "\n" not in (written(subject(model, BIG), "vllm", "shell", shell=shell).smoke_test or "")
    told = written(subject("Qwen/Qwen3-8B", BIG), "vllm", "shell", shell="powershell").smoke_test or ""
    assert told.startswith("$PSNativeCommandArgumentPassing = 'Legacy'; curl.exe ")


def test_some_of_the_gpus_are_asked_for_by_number(subject: MakeSubject) -> None:
    text = written(subject("Qwen/Qwen3-8B", BIG), "vllm", "docker", gpus=2).command.text  # type: ignore[union-attr]
    assert "--gpus 2 " in text


def test_cards_of_amd_get_the_image_and_the_devices_of_rocm(subject: MakeSubject) -> None:
    asked = subject("Qwen/Qwen3-8B", "MI300X")
    text = written(asked, "vllm", "docker").command.text  # type: ignore[union-attr]
    assert "--device /dev/kfd --device /dev/dri --group-add video" in text
    assert "vllm/vllm-openai-rocm:latest" in text
    assert "amd.com/gpu" in content(written(asked, "vllm", "kubernetes"))


def test_without_gpus_the_image_for_processors_is_taken(subject: MakeSubject) -> None:
    text = written(subject("Qwen/Qwen3-8B-GGUF", "cpu:64GB"), "llamacpp", "docker").command.text  # type: ignore[union-attr]
    assert "ghcr.io/ggml-org/llama.cpp:server -hf" in text
    assert "--gpus" not in text
    assert "--host 0.0.0.0" in text


def test_ollama_in_docker_starts_the_server_and_runs_the_model_inside(subject: MakeSubject) -> None:
    steps = written(subject("Qwen/Qwen3-8B", BIG), "ollama", "docker", context=16384).command.steps  # type: ignore[union-attr]
    assert [step.argv[:2] for step in steps] == [("docker", "run"), ("docker", "exec")]
    assert "OLLAMA_CONTEXT_LENGTH=16384" in steps[0].argv
    assert steps[1].argv[-3:] == ("ollama", "run", "qwen3:8b")


def test_a_dollar_in_a_compose_file_stays_a_dollar(subject: MakeSubject) -> None:
    answer = written(subject("BAAI/bge-reranker-v2-gemma", BIG), "vllm", "compose")
    words = yaml.safe_load(content(answer))["services"]["bge-reranker-v2-gemma"]["command"]
    assert json.loads(words[words.index("--hf-overrides") + 1])["classifier_from_token"] == ["Yes"]
    assert all("$" not in word.replace("$$", "") for word in words)


def test_kubernetes_takes_the_token_from_a_secret_and_no_service_links(subject: MakeSubject) -> None:
    answer = written(subject(GATED, BIG), "vllm", "kubernetes")
    claim, deployment, service = documents(answer)
    pod = deployment["spec"]["template"]["spec"]
    assert pod["enableServiceLinks"] is False
    (token,) = pod["containers"][0]["env"]
    assert token["valueFrom"]["secretKeyRef"] == {"name": "hf-token", "key": "HF_TOKEN"}
    assert pod["containers"][0]["resources"] == {"limits": {"nvidia.com/gpu": "4"}}
    assert pod["containers"][0]["startupProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert int(claim["spec"]["resources"]["requests"]["storage"].removesuffix("Gi")) > 140
    assert service["metadata"]["name"] == "llama-3-3-70b-instruct"
    assert any("kubectl create secret generic hf-token" in note.text for note in answer.notes)


def test_several_nodes_become_a_set_of_leader_and_workers(subject: MakeSubject) -> None:
    answer = written(subject("deepseek-ai/DeepSeek-R1", "8xH100"), "vllm", "kubernetes", nodes=2)
    group, service = documents(answer)
    check_manifest(group)
    template = group["spec"]["leaderWorkerTemplate"]
    leader, worker = (template[role]["spec"]["containers"][0]["args"] for role in ("leaderTemplate", "workerTemplate"))
    assert template["size"] == 2
    assert leader[leader.index("--master-addr") + 1] == "$(LWS_LEADER_ADDRESS)"
    assert worker[worker.index("--node-rank") + 1] == "$(LWS_WORKER_INDEX)"
    assert "--headless" in worker
    assert "--headless" not in leader
    assert service["spec"]["selector"]["role"] == "leader"


def test_several_nodes_in_docker_are_one_step_a_node(subject: MakeSubject) -> None:
    steps = written(subject("deepseek-ai/DeepSeek-R1", "8xH100"), "vllm", "docker", nodes=2).command.steps  # type: ignore[union-attr]
    assert [step.argv[step.argv.index("--network") + 1] for step in steps] == ["host", "host"]
    assert "-p" not in steps[0].argv
    assert "--headless" in steps[1].argv


def test_compose_says_that_it_drives_one_machine(subject: MakeSubject) -> None:
    asked = subject("deepseek-ai/DeepSeek-R1", "8xH100")
    answer = plan("vllm", asked, Options(target="compose", nodes=2))
    assert answer.verdict == "refused"
    assert "one machine" in (answer.reason or "")


def test_ray_joins_the_nodes_first_and_serves_on_the_head(subject: MakeSubject) -> None:
    asked = subject("deepseek-ai/DeepSeek-R1", "8xH100")
    steps = written(asked, "vllm", "shell", nodes=2, executor="ray").command.steps  # type: ignore[union-attr]
    assert [" ".join(step.argv[:2]) for step in steps] == ["ray start", "ray start", "vllm serve"]
    assert steps[1].argv[-1] == "--address=HEAD_NODE_IP:6379"
    assert steps[2].argv[-2:] == ("--distributed-executor-backend", "ray")
    assert "--nnodes" not in steps[2].argv
    refusal = plan("vllm", asked, Options(target="kubernetes", nodes=2, executor="ray"))
    assert "KubeRay" in (refusal.reason or "")


def test_a_unit_of_systemd_starts_the_server_and_keeps_the_token_outside(subject: MakeSubject) -> None:
    answer = written(subject(GATED, BIG), "vllm", "systemd")
    unit = content(answer)
    assert "ExecStart=/usr/bin/env vllm serve meta-llama/Llama-3.3-70B-Instruct " in unit
    assert "EnvironmentFile=%h/.config/huggingface.env" in unit
    steps = [step.argv for step in answer.command.steps]  # type: ignore[union-attr]
    assert ("systemctl", "--user", "enable", "--now", "llama-3-3-70b-instruct.service") in steps


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd's own checker is not here")
def test_systemd_itself_reads_the_unit(subject: MakeSubject, tmp_path: Path) -> None:
    for model in (GATED, "BAAI/bge-reranker-v2-gemma"):
        answer = written(subject(model, BIG), "vllm", "systemd")
        unit = tmp_path / answer.command.files[0].path  # type: ignore[union-attr]
        unit.write_text(content(answer), encoding="utf-8")
        asked = ["systemd-analyze", "verify", "--man=no", str(unit)]
        said = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert not [line for line in said.stderr.splitlines() if unit.name in line], said.stderr


def test_json_in_a_unit_is_quoted_as_systemd_reads_it(subject: MakeSubject) -> None:
    unit = content(written(subject("BAAI/bge-reranker-v2-gemma", BIG), "vllm", "systemd"))
    assert r'--hf-overrides "{\"architectures\":[\"GemmaForSequenceClassification\"]' in unit


def test_ollama_gets_a_drop_in_for_the_service_that_it_has(subject: MakeSubject) -> None:
    answer = written(subject("Qwen/Qwen3-8B", BIG), "ollama", "systemd", context=16384)
    assert content(answer) == "[Service]\nEnvironment=OLLAMA_CONTEXT_LENGTH=16384\n"
    assert answer.command.argv == ("ollama", "run", "qwen3:8b")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tool", "target", "said"),
    [
        ("lmstudio", "docker", "llama.cpp serves the same files"),
        ("huggingface", "kubernetes", "fetches files and ends"),
        ("lmstudio", "systemd", "desktop program"),
    ],
)
def test_a_tool_that_cannot_be_there_says_why_and_what_can(
    tool: str, target: str, said: str, subject: MakeSubject
) -> None:
    answer = plan(tool, subject("Qwen/Qwen3-8B-GGUF", BIG), Options(target=target))
    assert answer.verdict == "refused"
    assert said in (answer.reason or "")
    assert answer.alternatives


def test_systemd_is_for_linux_only(subject: MakeSubject) -> None:
    asked = subject("Qwen/Qwen3-8B", BIG)
    other = replace(asked, machine=replace(asked.machine, os="windows"))
    assert "another system" in (plan("vllm", other, Options(target="systemd")).reason or "")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Qwen/Qwen3-8B", "qwen3-8b"),
        ("x/vllm", "model-vllm"),
        ("x/7b", "model-7b"),
        ("x/" + "a." * 60, "a-" * 19 + "a"),
    ],
)
def test_a_service_has_a_name_that_dns_allows(model: str, name: str) -> None:
    assert name_of("vllm", model) == name


def test_the_tools_are_those_that_the_targets_know() -> None:
    assert {tool.name for tool in TOOLS} >= set(SERVERS) - {"sglang"}
