"""Stories of the explorer and a Hub that is bad in many ways: rows stand, the reason is said, and keys are answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from modelscope_tui.ui.app import ExplorerApp
from tests.hub_server import HubServer
from tests.ui.conftest import Stage

WRONG_TYPES = {"id": 5, "tags": "x", "siblings": {"a": 1}, "config": [1]}

FAULTS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("401", {}, "There is no model"),
    ("403", {"code": "GatedRepo"}, "is gated"),
    ("403", {"message": "Access to this resource is disabled."}, "has been disabled on the Hub"),
    ("404", {}, "it may be renamed, removed or private"),
    ("418", {}, "answered with status 418"),
    ("500", {}, "in trouble: it answered with status 500"),
    ("503", {}, "in trouble: it answered with status 503"),
    ("loop", {}, "round in circles"),
    ("html", {}, "answered with a web page"),
    ("truncated", {}, "something that is not JSON"),
    ("broken-off", {}, "hung up before its answer was whole"),
    ("hang-up", {}, "hung up before its answer was whole"),
    ("garbage", {}, "does not speak HTTP"),
    ("bomb", {"size": 40 << 20}, "more than 32 MiB"),
    ("huge", {"size": 40 << 20}, "more than 32 MiB"),
    ("body", {"body": None}, "answer is no model"),
    ("body", {"body": WRONG_TYPES}, "answer names no model"),
    ("rate-limit", {"seconds": 41}, "asked us to wait"),
)
"""What the Hub does, and what is said of it. The last one says when it may be asked again, so nothing can follow it."""


async def test_whatever_the_hub_answers_the_row_stands_and_the_reason_is_said(own_cache: Path) -> None:
    with HubServer() as hub:
        explorer = Explorer(Settings(cache_dir=own_cache, config_path=own_cache / "none.toml", endpoint=hub.url))
        app = ExplorerApp(explorer, clipboard=lambda _: "a fake")
        async with app.run_test(size=(160, 48)) as pilot:
            stage = Stage(app, pilot, explorer)  # type: ignore[arg-type]
            await stage.settle()
            await stage.settle()
            for kind, options, reason in FAULTS:
                hub.fault(kind, **options)
                hub.requests.clear()
                await stage.press("j")
                await stage.settle()
                model = stage.detail.model
                assert model is not None
                assert model.id in stage.text()
                said = " ".join(" ".join(line[111:].strip(" │") for line in stage.text().splitlines()).split())
                assert reason in said, (kind, options, said)
                assert stage.detail.known is not None
                assert stage.detail.known.launches, "what is known here is enough for commands"
                hub.heal()
            assert "lets us wait" in stage.text()
            assert app._exception is None
        explorer.close()


async def test_relatives_are_not_asked_of_a_hub_that_does_not_answer(own_cache: Path) -> None:
    with HubServer() as hub:
        hub.fault("hang-up")
        explorer = Explorer(Settings(cache_dir=own_cache, config_path=own_cache / "none.toml", endpoint=hub.url))
        app = ExplorerApp(explorer, "Qwen/Qwen3-8B", clipboard=lambda _: "a fake")
        async with app.run_test(size=(160, 48)) as pilot:
            stage = Stage(app, pilot, explorer)  # type: ignore[arg-type]
            await stage.settle()
            await stage.settle()
            assert stage.detail.known is not None
            assert stage.detail.known.model.gguf_repos
            assert {seen.path for seen in hub.asked("/api/models/")} == {"/api/models/Qwen/Qwen3-8B"}
        explorer.close()
