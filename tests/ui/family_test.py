"""Stories of the Family tab: relatives as a tree, and the way to each of them."""

from __future__ import annotations

from modelscope_tui.errors import HubUnreachable
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import FakeExplorer, a_model

BASE, CHILD = "org/base", "org/child"
ROWS = (
    a_model(CHILD, params=8_000_000_000, base_models=(BASE,), downloads=5000),
    a_model("q/child-GGUF", params=8_000_000_000, base_models=(CHILD,), quantization="GGUF", downloads=4000),
    a_model("f/child-tuned", params=30_000_000_000, base_models=(CHILD,), downloads=3000,
            tags=("base_model:finetune:org/child",)),
    a_model("lonely/one", downloads=10),
)  # fmt: skip


async def _open_family(stage: Stage) -> None:
    await stage.press("enter")
    stage.detail.show_tab("family")
    await stage.settle()


async def test_bases_stand_above_and_children_below_by_kind(open_explorer: Open) -> None:
    async with open_explorer((200, 48), explorer=FakeExplorer(ROWS)) as stage:
        await _open_family(stage)
        screen = stage.text()
        assert "3 relatives in what this machine knows · offline" in screen
        seen = (f"{BASE} (not in the catalog)", "1 quantization", "q/child-GGUF", "1 finetune", "f/child-tuned")
        order = [screen.rindex(text) for text in seen]
        assert order == sorted(order)
        assert "8.0B" in screen


async def test_enter_goes_to_a_relative_and_backspace_back(open_explorer: Open) -> None:
    async with open_explorer(explorer=FakeExplorer(ROWS)) as stage:
        await _open_family(stage)
        await stage.press("j", "j", "enter")
        await stage.settle()
        assert stage.detail.model is not None
        assert stage.detail.model.id == "q/child-GGUF"
        assert stage.detail.tab == "family"
        await stage.press("backspace")
        await stage.settle()
        assert stage.detail.model.id == CHILD


async def test_back_in_the_models_the_row_counts_again(open_explorer: Open) -> None:
    async with open_explorer(explorer=FakeExplorer(ROWS)) as stage:
        await _open_family(stage)
        await stage.press("j", "j", "enter")
        await stage.settle()
        await stage.press("escape", "Y")
        await stage.settle()
        assert stage.copied == [CHILD]


async def test_a_branch_leads_to_all_of_it(open_explorer: Open) -> None:
    async with open_explorer(explorer=FakeExplorer(ROWS)) as stage:
        await _open_family(stage)
        await stage.press("j", "enter")
        assert stage.line == f"base:{CHILD} relation:quantized"
        assert stage.table.has_focus


async def test_online_the_hub_is_asked_for_further_children(open_explorer: Open) -> None:
    explorer = FakeExplorer(ROWS, offline=False)
    explorer.from_hub = [a_model("new/child-merge", base_models=(CHILD,))]
    async with open_explorer(explorer=explorer) as stage:
        await _open_family(stage)
        screen = stage.text()
        assert "this machine and the Hub" in screen
        assert "made from it, unknown how" in screen


async def test_a_hub_that_cannot_be_asked_leaves_what_is_known(open_explorer: Open) -> None:
    explorer = FakeExplorer(ROWS, offline=False)
    explorer.hub_problem = HubUnreachable("The Hub does not answer.", "Try again.")
    async with open_explorer(explorer=explorer) as stage:
        await _open_family(stage)
        screen = stage.text()
        assert "The Hub does not answer" in screen
        assert "child-GGUF" in screen


async def test_a_model_without_relatives_says_so(open_explorer: Open) -> None:
    async with open_explorer(text="lonely", explorer=FakeExplorer(ROWS)) as stage:
        await _open_family(stage)
        assert "No relatives" in stage.text()
