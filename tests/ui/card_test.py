"""Stories of the Card tab: a stranger's text as text, its links by number, long ones as quick as short ones."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.strip import Strip

from modelscope_tui.errors import AccessDenied
from modelscope_tui.ui.card_text import BLOCK_LETTERS, read_card, safe_address
from modelscope_tui.ui.links import LinksScreen
from modelscope_tui.ui.widgets.document import Document
from modelscope_tui.ui.widgets.finding import Finding, Span
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import CATALOG, FakeExplorer

CARD = """\
<div align="center"><img src="https://x.example/logo.png" alt="The logo"/></div>
<h1 align="center">Big <b>Title</b></h1>
<!-- a secret note -->
Read the [report](https://example.org/report "paper") or the [guide][g], not [this](javascript:alert(1)).

| bench | score |
|---|---|
| MMLU | 71.2 |

```python
print("<b>kept</b>")  # [no](https://example.org/link)
```

1. first
2. second with `<unk>` token

[g]: https://example.org/guide
"""


def with_card(text: str) -> FakeExplorer:
    explorer = FakeExplorer()
    explorer.cards[CATALOG[0].id] = text
    return explorer


async def _open_card(stage: Stage) -> None:
    await stage.press("enter")
    stage.detail.show_tab("card")
    await stage.settle()


async def test_a_card_is_read_without_its_html(open_explorer: Open) -> None:
    async with open_explorer(explorer=with_card(CARD)) as stage:
        await _open_card(stage)
        screen = stage.text()
        for seen in ("The logo", "Big Title", "report (1)", "MMLU", '"<b>kept</b>"', "second with <unk>", "kept here"):
            assert seen in screen, seen
        for unseen in ("<div", "align=", "secret note", "javascript", "]: https"):
            assert unseen not in screen, unseen


async def test_links_are_listed_opened_and_copied(open_explorer: Open) -> None:
    async with open_explorer(explorer=with_card(CARD)) as stage:
        await _open_card(stage)
        assert "2 links" in stage.text()
        await stage.press("enter")
        await stage.pause()
        assert "https://example.org/report" in stage.text()
        popup = stage.app.screen
        assert isinstance(popup, LinksScreen)
        opened: list[str] = []
        popup.open_page = lambda address: opened.append(address) or True  # type: ignore[method-assign,func-returns-value,assignment]
        await stage.press("j", "enter", "y")
        await stage.settle()
        assert opened == ["https://example.org/guide"]
        assert stage.copied == ["https://example.org/guide"]
        await stage.press("escape")
        assert stage.app.screen is stage.screen


async def test_a_long_card_is_laid_out_only_where_it_is_looked_at(open_explorer: Open) -> None:
    long = "\n\n".join(f"## Part {number}\n\n" + "words " * 60 for number in range(600))
    assert len(long) > 200_000
    async with open_explorer(explorer=with_card(long)) as stage:
        await _open_card(stage)
        document = stage.screen.query_one(Document)
        assert len(document._laid) < 12
        await stage.press("G")
        await stage.pause()
        assert "Part 599" in stage.text()
        assert len(document._laid) < 24, "the end is there without the middle"
        await stage.press("g")
        await stage.pause()
        assert "Part 0" in stage.text()
        await stage.press("j")
        assert document.place == (0, 1)


async def test_each_state_of_a_card_has_its_words(open_explorer: Open) -> None:
    explorer = with_card("")
    explorer.refusals[CATALOG[1].id] = AccessDenied("The Hub asks for acceptance.", "Accept it on the model's page.")
    async with open_explorer(explorer=explorer) as stage:
        await _open_card(stage)
        assert "has no card" in stage.text()
        await stage.press("5", "j", "enter")
        await stage.settle()
        assert "The Hub asks for" in stage.text()
        await stage.press("5", "j", "enter")
        await stage.settle()
        assert "never read here" in stage.text()


def test_no_part_is_longer_than_what_can_be_laid_out_at_once() -> None:
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 3000
    listing = "```\n" + "x = 1\n" * 3000 + "```"
    parts = read_card(f"{table}\n\n{listing}\n\n{'word ' * 5000}").parts
    assert max(map(len, parts)) < BLOCK_LETTERS + 1000
    assert all(part.startswith("| a | b |") for part in parts if part.count("| 1 |") > 5)
    assert all(part.count("```") % 2 == 0 for part in parts)


def test_hostile_cards_end_soon_and_harmless() -> None:
    for text in (
        "<!--" * 50_000,
        "[" * 50_000,
        "<a href='x'>" * 20_000,
        "`" * 50_001,
        "\x1b]0;owned\x07 text",
        "> " * 5000,
    ):
        shown = "".join(read_card(text).parts)
        assert "\x1b" not in shown
        assert "owned" not in shown


@pytest.mark.parametrize(
    "address", ["javascript:x", "file:///etc/passwd", "https://", "http://user:pw@host/", "//host", "x"]
)
def test_only_pages_of_the_web_can_be_opened(address: str) -> None:
    assert safe_address(address) is None


async def test_words_are_found_in_a_card_and_lit(open_explorer: Open) -> None:
    body = "\n\n".join(
        f"## Part {number}\n\nplain words {'and a Needle ' if number % 7 == 0 else ''}here" for number in range(40)
    )
    async with open_explorer(explorer=with_card(body)) as stage:
        await _open_card(stage)
        await stage.press("/")
        assert "read on" in stage.text(), "the footer names the keys of the field"
        await stage.type("needle")
        await stage.settle()
        assert "1 of 6" in stage.text()
        await stage.press("enter", "n")
        assert stage.detail.has_focus
        assert "2 of 6" in stage.text()
        assert "Part 7" in stage.text()
        await stage.press("N", "N")
        assert "6 of 6" in stage.text(), "round and round"
        assert "Part 35" in stage.text()
        assert "n next" in stage.text()
        await stage.press("escape")
        assert "6 of 6" not in stage.text()
        assert stage.detail.has_focus, "esc ends the search and stays"
        await stage.press("escape")
        assert stage.table.has_focus


async def test_words_that_no_card_has_are_said_to_be_in_none(open_explorer: Open) -> None:
    async with open_explorer(explorer=with_card(CARD)) as stage:
        await _open_card(stage)
        await stage.press("ctrl+f")
        await stage.type("zebra")
        await stage.settle()
        assert "0 of 0" in stage.text()
        await stage.press("escape")
        assert stage.detail.has_focus
        await stage.press("n")
        assert len(stage.app.screen_stack) == 2, "n writes a note again"


def test_words_go_on_in_the_next_line_and_across_emphasis() -> None:
    lines = [Strip([Segment("one two  ")]), Strip([Segment("  three")]), Strip([Segment("日本 two three")])]
    finding = Finding(("one **tw**o three 日本 two three", "nothing"), "Two three", 0)
    assert finding.next_part == 0
    finding.look_through(lines)
    assert finding.next_part is None, "a part that cannot hold the words is not looked through"
    assert finding.begin((0, 0)) == (Span(0, 4, 7), Span(1, 2, 7))
    assert finding.step(1) == (Span(2, 5, 14),), "cells, not letters"
    assert [is_here for _, is_here in finding.spans(0, 2)] == [True]
