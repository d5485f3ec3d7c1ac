"""Bitmaps come back from their bytes whatever form these have."""

from __future__ import annotations

import random

import pytest
from pyroaring import BitMap

from modelscope_tui.catalog.block import Blocks, Damaged, dictionary_of
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.piece import MOST_NUMBERS, Pieces
from modelscope_tui.catalog.record import encode


def some_bitmaps() -> list[BitMap]:
    dice = random.Random(4)
    return [
        BitMap([70_000]),
        BitMap(dice.sample(range(1 << 20), MOST_NUMBERS)),
        BitMap(dice.sample(range(1 << 22), MOST_NUMBERS + 1)),
        BitMap([0, 1, 5, 1 << 26, (1 << 31) - 1, *range(100, 300)]),
        BitMap(dice.sample(range(1 << 21), 900)),
        BitMap(dice.sample(range(65_536, 1 << 17), 3_000)),
        BitMap(dice.sample(range(65_536, 1 << 17), 9_000)),
        BitMap(dice.sample(range(65_536), 30_000)),
        BitMap(range(200_000, 260_000)),
    ]


@pytest.mark.parametrize("is_large", [False, True])
def test_what_is_written_is_read_one_by_one_and_together(*, is_large: bool) -> None:
    pieces, every = Pieces(), some_bitmaps()
    written = [pieces.written(rows, is_large=is_large) for rows in every]
    for rows, content in zip(every, written, strict=True):
        assert pieces.joined([content]) == rows
        assert len(content) <= len(rows.serialize()) or len(rows) <= MOST_NUMBERS
    assert pieces.joined(written) == BitMap.union(*every)
    assert pieces.joined([]) == BitMap()


def test_a_large_index_takes_less_room() -> None:
    pieces = Pieces()
    small, large = [
        sum(len(pieces.written(rows, is_large=large)) for rows in some_bitmaps()) for large in (False, True)
    ]
    assert large < 0.8 * small


def test_damaged_bytes_are_told_from_others() -> None:
    pieces = Pieces()
    for rows in some_bitmaps()[2:]:
        content = pieces.written(rows, is_large=True)
        for damaged in (content[: len(content) // 2], b"\x07" + content, b""):
            with pytest.raises(Damaged):
                pieces.joined([damaged])


def test_lines_come_back_with_their_revisions(real_models: list[Model]) -> None:
    real_lines = [encode(model) for model in real_models[:1200]]
    blocks = Blocks(dictionary_of(real_lines))
    revision = "0123456789abcdef0123456789ABCDEF01234567".lower()
    odd = [*real_lines[:6], f'["a/b","{revision}","{revision[::-1]}"]', f'["\\u0001{revision}"]']
    for lines in (real_lines[:8], odd, [f'"{revision}"'] * 40, [""]):
        assert blocks.unpack(blocks.pack(lines)) == lines
    packed = blocks.pack(real_lines[:8])
    assert len(packed) < 0.6 * len(Blocks().pack(real_lines[:8]))
    for damaged in (packed[:-9], b"", b"\x03", packed[5:], b"\x78\x01\x02"):
        with pytest.raises(Damaged):
            blocks.unpack(damaged)
