"""Rows of the bundled catalog, machines and repositories for stories about launch commands."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from functools import cache

import pytest

from modelscope_tui.catalog.model import Model, ModelDetails, ModelFile
from modelscope_tui.catalog.packaged import CATALOG, FOLDER
from modelscope_tui.catalog.record import decode, reordered
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.machine import Machine
from modelscope_tui.launch.subject import Subject

MakeSubject = Callable[..., Subject]
"""Makes a subject of a row of the catalog: id, machine, related repositories."""

UNKNOWN_MACHINE = Machine("unknown", source="unknown")


@cache
def a_machine(spec: str | None) -> Machine:
    """Read a machine as `--machine` does; None is one that nobody knows."""
    return UNKNOWN_MACHINE if spec is None else parse_machine(spec)


def listing(sizes: Mapping[str, int]) -> tuple[ModelFile, ...]:
    """Make files of a repository from paths and bytes."""
    kinds = {".gguf": "gguf", ".safetensors": "weights", ".bin": "pickle", ".py": "code", ".json": "config"}
    found = []
    for path, size in sizes.items():
        ending = next((kind for suffix, kind in kinds.items() if path.endswith(suffix)), "other")
        found.append(ModelFile(path, size, "mmproj" if "mmproj" in path else ending))
    return tuple(found)


@pytest.fixture(scope="session")
def catalog() -> Mapping[str, Model]:
    """Every row of the bundled catalog, by id."""
    with gzip.open(FOLDER / CATALOG, "rt", encoding="utf-8") as lines:
        names = json.loads(next(lines))
        rows = [decode(reordered(line, names)) for line in lines]
    return {row.id: row for row in rows}


@pytest.fixture
def subject(catalog: Mapping[str, Model]) -> MakeSubject:
    """Make a subject of a row of the catalog, or of any id."""

    def make(model_id: str, machine: str | None = None, related: Mapping[str, ModelDetails] | None = None) -> Subject:
        row = catalog.get(model_id) or Model(id=model_id)
        return Subject(ModelDetails(row), a_machine(machine), related or {})

    return make
