"""Stories about what is kept of a row: every tool asks the same things, and no answer is taken for another row's."""

from __future__ import annotations

from modelscope_tui.catalog.model import Model
from modelscope_tui.launch.per_row import per_row
from modelscope_tui.launch.tool import tools_of


def test_the_same_row_is_looked_at_once_and_the_next_one_anew() -> None:
    looked: list[str] = []

    @per_row
    def name_of(model: Model) -> str:
        looked.append(model.id)
        return model.name

    one, other = Model(id="some/one"), Model(id="some/other")
    assert [name_of(one), name_of(one), name_of(other), name_of(one)] == ["one", "one", "other", "one"]
    assert looked == ["some/one", "some/other", "some/one"]


def test_a_row_that_learned_its_type_is_another_row() -> None:
    before = Model(id="some/thing", task="text-generation")
    after = Model(id="some/thing", task="text-generation", model_type="llama")
    assert "vllm" not in tools_of(before)
    assert {"vllm", "mlx", "unsloth"} <= set(tools_of(after))
    assert "vllm" not in tools_of(before)
