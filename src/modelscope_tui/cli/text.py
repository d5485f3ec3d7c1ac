"""Makes Hub text safe to print: whatever a stranger wrote, the terminal gets letters and nothing else."""

from __future__ import annotations

import re
import unicodedata

_DANGEROUS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Controls, invisible formatting (bidi overrides, zero width), lone surrogates, line and paragraph separators."""

_SUSPECT = re.compile(r"[^\x20-\x7e]")
_RAW_IN_JSON = re.compile(
    r"[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def clean(text: str) -> str:
    """Make one line of any text: controls and invisible characters are gone, line breaks and tabs are blanks."""
    if not _SUSPECT.search(text):
        return text
    kept = (" " if letter in "\t\n\r\u2028\u2029" else letter for letter in text)
    return "".join(letter for letter in kept if unicodedata.category(letter) not in _DANGEROUS)


def clean_block(text: str) -> str:
    """Clean a text of several lines and keep its lines."""
    return "\n".join(clean(line) for line in re.split(r"\r\n|[\n\r\u2028\u2029]", text))


def escape_controls(document: str) -> str:
    r"""Escape in a JSON text what JSON allows raw but a terminal may obey (``DEL``, C1, bidi, lone surrogates)."""
    return _RAW_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", document)
