"""Pieces of text that many values have."""

from __future__ import annotations

from collections import defaultdict

from modelscope_tui.catalog.frequent import frequent_pieces
from modelscope_tui.catalog.keys import SHORTEST_PIECE, Kind, pieces_filed, tokens_of
from modelscope_tui.catalog.model import Model


def test_every_piece_that_many_values_have_is_found_and_no_other(real_models: list[Model]) -> None:
    values = sorted({token for model in real_models[:900] for token in tokens_of(model.id.casefold())})
    values += ["ünï-llama-漢字", "llama?llama", "llama\nllama", ""]
    having: defaultdict[str, set[int]] = defaultdict(set)
    for place, value in enumerate(values):
        for start in range(len(value)):
            for end in range(start + SHORTEST_PIECE, len(value) + 1):
                piece = value[start:end]
                if piece.isascii() and not {"?", "\n"} & {*piece}:
                    having[piece].add(place)
    expected = {piece: sorted(places) for piece, places in having.items() if len(places) >= 9}
    assert len(expected) > 50
    assert max(map(len, expected)) > 7
    assert dict(frequent_pieces(values, 9)) == expected


def test_a_row_is_filed_under_the_frequent_pieces_of_its_values_alone() -> None:
    keys = {(Kind.TOKEN, "llamas-3."), (Kind.TAG, "a-llama"), (Kind.LICENSE, "llama3")}
    frequent = frozenset({"llam", "llama", "lama"})
    assert pieces_filed(keys, frequent) == {(Kind.PIECE, piece) for piece in frequent}
    assert pieces_filed(keys, frozenset()) == set()


def test_nothing_is_frequent_among_few_values() -> None:
    assert list(frequent_pieces([], 1)) == []
    assert list(frequent_pieces(["abc", "", "ab"], 1)) == []
