"""What may happen when a model is loaded, and whose files they are: facts, and what is unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile
from modelscope_tui.catalog.safety import Finding, findings_of, needs_remote_code, original_of

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def _details(*files: tuple[str, Any], config: Any = None, scan: Any = None, **facts: Any) -> ModelDetails:
    kept = tuple(ModelFile(path, 10, kind) for path, kind in files) if files else None
    return ModelDetails(Model("lab/m", **facts), files=kept, config=config, scan=scan)


def _told(details: ModelDetails) -> dict[str, Finding]:
    return {finding.kind: finding for finding in findings_of(details, NOW)}


def test_what_nobody_saw_is_unknown_and_not_safe() -> None:
    assert {finding.level for finding in findings_of(_details(), NOW)} == {"unknown"}


def test_pickles_alone_are_a_danger_and_beside_safe_weights_a_warning() -> None:
    assert _told(_details(("pytorch_model.bin", "pickle")))["pickle"].level == "danger"
    both = _details(("pytorch_model.bin", "pickle"), ("model.safetensors", "weights"))
    assert _told(both)["pickle"].level == "warning"
    assert _told(_details(("model.safetensors", "weights")))["pickle"].level == "ok"


def test_code_that_config_calls_is_told_from_code_that_lies_there() -> None:
    called = _details(("modeling.py", "code"), config={"auto_map": {"AutoModel": "modeling.M"}})
    assert "auto_map" in _told(called)["code"].text
    assert needs_remote_code(called) is True
    lying = _details(("train.py", "code"), config={"model_type": "llama"})
    assert "does not call them" in _told(lying)["code"].text
    assert needs_remote_code(lying) is False
    assert needs_remote_code(_details()) is None
    assert needs_remote_code(_details(tags=("custom_code",))) is True


def test_the_scan_of_the_hub_is_told_with_the_files_it_flags() -> None:
    flagged = {"scansDone": True, "filesWithIssues": [{"path": "evil.pkl", "level": "unsafe"}]}
    assert _told(_details(scan=flagged))["scan"].level == "danger"
    assert "evil.pkl" in _told(_details(scan=flagged))["scan"].text
    assert _told(_details(scan={"scansDone": True, "filesWithIssues": []}))["scan"].level == "ok"
    assert _told(_details(scan={"scansDone": False, "filesWithIssues": []}))["scan"].level == "unknown"


def test_a_gate_says_how_to_get_in() -> None:
    by_hand = _told(_details(gated="manual"))["gate"]
    assert by_hand.level == "warning"
    assert "https://huggingface.co/lab/m" in by_hand.text
    assert "by hand" in by_hand.text
    assert _told(_details(gated="no"))["gate"].level == "ok"


def test_a_copy_by_somebody_else_is_not_the_publishers_word() -> None:
    copy = Model("fast/m-GGUF", quantization="GGUF", base_models=("lab/m",))
    assert original_of(copy) == "lab/m"
    assert original_of(Model("lab/m-GGUF", quantization="GGUF", base_models=("lab/m",))) is None
    assert original_of(Model("fast/m-chat", base_models=("lab/m",))) is None
    (finding,) = [one for one in findings_of(ModelDetails(copy), NOW) if one.kind == "uploader"]
    assert "nothing signed by lab" in finding.text


def test_a_model_that_did_not_change_for_a_year_is_called_that() -> None:
    assert _told(_details(updated="2025-01-01"))["age"].level == "warning"
    recent = _told(_details(updated="2026-11-20T10:00:00.000Z"))["age"]
    assert (recent.level, recent.text) == (
        "ok",
        "Last changed 3 days ago, on 2026-11-20; maintained: changed within a year.",
    )
