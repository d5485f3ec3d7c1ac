"""One file that carries a catalog to a host without network: lines of JSON, compressed, with a seal at the end.

    {"format": "modelscope-tui parcel", "version": 1, "fields": […], …}     the head
    ["row", […]]   ["details", id, as_of, {…}]   ["card", id, as_of, text]   in any number
    {"rows": N, "details": N, "cards": N, "bytes": N, "sha256": "…"}         the seal over all that came before

NORTH WING. Whoever reads it takes it for an attacker's: it is read in one stream within bounds, so nothing in it can
name a path, run, or grow beyond its compressed size; and nothing of it counts before the seal has been reached.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from modelscope_tui.errors import BadParcel

FORMAT = "modelscope-tui parcel"
VERSION = 1

LONGEST_LINE = 8 * 2**20
"""A repository's page with ten thousand files and the largest configuration is below."""

MOST_LINES = 20_000_000
MOST_GROWTH, FREE_GROWTH = 300, 64 * 2**20
"""How many times larger than the file its content may be, beyond the first 64 MiB; rows grow to about 10 times."""

_GZIP = 31
_PIECE = 256 * 1024
COUNTED = ("row", "details", "card")


@dataclass(frozen=True, slots=True)
class Seal:
    """What the last line says."""

    rows: int
    details: int
    cards: int
    bytes: int
    sha256: str


class Packer:
    """Writes a parcel into an open file."""

    def __init__(self, file: BinaryIO, head: dict[str, Any]) -> None:
        self._file = file
        self._squeeze = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        self._digest = hashlib.sha256()
        self._bytes = 0
        self.counts: Counter[str] = Counter()
        self._write(json.dumps({"format": FORMAT, "version": VERSION, **head}))

    def row(self, line: str) -> None:
        """Add a row, as the index keeps it."""
        self._write(f'["row",{line}]')
        self.counts["row"] += 1

    def entry(self, kind: str, model_id: str, as_of: str, content: Any) -> None:
        """Add a model's `details` or `card`."""
        self._write(json.dumps([kind, model_id, as_of, content], separators=(",", ":")))
        self.counts[kind] += 1

    def seal(self) -> Seal:
        """Write the last line; the file is whole after it."""
        rows, details, cards = (self.counts[kind] for kind in COUNTED)
        seal = Seal(rows, details, cards, self._bytes, self._digest.hexdigest())
        self._write(json.dumps({name: getattr(seal, name) for name in Seal.__dataclass_fields__}))
        self._file.write(self._squeeze.flush())
        return seal

    def _write(self, line: str) -> None:
        data = f"{line}\n".encode()
        self._digest.update(data)
        self._bytes += len(data)
        self._file.write(self._squeeze.compress(data))


def unpacked(file: BinaryIO, size: int) -> Iterator[Any]:
    """Read a parcel: its head, then each line; ends only when the seal was right.

    Args:
        file: at its beginning.
        size: its bytes on disk, for the bound of what it may grow to.

    Raises:
        BadParcel: it is no parcel, of a newer version, broken, cut off or sealed for something else.
    """
    digest, total = hashlib.sha256(), 0
    counts: Counter[str] = Counter()
    is_begun = is_sealed = False
    for number, line in enumerate(_lines(file, size)):
        if is_sealed or number > MOST_LINES:
            raise BadParcel("There is more in the file than its seal covers.")
        value = _parsed(line)
        if is_begun and isinstance(value, dict):
            _check_seal(value, counts, total, digest.hexdigest())
            is_sealed = True
            continue
        digest.update(line + b"\n")
        total += len(line) + 1
        if not is_begun:
            _check_head(value)
            is_begun = True
        elif isinstance(value, list) and value and value[0] in COUNTED:
            counts[value[0]] += 1
        else:
            raise BadParcel("The file holds a line of a kind that nobody writes.")
        yield value
    if not is_sealed:
        raise BadParcel("The file breaks off: its seal is missing.")


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise BadParcel("The file holds a line that is not JSON.") from error


def _check_head(value: Any) -> None:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise BadParcel("The file was not made by cache export.")
    version = value.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BadParcel("The file does not say of which version it is.")
    if version > VERSION:
        raise BadParcel(
            f"The file is of version {version}, which a newer modelscope-tui wrote; this one reads {VERSION}.",
            "Install the newer version here, or export with this one.",
        )


def _check_seal(value: dict[str, Any], counts: Counter[str], total: int, digest: str) -> None:
    right = {"rows": counts["row"], "details": counts["details"], "cards": counts["card"]}
    if value != {**right, "bytes": total, "sha256": digest}:
        raise BadParcel("The file is damaged or was changed: its seal does not fit.")


def _lines(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Inflate piece by piece and cut at line ends; never holds more than a line and a piece."""
    most = FREE_GROWTH + MOST_GROWTH * size
    inflate = zlib.decompressobj(_GZIP)
    held, grown = bytearray(), 0
    try:
        while not inflate.eof:
            packed = inflate.unconsumed_tail or file.read(_PIECE)
            if not packed:
                raise BadParcel("The file breaks off.")
            piece = inflate.decompress(packed, _PIECE)
            grown += len(piece)
            held += piece
            if grown > most:
                raise BadParcel("The file grows beyond all measure when it is unpacked.")
            *whole, rest = held.split(b"\n")
            held = rest
            for line in whole:
                yield bytes(line)
            if len(held) > LONGEST_LINE:
                raise BadParcel("The file holds a line that is too long.")
    except zlib.error as error:
        raise BadParcel("The file is damaged, or was not made by cache export.") from error
    if held or inflate.unused_data or file.read(1):
        raise BadParcel("There is more in the file than its seal covers.")
