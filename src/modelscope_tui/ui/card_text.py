"""A model card made ready for reading: harmless, without HTML, cut into parts that are quick to lay out, links apart.

UPPER FLOOR, pure. A card is a stranger's text of up to two megabytes: every pattern here looks at one bounded block,
and no address of it ever reaches the terminal as a link; a link is its text and a number, listed on request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from modelscope_tui.ui.present import clean

PART_LETTERS = 900
"""A part is about so long: laying it out must not cost a frame."""

BLOCK_LETTERS = 3000
"""A longer block (a table, a listing, a wall of text) is cut."""

MOST_LINKS = 500
"""Further links are text only."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address of the card, with the words that stood for it."""

    number: int
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class CardText:
    """A card, ready to be laid out."""

    parts: tuple[str, ...]
    """Markdown without HTML; each can be laid out by itself."""
    links: tuple[Link, ...]


def read_card(text: str) -> CardText:
    """Make a card ready; what is left of an unreadable one may be nothing."""
    lines = [clean(line, 20_000) for line in _uncommented(text).replace("\r\n", "\n").split("\n")]
    links = _Links(_definitions(lines))
    parts: list[str] = []
    size = 0
    for is_code, block, begins in _blocks(lines):
        shown = block if is_code else _prose(block, links)
        if not shown.strip():
            continue
        if parts and (not begins or size + len(shown) <= PART_LETTERS):
            parts[-1] += ("\n\n" if begins or is_code else "\n") + shown
            size += len(shown)
        else:
            parts.append(shown)
            size = len(shown)
    return CardText(tuple(parts), tuple(links.found))


def safe_address(address: str) -> str | None:
    """Give an address that a browser may be sent to: http or https with a host, nothing invisible in it."""
    if len(address) > 2000 or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.hostname and not parts.username else None


# -- blocks ----------------------------------------------------------------------------------------------------

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def _uncommented(text: str) -> str:
    """Cut HTML comments; by finding, as a pattern would take forever on a million unclosed ones."""
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


def _blocks(lines: list[str]) -> Iterator[tuple[bool, str, bool]]:
    """Give bounded blocks: whether it is a listing, its text, and whether a new part may begin with it."""
    block: list[str] = []
    fence = ""
    begins = True
    for line in lines:
        found = _FENCE.match(line)
        if fence:
            block.append(line)
            if found and found[1].startswith(fence):
                yield from _cut(block, begins, is_code=True)
                block, fence, begins = [], "", False
        elif found:
            yield from _cut(block, begins)
            block, fence, begins = [line], found[1], True
        elif line.strip():
            if not block:
                begins = begins and not line[0].isspace()
            block.append(line)
        else:
            yield from _cut(block, begins)
            block, begins = [], True
    yield from _cut(block, begins, is_code=bool(fence))


def _cut(block: list[str], begins: bool, *, is_code: bool = False) -> Iterator[tuple[bool, str, bool]]:
    """Cut a long block between its lines; a listing gets its fence again, a table its head."""
    if not block:
        return
    is_table = not is_code and len(block) > 2 and re.fullmatch(r"[|:\- ]{3,}", block[1].strip()) is not None
    head = block[:1] if is_code else block[:2] if is_table else []
    piece: list[str] = []
    size = 0
    for line in (part for whole in block for part in _short(whole)):
        if piece and size + len(line) > BLOCK_LETTERS:
            yield is_code, _fenced(piece, is_code), begins
            piece, size, begins = list(head), 0, True
        piece.append(line)
        size += len(line)
    yield is_code, _fenced(piece, is_code), begins


def _fenced(piece: list[str], is_code: bool) -> str:
    closing = (_FENCE.match(piece[0]) or [""])[0].strip() if is_code else ""
    is_open = is_code and (len(piece) < 2 or not piece[-1].strip().startswith(closing))
    return "\n".join([*piece, closing] if is_open else piece)


def _short(line: str) -> list[str]:
    return [line[at : at + BLOCK_LETTERS] for at in range(0, len(line), BLOCK_LETTERS)] or [line]


# -- prose -----------------------------------------------------------------------------------------------------

_DEFINITION = re.compile(r" {0,3}\[([^\]]{1,200})\]:\s*<?(\S{1,2000}?)>?(?:\s.*)?")
_CODE = re.compile(r"(`+[^`]{0,500}`+)")
_IMAGE = re.compile(r"!\[([^\]]{0,300})\](?:\([^)]{0,2000}\)|\[[^\]]{0,200}\])")
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]{0,200}\]){0,400})\]\(\s*<?([^)\s>]{0,2000})>?(?:\s[^)]{0,300})?\)")
_REFERENCE = re.compile(r"\[([^\[\]]{1,300})\]\[([^\]]{0,200})\]")
_BARE = re.compile(r"<?(?<![\w(\[/])(https?://[^\s<>()\[\]]{1,1000}[^\s<>()\[\].,;:!?'\"])>?")
_HTML: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"<(script|style)\b.{0,2000}?</\1>", re.I | re.S), ""),
    (re.compile(r"<img\b[^>]{0,1500}?\balt=[\"']([^\"']{0,200})[\"'][^>]{0,1500}>", re.I), r"\1"),
    (re.compile(r"<a\b[^>]{0,1500}?href=[\"']([^\"'\s]{0,1500})[\"'][^>]{0,1500}>(.{0,600}?)</a>", re.I | re.S),
     lambda found: f"[{_untagged(found[2]).strip()}]({found[1]})"),
    (re.compile(r"<h([1-6])\b[^>]{0,500}>(.{0,600}?)</h\1>", re.I | re.S),
     lambda found: f"\n\n{'#' * int(found[1])} {' '.join(_untagged(found[2]).split())}\n\n"),
    (re.compile(r"<summary\b[^>]{0,300}>(.{0,600}?)</summary>", re.I | re.S), r"\n\n**\1**\n\n"),
    (re.compile(r"</?(?:b|strong)>", re.I), "**"), (re.compile(r"</?(?:i|em)>", re.I), "*"),
    (re.compile(r"</?code>", re.I), "`"), (re.compile(r"<li\b[^>]{0,300}>", re.I), "\n- "),
    (re.compile(r"<(?:p|div|details|table|tr|ul|ol|center)\b[^>]{0,500}>", re.I), "\n\n"),
    (re.compile(r"<(?:td|th)\b[^>]{0,300}>", re.I), " "), (re.compile(r"<br\s*/?>", re.I), " "),
)  # fmt: skip
_TAG = re.compile(r"</?[a-zA-Z][\w-]{0,30}(?:\s[^<>]{0,1500})?/?>")


def _untagged(text: str) -> str:
    return _TAG.sub("", text)


def _prose(block: str, links: _Links) -> str:
    """Turn the HTML of a block into Markdown or nothing, and its links into numbers; code between ticks stays."""
    if "<" in block:
        block = _outside_code(block, _without_html)
    return _outside_code(block, links.numbered) if "[" in block or "://" in block else block


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    pieces = _CODE.split(text)
    return "".join(piece if at % 2 else change(piece) for at, piece in enumerate(pieces))


def _without_html(text: str) -> str:
    for pattern, put in _HTML:
        text = pattern.sub(put, text)
    text = _untagged(text)
    return "\n".join(line.strip() if line[:1].isspace() and line.lstrip()[:1] not in "-*+>" else line
                     for line in text.split("\n")) if "\n\n" in text else text  # fmt: skip


def _definitions(lines: list[str]) -> dict[str, str]:
    """Take `[name]: address` lines out of a card."""
    found: dict[str, str] = {}
    for at, line in enumerate(lines):
        if line.lstrip().startswith("[") and (match := _DEFINITION.fullmatch(line)):
            found.setdefault(match[1].casefold(), match[2])
            lines[at] = ""
    return found


class _Links:
    """Numbers the links of one card."""

    def __init__(self, definitions: dict[str, str]) -> None:
        self.found: list[Link] = []
        self._definitions = definitions
        self._numbers: dict[str, int] = {}

    def numbered(self, text: str) -> str:
        """Put `[words](number)` in the place of each link, and words alone where its address leads nowhere."""
        text = _IMAGE.sub(lambda found: found[1], text)
        text = _BARE.sub(lambda found: f"[{found[1]}]({found[1]})", text)
        text = _REFERENCE.sub(self._referred, text)
        return _LINK.sub(lambda found: self._put(found[1], found[2]), text)

    def _referred(self, found: re.Match[str]) -> str:
        address = self._definitions.get((found[2] or found[1]).casefold())
        return f"[{found[1]}]({address})" if address else found[0]

    def _put(self, words: str, address: str) -> str:
        known = safe_address(address)
        words = words.strip()
        if known is None or (len(self.found) >= MOST_LINKS and known not in self._numbers):
            return words
        if known not in self._numbers:
            self._numbers[known] = len(self.found) + 1
            plain = re.sub(r"[*_`\[\]]", "", words) or (urlsplit(known).hostname or "")
            self.found.append(Link(self._numbers[known], plain, known))
        return f"[{words or urlsplit(known).hostname}]({self._numbers[known]})"
