"""Words that cross the signs of many names (`llama-3.1-8b`), answered from tokens instead of from the names.

GROUND FLOOR. A token stands in the index with the two characters after its signs, and the next token of the name begins
with these two. A word that is cut as names are asks for a row of tokens: one that ends as its first piece does, its
middle pieces, and one that begins as its last piece does. A row that has them all, and no other token that begins with
the two characters between a pair of them, has them one after the other: it has the word. Only rows that do have such
another token are left for somebody to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pyroaring import BitMap

from modelscope_tui.catalog.keys import TAIL, Kind, cut_at_signs
from modelscope_tui.catalog.store import Store


def told_by_tokens(word: str, ending: Callable[[str], Sequence[str]], store: Store) -> tuple[BitMap, BitMap]:
    """Select the rows that have a folded word, without `/` and with a sign inside, across the signs of their name.

    Args:
        word: what is looked for.
        ending: gives the tokens that have a text in them.
        store: where the bitmaps are.

    Returns:
        Rows that have it, and others that may have it; no other row has it.
    """
    pieces = cut_at_signs(word)
    ends = [sum(map(len, pieces[: at + 1])) for at in range(len(pieces))]
    first = word[: ends[0] + TAIL]
    found = store.united(Kind.TOKEN, [token for token in ending(first) if _ends_so(token, pieces[0], first)])
    doubtful = BitMap()
    for before, piece, end in zip(ends, pieces[1:], ends[1:], strict=False):
        if not found:
            break
        shared = word[before : before + TAIL]
        is_last = end == len(word)
        if is_last and len(piece) <= TAIL:
            break  # the tail of the token before has said it
        wanted = piece if is_last else word[before : end + TAIL]
        is_whole = not is_last and end + TAIL <= len(word)
        having, others = store.parted(Kind.TOKEN, shared, wanted.__eq__ if is_whole else partial(_begins_so, wanted))
        found &= having
        doubtful |= others
    return found - doubtful, found & doubtful


def _begins_so(wanted: str, token: str) -> bool:
    return token.startswith(wanted)


def _ends_so(token: str, piece: str, first: str) -> bool:
    own = cut_at_signs(token)[0]
    return own.endswith(piece) and token[len(own) - len(piece) :].startswith(first)
