"""The tools of the bundled rows, as they ship with the package so that the first start need not judge them."""

from __future__ import annotations

from modelscope_tui.catalog import snapshot
from modelscope_tui.catalog.maker import snapshot_lines
from modelscope_tui.catalog.record import decode
from modelscope_tui.catalog.told import told_of
from modelscope_tui.launch.tool import rules_version, tools_of

RENEW = "run: python -m modelscope_tui.indexing tools (and first-page), and commit what it writes"


def test_the_shipped_tools_are_what_the_rules_say() -> None:
    lines = list(snapshot_lines())
    told = told_of(lines, snapshot.fingerprint(rules_version()))
    assert len(told) == len(lines), RENEW
    for line in [*lines[:200], *lines[200::10]]:
        model = decode(line)
        assert told[line] == tools_of(model), f"{model.id}: {RENEW}"


def test_tools_judged_by_other_rules_are_not_used() -> None:
    assert not told_of(list(snapshot_lines()), "made by other rules")
