"""Two programs search while a third one writes: nobody fails, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import parse
from tests.catalog.conftest import open_index

PAGES, ROWS = 12, 40


def test_two_search_while_one_writes(index_of: Callable[..., Index]) -> None:
    index = index_of(*[Model(f"a/model-{number}", license="mit") for number in range(200)])
    assert index.path is not None
    path, wrong, is_done = index.path, list[str](), threading.Event()

    def ask() -> None:
        with closing(open_index(path)) as own:
            while not is_done.is_set():
                for text in ("model", "license:mit", "page -model", "sort:name new"):
                    counts = own.facets(parse(text))
                    listed = sum(one.count for one in counts.organizations)
                    if listed != counts.total:
                        wrong.append(f"{text}: {listed} listed, {counts.total} counted")

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    for page in range(PAGES):
        index.upsert([Model(f"new/page-{page}-{row}", source="hub") for row in range(ROWS)], notes={"at": str(page)})
    is_done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert index.total == 200 + PAGES * ROWS
    assert index.notes() == {"at": str(PAGES - 1)}
