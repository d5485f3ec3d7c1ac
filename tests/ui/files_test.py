"""Stories of the Files tab: real sizes, folded shards, marks, and the command that fetches them."""

from __future__ import annotations

from dataclasses import replace

from modelscope_tui.catalog.model import ModelDetails, ModelFile
from modelscope_tui.hub.answer import Answer
from tests.ui.conftest import Open, Stage
from tests.ui.fake_explorer import CATALOG, FakeExplorer

GB = 10**9
FILES = (
    ModelFile("README.md", 12_000, "card"),
    ModelFile("config.json", 800, "config"),
    ModelFile("model-Q4_K_M.gguf", 18 * GB, "gguf"),
    ModelFile("model-Q8_0-00001-of-00002.gguf", 16 * GB, "gguf"),
    ModelFile("model-Q8_0-00002-of-00002.gguf", 15 * GB, "gguf"),
    ModelFile("mmproj-F16.gguf", GB, "mmproj"),
    ModelFile("extra/old weights.bin", 2 * GB, "pickle"),
)


def with_files(files: tuple[ModelFile, ...] = FILES, *, is_stale: bool = False) -> FakeExplorer:
    explorer = FakeExplorer()
    model = replace(CATALOG[0], revision="0123456789abcdef")
    details = ModelDetails(model=model, files=files, source="cache", as_of="2026-11-01T00:00:00Z")
    explorer.known[model.id] = Answer(details, "cache", "2026-11-01T00:00:00Z", is_stale=is_stale)
    return explorer


async def _open_files(stage: Stage) -> None:
    await stage.press("enter")
    stage.detail.show_tab("files")
    await stage.settle()


async def test_shards_are_one_line_until_they_are_unfolded(open_explorer: Open) -> None:
    async with open_explorer(explorer=with_files()) as stage:
        await _open_files(stage)
        screen = stage.text()
        assert "7 files · 52.0 GB" in screen
        assert "Q8_0  2 files" in screen
        assert "31.0 GB" in screen
        assert "00002-of-00002" not in screen
        await stage.press("j", "enter")
        assert "model-Q8_0-00002-of-00002.gguf" in stage.text()
        await stage.press("enter")
        assert "00002-of-00002.gguf" not in "\n".join(stage.text().split("\n")[:30])


async def test_marked_files_become_one_download_command_that_y_copies(open_explorer: Open) -> None:
    async with open_explorer((200, 48), explorer=with_files()) as stage:
        await _open_files(stage)
        await stage.press("space", "j", "m", "y")
        await stage.settle()
        assert len(stage.copied) == 1
        assert stage.copied[0].split()[2:] == [
            CATALOG[0].id, "model-Q4_K_M.gguf", "mmproj-F16.gguf", "--revision", "0123456789abcdef",
        ]  # fmt: skip
        assert "2 marked, 19.0 GB" in stage.text()
        await stage.press("x", "g", "y")
        await stage.settle()
        assert "model-Q4_K_M.gguf --revision" in stage.copied[-1]
        assert "mmproj" not in stage.copied[-1], "without marks it is the file under the cursor"


async def test_a_name_with_a_blank_is_quoted(open_explorer: Open) -> None:
    async with open_explorer(explorer=with_files()) as stage:
        await _open_files(stage)
        stage.detail.tabs["files"].query_one("RowList").move_to(3)  # type: ignore[attr-defined]
        await stage.press("y")
        await stage.settle()
        assert "'extra/old weights.bin'" in stage.copied[-1]


async def test_a_pickle_says_what_it_can_do(open_explorer: Open) -> None:
    async with open_explorer(explorer=with_files((ModelFile("pytorch_model.bin", GB, "pickle"),))) as stage:
        await _open_files(stage)
        assert "only pickles" in stage.text()


async def test_files_never_seen_say_so_and_what_helps(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await _open_files(stage)
        assert "never seen here" in stage.text()
        assert "R asks the Hub" in stage.text().replace("│", " ")


async def test_an_empty_repository_is_not_a_loading_one(open_explorer: Open) -> None:
    async with open_explorer(explorer=with_files(())) as stage:
        await _open_files(stage)
        assert "holds no files" in stage.text()


async def test_the_footer_names_the_keys_of_the_tab_only_while_it_is_shown(open_explorer: Open) -> None:
    async with open_explorer() as stage:
        await stage.press("enter")
        assert "copy download" not in stage.text()
        stage.detail.show_tab("files")
        await stage.settle()
        assert "copy download" in stage.text()
        assert "next tool" not in stage.text()
