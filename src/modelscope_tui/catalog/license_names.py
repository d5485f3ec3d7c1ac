"""From what a card says of its license to the licenses that are meant: by the name it gives, else by its link.

GROUND FLOOR. Pure. A card with ``license: other`` names its license in ``license_name`` and links to the text in
``license_link``: a page of the publisher, a text that everybody knows, or a file of the repository. Names are spelled
in many ways, so ``data/license_names.json`` tells which are the same, and which pages hold which text. A name or a
link that it does not know means nothing here: the license stays the name that the card gave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from urllib.parse import quote

from modelscope_tui.catalog.packaged import facts

LONGEST_LINK = 500
"""No address of a license is longer."""

SAYS_NOTHING = frozenset({
    "other", "custom", "custom-license", "license", "license-agreement", "licence", "proprietary", "see-license",
    "model-license", "terms", "terms-of-use", "unknown",
})  # fmt: skip
"""Names that are none: a link says more."""

_WEB = re.compile(r"https?://[\w.~:/?#@!$&()*+,;=%\[\]-]+", re.IGNORECASE | re.ASCII)
_FILE = re.compile(r"(?:\./)*(?P<path>[\w][\w .+-]*(?:/[\w][\w .+-]*)*)", re.ASCII)
_AT_REVISION = re.compile(r"/(?:blob|raw|resolve)/[^/]+/")
_CREATIVE_COMMONS = re.compile(r"creativecommons\.org/licenses/(by[a-z-]*)/(\d\.\d)(?:/.*)?")
_BY_ID = re.compile(
    r"(?:choosealicense\.com/licenses/|huggingface\.co/datasets/choosealicense/licenses/blob/main/markdown/"
    r"|opensource\.org/licen[sc]es?/|spdx\.org/licenses/)([\w.+-]+?)(?:\.md|\.html)?"
)


def spelled(name: str) -> str:
    """Bring the spellings of a license name together: `LFM Open License v1.0` and `lfm-open-license-v1.0`."""
    return re.sub(r"[\s_]+", "-", name.strip().casefold())


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    """Every other spelling that is known, with the licenses it means."""
    known: dict[str, tuple[str, ...]] = {}
    for item in facts("license_names.json")["names"]:
        meant = tuple(item["means"])
        known |= dict.fromkeys(map(spelled, item["names"]), meant)
    return known


@cache
def _by_link() -> dict[str, str]:
    """Every page that holds the text of a license."""
    known = {_bare(item["url"]): item["id"] for item in facts("licenses.json")["items"] if item.get("url")}
    known |= {_bare(item["text"]): item["id"] for item in reversed(facts("license_terms.json")["items"])}
    for item in facts("license_names.json")["links"]:
        known |= dict.fromkeys(map(_bare, item["links"]), item["means"])
    return known


def _bare(link: str) -> str:
    """Bring the spellings of an address together: without scheme, revision, query and ending slash, in lower case."""
    address = re.sub(r"^https?://(?:www\.)?", "", link.strip().casefold())
    return _AT_REVISION.sub("/blob/main/", re.split(r"[?#]", address)[0]).rstrip("/")


def other_spelling(name: str) -> tuple[str, ...]:
    """Give the licenses that a name is another spelling of; nothing where it is none."""
    return _by_name().get(spelled(name), ())


@lru_cache(maxsize=4096)
def linked(link: str | None) -> str | None:
    """Give the license whose text stands behind a link; None where that is not known."""
    if not link or len(link) > LONGEST_LINK or not _WEB.fullmatch(link.strip()):
        return None
    address = _bare(link)
    known = _by_link().get(address)
    if known is not None:
        return known
    commons = _CREATIVE_COMMONS.fullmatch(address)
    if commons is not None:
        return f"cc-{commons[1]}-{commons[2]}"
    by_id = _BY_ID.fullmatch(address)
    ids = {str(item["spdx"] or item["id"]).casefold(): str(item["id"]) for item in facts("licenses.json")["items"]}
    return ids.get(by_id[1]) or (by_id[1] if by_id[1] in ids.values() else None) if by_id is not None else None


def address_of(model_id: str, link: str | None) -> str | None:
    """Write where the text of a license stands as an address that a browser can open; None where the link is none.

    Args:
        model_id: the repository, for a link to one of its files.
        link: what the card says: an address, or the name of a file. Anything else than http and https is no address.
    """
    said = (link or "").strip()
    if len(said) > LONGEST_LINK:
        return None
    if _WEB.fullmatch(said):
        return said
    file = _FILE.fullmatch(said)
    is_inside = file is not None and not any(part.strip(" .") == "" for part in file["path"].split("/"))
    return f"https://huggingface.co/{model_id}/blob/main/{quote(file['path'])}" if file and is_inside else None


def known_spellings() -> Iterator[str]:
    """List every other spelling that is known."""
    yield from _by_name()
