"""Real rows, a small index of them, and simple tools to count."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelscope_tui.catalog import frequent, piece
from modelscope_tui.catalog.builder import fill
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.maker import snapshot_lines
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.record import decode, encode
from modelscope_tui.catalog.store import connect

TODAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOOLS = {"ollama": "Ollama", "vllm": "vLLM"}
MADE_FROM = "a test"


def tools_of(model: Model) -> tuple[str, ...]:
    found = []
    if model.quantization == "GGUF" or model.gguf_repos:
        found.append("ollama")
    if model.task == "text-generation" and model.quantization != "GGUF":
        found.append("vllm")
    return tuple(found)


def open_index(path: Path) -> Index:
    return Index.open(path, fingerprint=MADE_FROM, tools_of=tools_of, tools=TOOLS, now=lambda: TODAY)


def make_index(path: Path, models: Iterable[Model]) -> Index:
    lines = [encode(model) for model in models]
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(connect(path, is_new=True)) as connection:
        meta = {"fingerprint": MADE_FROM, "as_of": "2026-10-05"}
        fill(connection, lines, len(lines), tools_of=tools_of, meta=meta)
        connection.execute("PRAGMA journal_mode=WAL")
    return open_index(path)


@pytest.fixture(scope="session")
def real_models() -> list[Model]:
    """Three thousand rows of the snapshot: the most downloaded, and some of every kind."""
    models = [decode(line) for line in snapshot_lines()]
    return models[:800] + random.Random(7).sample(models[800:], 2200)


@pytest.fixture(scope="session")
def index(real_models: list[Model], tmp_path_factory: pytest.TempPathFactory) -> Iterable[Index]:
    """An index of real rows; shared, so never write to it."""
    with closing(make_index(tmp_path_factory.mktemp("index") / "catalog.db", real_models)) as opened:
        yield opened


@pytest.fixture(scope="session")
def large_index(real_models: list[Model], tmp_path_factory: pytest.TempPathFactory) -> Iterable[Index]:
    """The same rows, written and read as an index of millions is."""
    with pytest.MonkeyPatch.context() as patch:
        as_if_large(patch)
        opened = make_index(tmp_path_factory.mktemp("large") / "catalog.db", real_models)
    yield opened
    opened.close()


def as_if_large(patch: pytest.MonkeyPatch) -> None:
    """Let the smallest index be a large one, and text that a dozen values have be frequent."""
    patch.setattr(piece, "LARGE", 0)
    patch.setattr(frequent, "FREQUENT", 12)


@pytest.fixture
def index_of(tmp_path: Path) -> Iterable[Callable[..., Index]]:
    """Make an index of a few models, to be written to."""
    opened: list[Index] = []

    def make(*models: Model) -> Index:
        opened.append(make_index(tmp_path / f"own{len(opened)}" / "catalog.db", models))
        return opened[-1]

    yield make
    for one in opened:
        one.close()
