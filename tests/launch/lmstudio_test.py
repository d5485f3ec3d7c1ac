"""Stories about LM Studio beside the golden table: which machine MLX weights need."""

from __future__ import annotations

from modelscope_tui.launch.plan import plan
from modelscope_tui.launch.subject import Options
from tests.launch.conftest import MakeSubject


def test_mlx_weights_run_on_a_mac_and_nowhere_else(subject: MakeSubject) -> None:
    def ask(machine: str | None) -> tuple[str, str | None]:
        answer = plan("lmstudio", subject("mlx-community/Qwen3-8B-4bit", machine), Options())
        assert answer.command.steps[0].argv[2] == "https://huggingface.co/mlx-community/Qwen3-8B-4bit"
        return answer.verdict, answer.reason

    assert ask("M3 Max 64GB")[0] == "ready"
    assert ask(None) == ("ready", None)
    verdict, reason = ask("RTX 4090")
    assert verdict == "too-large"
    assert "Apple silicon; RTX 4090" in reason
