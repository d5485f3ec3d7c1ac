"""Stories about tools on this machine: found by their programs and their packages' metadata, without running any."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modelscope_tui.explorer import Explorer
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.machine import GIB, Gpu, Machine
from modelscope_tui.installed import Installed, installed
from modelscope_tui.launch.subject import Options
from modelscope_tui.settings import Settings

BROKEN = "#!/bin/sh\nexit 99\n"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty environment of Python that is the whole PATH."""
    root = tmp_path / "env"
    (root / "bin").mkdir(parents=True)
    (root / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(root / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return root


def bring(root: Path, program: str, package: str | None = None, version: str = "") -> Path:
    place = root / "bin" / program
    place.write_text(BROKEN, encoding="utf-8")
    place.chmod(0o755)
    if package is not None:
        (root / "lib" / "python3.12" / "site-packages" / f"{package}-{version}.dist-info").mkdir()
    return place


def test_a_tool_of_another_environment_has_its_version_without_being_run(environment: Path) -> None:
    program = bring(environment, "vllm", "vllm", "0.27.0")
    bring(environment, "hf", "huggingface_hub", "2.4.0")
    bring(environment, "ollama")
    found = installed()
    assert found["vllm"] == Installed("vllm", str(program), "0.27.0")
    assert found["huggingface"].version == "2.4.0"
    assert found["ollama"] == Installed("ollama", str(environment / "bin" / "ollama"), None)
    assert set(found) == {"vllm", "huggingface", "ollama"}


def test_a_library_alone_is_no_tool_that_can_be_started(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = environment / "lib" / "python3.12" / "site-packages"
    for name in ("transformers-5.23.0", "mlx_lm-0.32.2"):
        (packages / f"{name}.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(packages)])
    assert dict(installed()) == {"mlx": Installed("mlx", None, "0.32.2")}


def test_docker_alone_is_not_its_model_runner(environment: Path, tmp_path: Path) -> None:
    bring(environment, "docker")
    assert set(installed()) == {"docker"}
    plugin = tmp_path / ".docker" / "cli-plugins" / "docker-model"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(BROKEN, encoding="utf-8")
    assert installed()["docker-model-runner"].path == str(plugin)


def test_a_flag_that_the_installed_version_lacks_is_left_out_and_said(
    environment: Path, offline_settings: Settings
) -> None:
    bring(environment, "vllm", "vllm", "0.11.0")
    here = Machine("here", (Gpu("NVIDIA H100 80 GB", 80 * GIB, "nvidia"),) * 8, 512 * GIB)
    for machine, is_here in ((here, True), (parse_machine("8xH100"), False)):
        explorer = Explorer(offline_settings, machine=machine)
        details = explorer.details("Qwen/Qwen3-32B").value
        answer = explorer.launch(details, "vllm", Options(nodes=2))
        assert any("vLLM 0.11.0 is installed here" in note.text for note in answer.notes) is is_here
        explorer.close()
