"""A maintainer makes the snapshot: each model learns where its GGUF files are."""

from __future__ import annotations

from modelscope_tui.catalog.gguf_homes import with_gguf_homes
from modelscope_tui.catalog.model import Model, Provenance


def _gguf(name: str, *bases: str) -> Model:
    return Model(id=name, quantization="GGUF", base_models=bases)


def _homes(*models: Model) -> dict[str, tuple[str, ...]]:
    return {model.id: model.gguf_repos for model in with_gguf_homes(models)}


def test_a_repository_named_after_a_model_is_found_though_no_card_names_it() -> None:
    homes = _homes(Model(id="mistralai/Large-2407"), _gguf("MaziyarPanahi/Large-2407-GGUF"))
    assert homes["mistralai/Large-2407"] == ("MaziyarPanahi/Large-2407-GGUF",)


def test_what_the_card_names_stands_before_what_the_name_says() -> None:
    homes = _homes(Model(id="a/M", downloads=1000), Model(id="b/M"), _gguf("c/M-gguf", "b/M"))
    assert homes["a/M"] == ()
    assert homes["b/M"] == ("c/M-gguf",)


def test_a_name_that_several_carry_is_given_to_nobody_unless_one_is_plainly_the_original() -> None:
    near = _homes(Model(id="a/M", downloads=100), Model(id="b/M", downloads=60), _gguf("c/M-GGUF"))
    plain = _homes(Model(id="a/M", downloads=1000), Model(id="b/M", downloads=60), _gguf("c/M-GGUF"))
    assert near["a/M"] == near["b/M"] == ()
    assert plain["a/M"] == ("c/M-GGUF",)
    assert plain["b/M"] == ()


def test_the_publishers_own_files_come_first_and_odd_splits_last() -> None:
    known = ("mradermacher/M-GGUF", "who/M-GGUF", "unsloth/M-GGUF")
    homes = _homes(Model(id="a/M", gguf_repos=known), _gguf("a/M-GGUF"))
    assert homes["a/M"] == ("a/M-GGUF", "unsloth/M-GGUF", "who/M-GGUF", "mradermacher/M-GGUF")


def test_a_card_that_names_another_base_is_believed() -> None:
    assert _homes(Model(id="a/M"), _gguf("c/M-GGUF", "z/Other"))["a/M"] == ()


def test_the_source_tells_which_names_were_joined_here() -> None:
    known = Model(id="a/M", gguf_repos=("x/M-GGUF",), provenance={"gguf_repos": Provenance("LF", "2026-10-05")})
    joined, *_ = with_gguf_homes([known, _gguf("b/M-GGUF", "a/M")])
    untouched, *_ = with_gguf_homes([known])
    assert joined.provenance["gguf_repos"] == Provenance("LF:and_NAME", "2026-10-05")
    assert untouched.provenance["gguf_repos"].source == "LF"
