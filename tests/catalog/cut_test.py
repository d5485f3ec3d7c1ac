"""Many rows cut at once stand under the same keys as each of them by itself."""

from __future__ import annotations

import random
import re
from array import array
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from pyroaring import BitMap

from modelscope_tui.catalog.cut import cut
from modelscope_tui.catalog.hints import pieces_needed
from modelscope_tui.catalog.keys import Key, Kind, filed, grams_of_all, texts_of
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.piece import Pieces
from modelscope_tui.catalog.posted import Posted, merged, parted
from modelscope_tui.catalog.postings import Gathered, bits_of, pieces_of_bits
from modelscope_tui.catalog.record import encode
from modelscope_tui.catalog.store import FEW, TOGETHER
from modelscope_tui.catalog.taxonomy import categories_by_name
from tests.catalog.conftest import tools_of


def odd_ones(models: list[Model]) -> list[Model]:
    """Rows as nobody wishes for them: other letters, no slash, signs at the ends, tags twice, numbers of any size."""
    one, two, three, four, five = models[:5]
    return [
        replace(one, id="ünï/Straße-漢字-GGUF", tags=("GGUF", "gguf", "", "a\nb", "Translation")),
        replace(two, id="-lead-/--x..y__", downloads=-3, likes=1 << 70, params=1 << 61),
        replace(three, id="without-slash", languages=("en", "de", "fr", "ja", "zh", "ar", "en"), created="never"),
        replace(four, id="a/b/c", gone="2026-01-01", tags=("base_model:merge:Qwen/Qwen3-8B",)),
        replace(five, id="o/", base_models=("A/b", "a/B"), tags=("base_model:c/d", "mergekit")),
    ]


def test_rows_cut_together_stand_where_each_stands_by_itself(real_models: list[Model]) -> None:
    models = [*odd_ones(real_models), *random.Random(5).sample(real_models, 900)]
    expected: defaultdict[Key, BitMap] = defaultdict(BitMap)
    for number, model in enumerate(models):
        for key in filed(model, tools_of(model)) | grams_of_all(texts_of(model)):
            expected[key].add(number)
    piece = cut(0, [encode(model) for model in models], tools_of)
    bitmaps = list(piece.bitmaps)
    found = {(kind, value): Pieces().joined([rows]) for kind, value, _, rows in bitmaps}
    assert found.keys() == expected.keys()
    assert {key: found[key] ^ rows for key, rows in expected.items() if found[key] != rows} == {}
    assert [row[:3] for row in bitmaps] == sorted(row[:3] for row in bitmaps)
    assert (Kind.CATEGORY, "general-purpose") in found


def test_bitmaps_are_what_the_library_writes() -> None:
    dice = random.Random(11)
    slices = (0, 1, 2, 3)
    many = sorted({dice.randrange(1 << 18) for _ in range(30_000)})
    rows = {
        "one": [70_000],
        "few in several slices": sorted({dice.randrange(1 << 18) for _ in range(FEW // 2)}),
        "many in several slices": sorted(dice.sample(range(1 << 18), TOGETHER - 1)),
        "so many that two slices go together": [2 * row for row in sorted(dice.sample(range(1 << 17), 6_000))],
        "some": sorted({dice.randrange(1 << 16) for _ in range(3_000)}),
        "more than an array holds": list(range(65_536, 72_000)),
        "many": many,
    }
    gathered: Gathered[str] = Gathered()
    for value, some in rows.items():
        gathered.add(value, some[::2])
        gathered.add(value, np.array(some[1::2] + some[:1], dtype=np.uint32))
    plain = Pieces().written
    few, many = parted(Kind.TAG, Posted(*gathered.sorted()))
    found = list(merged([iter([(Kind.TAG, few)])], [iter(many)], is_large=False))
    assert list(dict.fromkeys(value for _, value, *_ in found)) == sorted(rows)
    for value, some in rows.items():
        of_slice = [[row for row in some if row >> 16 == part] for part in slices]
        if len(some) < TOGETHER:
            of_slice = [some]
        elif len(some) < 2 * TOGETHER:
            of_slice = [of_slice[0] + of_slice[1], of_slice[2] + of_slice[3]]
        expected = [(part[0] >> 16, plain(BitMap(array("I", part)), is_large=False)) for part in of_slice if part]
        assert [(part, content) for _, of, part, content in found if of == value] == expected, value


def test_bits_of_numbers_are_what_the_library_writes() -> None:
    dice = random.Random(7)
    numbers = [dice.choice((-1, 5, 1 << 40, dice.randrange(1 << 20))) for _ in range(100_000)]
    found = dict(bits_of("likes", np.array(numbers, dtype=np.int64)))
    assert len(found) == 42
    for place, (value, has) in enumerate(found.items()):
        rows = [row for row, one in enumerate(numbers) if one >= 0 and (one >> place - 1 & 1 if place else True)]
        parts = [[row + (1 << 17) for row in rows if row >> 16 == part] for part in (0, 1)]
        written = [(2 + part, BitMap(array("I", some)).serialize()) for part, some in enumerate(parts) if some]
        assert list(pieces_of_bits(1 << 17, has)) == written, value


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        ("flux|stable-diffusion", {"flux", "stable-diffusion"}),
        (r"(?<![a-z])(w[48]a\d|AWQ)(?![a-z])", {f"w{a}a{b}" for a in "48" for b in range(10)} | {"awq"}),
        (r"/(bge|e5)-", {"/bge-", "/e5-"}),
        (r"x+yz.*sixpack", {"sixpack"}),
        (r"(?:ab)?", None),
        (r"[^a]bc?|d", {"b", "d"}),
        (r"(?i:Loud)er", {"er"}),
    ],
)
def test_a_pattern_tells_what_its_matches_must_have(pattern: str, pieces: set[str] | None) -> None:
    found = pieces_needed(re.compile(pattern))
    assert found == (None if pieces is None else frozenset(pieces))


def test_no_name_that_a_category_takes_is_passed_over(real_models: list[Model]) -> None:
    for category, pattern, takes in categories_by_name():
        needed = pieces_needed(pattern)
        assert needed, category
        for model in real_models:
            name = model.name.casefold()
            if takes(name):
                assert any(piece in name for piece in needed), (category, name)
