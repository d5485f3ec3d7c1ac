"""Rows that are alike in what matters have the same tools: millions are judged as quickly as thousands."""

from __future__ import annotations

import numpy as np

from modelscope_tui.catalog.coded import coded_lists
from modelscope_tui.catalog.maker import snapshot_lines
from modelscope_tui.catalog.ngrams import Ids
from modelscope_tui.catalog.record import FIELDS, decode
from modelscope_tui.catalog.tooling import digests, tools_of_all
from modelscope_tui.launch.offered import offered
from modelscope_tui.launch.tool import tools_of


def test_rows_judged_together_have_the_tools_that_each_has_by_itself() -> None:
    lines = [*snapshot_lines()][::5]
    models = [decode(line) for line in lines]
    columns = {name: [getattr(model, name) for model in models] for name in FIELDS}
    ids = Ids([model.id.casefold() for model in models], np.arange(len(lines), dtype=np.uint32))
    offers = offered()
    matter = digests(offers, columns, coded_lists(columns["tags"]))
    found = tools_of_all(offers, lines, matter, ids, {})
    together = [found.values[code] for code in found.codes]
    differing = {model.id for tools, model in zip(together, models, strict=True) if tools != tools_of(model)}
    assert differing == set()
    asked = len({tools_of(model) for model in models})
    assert 20 < asked <= len(offers._kept) < len(lines)
