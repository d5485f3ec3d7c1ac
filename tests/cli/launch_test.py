"""Stories of launch: beside the command stands how the served model is measured again."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_a_served_model_can_be_measured_again(run: Run, built_cache: Path) -> None:
    words = ("launch", "Qwen/Qwen3-8B", "--offline", "--cache-dir", str(built_cache), "--machine", "RTX 4090")
    found = run(*words, "--tool", "vllm", "--port", "9000", "--json").document["evaluation"]
    assert found["argv"][:3] == ["lm-eval", "run", "--tasks"]
    assert "base_url=http://localhost:9000/v1/completions" in found["text"]
    assert run(*words, "--tool", "huggingface", "--json").document["evaluation"] is None
    said = run(*words, "--tool", "ollama")
    assert "measure it again with: lm-eval run" in said.err
    assert "lm-eval" not in said.out
