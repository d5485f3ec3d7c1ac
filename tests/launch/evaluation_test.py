"""The command that measures a model again, for the server that was chosen."""

from __future__ import annotations

from types import MappingProxyType

from modelscope_tui.catalog.model import Model, ModelDetails
from modelscope_tui.launch.answer import LaunchAnswer
from modelscope_tui.launch.evaluation import evaluation_of, tasks_of


def _details(*datasets: str) -> ModelDetails:
    evals = tuple(MappingProxyType({"dataset": name, "value": 1}) for name in datasets)
    return ModelDetails(Model("lab/m", task="text-generation", library="transformers"), evals=evals)


def _served(tool: str, port: int) -> LaunchAnswer:
    smoke = f"curl http://localhost:{port}/v1/chat/completions -d '{{}}'"
    return LaunchAnswer("lab/m", tool, "ready", smoke_test=smoke, served_as="m")


def test_a_server_with_log_probabilities_can_do_every_reported_task() -> None:
    found = evaluation_of(_details("MMLU (5-shot)", "openai/gsm8k", "our own test"), _served("vllm", 8000))
    assert found is not None
    assert found.tasks == ("mmlu", "gsm8k")
    assert found.argv[found.argv.index("--model") + 1] == "local-completions"
    told = found.argv[found.argv.index("--model_args") + 1]
    assert told == "model=m,base_url=http://localhost:8000/v1/completions,tokenizer=lab/m,num_concurrent=8"


def test_a_chat_server_does_only_what_it_can() -> None:
    found = evaluation_of(_details("mmlu", "gsm8k"), _served("ollama", 11434))
    assert found is not None
    assert found.tasks == ("gsm8k",)
    assert "local-chat-completions" in found.argv
    assert "--apply_chat_template" in found.argv


def test_without_a_known_result_there_is_nothing_to_compare_with_and_it_says_so() -> None:
    found = evaluation_of(_details("our own test"), _served("vllm", 8000))
    assert found is not None
    assert found.tasks == ("ifeval", "gsm8k")
    assert "nothing" in found.note


def test_code_that_the_model_writes_runs_only_with_a_word_about_it() -> None:
    found = evaluation_of(_details("HumanEval"), _served("vllm", 8000))
    assert found is not None
    assert "--confirm_run_unsafe_code" in found.argv
    assert "runs code" in found.note


def test_no_server_and_no_text_model_have_no_command() -> None:
    assert evaluation_of(_details("gsm8k"), LaunchAnswer("lab/m", "huggingface", "ready")) is None
    image = ModelDetails(Model("lab/i", task="text-to-image"))
    assert evaluation_of(image, _served("vllm", 8000)) is None
    assert tasks_of(image) == ()
