"""What a person finds, and in which order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

import pytest
from pyroaring import BitMap

from modelscope_tui.catalog.facet import FacetCounts
from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.keys import Kind
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.narrow import Chosen, Narrowed, Sized
from modelscope_tui.catalog.organizations import Organizations
from modelscope_tui.catalog.query import Query, parse
from modelscope_tui.catalog.store import Store, connect

IndexOf = Callable[..., Index]


def ids(index: Index, text: str) -> list[str]:
    return [model.id for model in index.page(index.matches(parse(text)), 0, 1000)]


def counted(counts: FacetCounts, pane: str) -> dict[str, int]:
    return {value.value: value.count for value in getattr(counts, pane)}


def test_typing_two_words_finds_ids_that_have_both_in_any_order(index: Index) -> None:
    found = ids(index, "CODER qwen3")
    assert "Qwen/Qwen3-Coder-30B-A3B-Instruct" in found
    assert found == ids(index, "qwen3 coder")


def test_a_word_inside_a_name_is_found(index_of: IndexOf) -> None:
    index = index_of(Model("a/Qwen3Coder"), Model("a/qwen-3-oder"))
    assert ids(index, "3coder") == ["a/Qwen3Coder"]


def test_pieces_that_do_not_stand_together_are_no_word(index_of: IndexOf) -> None:
    index = index_of(Model("a/abcd-bcde"), Model("a/abcde"))
    assert ids(index, "abcde") == ["a/abcde"]


def test_names_of_other_scripts_are_found(index_of: IndexOf) -> None:
    index = index_of(Model("a/x", tags=("日本語モデル", "ÜBERSETZUNG", "large language model")))
    for word in ("日本", "日本語モデル", "übersetzung", '"language mod"'):
        assert ids(index, word) == ["a/x"], word


def test_an_ollama_name_finds_its_model(index: Index) -> None:
    assert "Qwen/Qwen3-8B" in ids(index, "qwen3:8b")
    assert index.matches(parse("qwen3:8b")).query.problems


def test_facts_are_tags_where_a_card_has_none(index_of: IndexOf) -> None:
    index = index_of(
        Model("a/x", is_moe=True, model_type="mixtral", library="transformers", capabilities=("vision",)),
        Model("a/y", quantization="AWQ-4bit"),
        Model("a/z", tags=("arxiv:2401.00001", "region:us")),
    )
    assert ids(index, "tag:moe tag:mixtral tag:vision") == ["a/x"]
    assert ids(index, "tag:awq") == ids(index, "awq-4bit") == ids(index, "quant:awq") == ["a/y"]
    assert ids(index, "tag:arxiv:2401.00001") == ["a/z"]
    assert ids(index, "region") == []


def test_gated_unknown_is_neither_yes_nor_no(index_of: IndexOf) -> None:
    index = index_of(Model("a/manual", gated="manual"), Model("a/open", gated="no"), Model("a/unknown"))
    assert ids(index, "gated:yes") == ids(index, "gated:manual") == ["a/manual"]
    assert ids(index, "gated:no") == ["a/open"]
    assert ids(index, "gated:unknown") == ["a/unknown"]
    assert ids(index, "-gated:yes") == ["a/open", "a/unknown"]


def test_an_estimate_of_the_size_is_not_the_size(index_of: IndexOf) -> None:
    index = index_of(Model("a/known", params=8_000_000_000), Model("a/guess", params_estimate=8_000_000_000))
    assert ids(index, "params:>1b") == ["a/known"]
    assert ids(index, "sort:params") == ["a/known", "a/guess"]


def test_unknown_values_are_last_in_both_directions(index_of: IndexOf) -> None:
    index = index_of(Model("a/none"), Model("a/few", likes=1), Model("a/many", likes=9))
    assert ids(index, "sort:likes") == ["a/many", "a/few", "a/none"]
    assert ids(index, "sort:-likes") == ["a/few", "a/many", "a/none"]


def test_a_license_is_found_by_id_by_name_and_by_group(index_of: IndexOf) -> None:
    index = index_of(
        Model("a/mit", license="mit"),
        Model("a/mrl", license="other", license_name="mrl"),
        Model("a/own", license="other", license_name="Ours Alone"),
        Model("a/none"),
        Model("a/both", license="llama3.3,gemma"),
    )
    assert ids(index, "license:permissive") == ["a/mit"]
    assert ids(index, "license:MRL") == ids(index, "license:non-commercial") == ["a/mrl"]
    assert ids(index, "license:ours-alone") == ids(index, "license:other") == ["a/own"]
    assert ids(index, "license:unknown") == ["a/none"]
    assert ids(index, "license:gemma") == ids(index, "license:llama3.3") == ["a/both"]


def test_licenses_stand_under_their_group_and_a_click_gives_as_many_as_shown(index: Index) -> None:
    counts = index.facets(Query())
    group = None
    for value in counts.licenses:
        group = value.value if value.group is None else group
        assert value.group in (None, group)
        assert index.matches(Query().toggled("license", value.value)).total == value.count, value


def test_a_pane_keeps_its_other_values_when_one_is_chosen(index: Index) -> None:
    before, after = index.facets(parse("llama")), index.facets(parse("llama org:meta-llama"))
    assert counted(before, "organizations") == counted(after, "organizations")
    assert after.total == counted(before, "organizations")["meta-llama"]
    assert sum(counted(after, "tasks").values()) <= after.total


def test_a_chosen_value_stays_in_its_pane_with_a_zero(index: Index) -> None:
    counts = index.facets(parse("qwen org:bigscience category:legal -license:wtfpl sort:likes"))
    assert counted(counts, "categories")["legal"] == 0
    assert "wtfpl" in counted(counts, "licenses")
    assert "bigscience" in counted(counts, "organizations")


def test_tools_stand_in_house_order_with_their_names(index: Index) -> None:
    assert [(tool.value, tool.label) for tool in index.facets(Query()).tools] == [
        ("ollama", "Ollama"),
        ("vllm", "vLLM"),
    ]


def test_an_organization_beyond_the_list_is_found_by_typing(index: Index) -> None:
    counts = index.facets(Query())
    assert len(counts.organizations) == 300
    assert counts.organizations_found is not None
    assert counts.organizations_found > 300
    found = index.organizations_like("face", Query())
    assert "facebook" in [value.value for value in found]
    assert all("face" in value.value.casefold() and value.count for value in found)


def test_large_answers_are_counted_in_steps_with_the_same_result(index: Index) -> None:
    assert index.path is not None
    with closing(connect(index.path)) as connection:
        store = Store(connection)
        reading, stepping = Organizations(store), Organizations(store, at_once=7)
        at_once = Organizations(store, at_once=7, large=bool)
        at_once.warm()
        few = store.bitmap(Kind.GRAM, "qwe")
        rest = BitMap(range(store.count())) - few
        for rows in (store.bitmap(Kind.GRAM, "a"), few, rest, store.bitmap(Kind.TASK, "x")):
            found = [one.counts(rows, ("qwen",)) for one in (reading, stepping, at_once)]
            assert found[0] == found[1] == found[2]


def test_a_model_is_found_whatever_the_case_of_its_id(index: Index) -> None:
    found = index.get("qwen/qwen3-8b")
    assert found is not None
    assert found.id == "Qwen/Qwen3-8B"
    assert index.get("qwen/qwen3-8") is None


def test_a_mistyped_id_names_what_was_meant(index: Index) -> None:
    assert index.nearest("Qwen/Qwen3-8")[0] == "Qwen/Qwen3-8B"
    assert "Qwen/Qwen3-8B" in index.nearest("Qwne/Qwen3-8B")
    assert index.nearest("zz") == []
    assert index.nearest("§§§§§§/§§§§§§") == []


def test_an_empty_answer_names_the_word_to_blame(index: Index, index_of: IndexOf) -> None:
    assert index.empties(parse("qwen3 zzzzqq")) == "zzzzqq"
    assert index.empties(parse("org:Qwen license:afl-3.0")) in {"org:Qwen", "license:afl-3.0"}
    assert index.empties(parse("zzzzqq yyyyqq")) is None
    assert index_of(Model("a/x")).empties(parse("x -a")) == "-a"


def test_a_range_is_as_exact_as_its_ends(index: Index) -> None:
    for model in index.page(index.matches(parse("params:7b..8b context:>=128k")), 0, 500):
        assert model.params is not None
        assert model.context is not None
        assert 7_000_000_000 <= model.params <= 8_000_000_000
        assert model.context >= 128_000


def test_stars_and_fit_are_judged_by_whoever_knows_them(index_of: IndexOf) -> None:
    index = index_of(
        Model("a/small", params=1_000),
        Model("a/large", params=9_000),
        Model("a/packed", params=9_000, quantization="AWQ-4bit"),
        Model("a/unknown"),
    )
    narrowed = {
        "starred": {"yes": Chosen(frozenset({"A/small", "gone/away"}))},
        "fits": {
            "yes": (Sized("plain", None, 5_000), Sized("awq-4bit", None, 20_000)),
            "no": (Sized("plain", 5_001, None),),
        },
    }

    def found(text: str) -> list[str]:
        return [model.id for model in index.page(index.matches(parse(text), narrowed=narrowed), 0, 9)]

    assert found("starred:yes") == ["a/small"]
    assert found("starred:no") == ["a/large", "a/packed", "a/unknown"]
    assert found("fits:yes") == ["a/small", "a/packed"]
    assert found("fits:no") == ["a/large"]
    assert found("fits:unknown") == ["a/unknown"]
    assert found("-fits:yes") == ["a/large", "a/unknown"]
    assert index.facets(parse("fits:yes"), narrowed=narrowed).total == 2


def test_another_machine_and_another_row_are_judged_anew(index_of: IndexOf) -> None:
    index = index_of(Model("a/small", params=1_000), Model("a/large", params=9_000))
    weak, strong = ({"fits": {"yes": (Sized("plain", None, most),)}} for most in (5_000, 20_000))

    def total(narrowed: Narrowed) -> int:
        return index.matches(parse("fits:yes"), narrowed=narrowed).total

    assert (total(weak), total(weak), total(strong), total(weak)) == (1, 1, 2, 1)
    index.upsert([Model("a/tiny", params=10)])
    assert (total(weak), total(strong)) == (2, 3)


def test_a_judgement_that_nobody_gave_is_reported_and_not_ignored(index: Index) -> None:
    matches = index.matches(parse("qwen fits:yes -starred:yes"))
    assert [problem.text for problem in matches.problems] == ["fits:yes", "-starred:yes"]
    assert matches.total == index.matches(parse("qwen")).total


def test_pages_beyond_the_end_are_empty(index: Index) -> None:
    matches = index.matches(parse("qwen3 coder"))
    assert index.page(matches, matches.total, matches.total + 50) == []
    assert index.page(matches, 5, 5) == []
    assert len(index.page(matches, 0, 10**9)) == matches.total


def test_an_empty_index_answers(index_of: IndexOf) -> None:
    index = index_of()
    assert index.total == 0
    assert ids(index, "x sort:name") == ids(index, "sort:params -license:mit") == []
    assert index.facets(Query()).organizations == ()
    assert index.nearest("a/b") == []


def test_many_threads_may_ask_at_once(index: Index) -> None:
    texts = ["q", "qw", "llama", "license:mit", "gguf sort:name", "org:qwen sort:likes"]
    expected = {text: ids(index, text) for text in texts}
    wrong: list[str] = []

    def ask() -> None:
        wrong.extend(text for text in texts * 5 if ids(index, text) != expected[text])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_names_are_walked_like_they_are_sorted(index: Index, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sorted_at_once = ids(index, f"qwen sort:{sort}")
    monkeypatch.setattr("modelscope_tui.catalog.ordering._SORTED_AT_ONCE", 0)
    assert ids(index, f"qwen sort:{sort}") == sorted_at_once
