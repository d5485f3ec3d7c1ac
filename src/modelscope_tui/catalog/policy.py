"""A team's policy: which licenses, regions, uses, files and publishers are allowed, read from a TOML file.

GROUND FLOOR. Pure but for reading the file; ``policy_check.py`` holds models against it. What a file may hold::

    unknown = "deny"                  # or "allow": what a fact that nobody knows counts as

    [licenses]
    allow = ["permissive", "gemma"]   # groups or licenses; when given, nothing else passes
    deny = ["agpl-3.0"]               # wins over allow

    [use]
    purpose = "commercial"            # research, internal, commercial, large
    regions = ["eu", "us"]            # the license must allow the purpose in each
    conditions = "allow"              # or "deny": whether `allowed with conditions` passes

    [safety]
    no_pickle = true
    no_remote_code = true
    max_age_days = 730                # since the last change

    [publishers]
    allow = ["Qwen", "mistralai"]
    deny = ["somebody"]

    [family]
    no_conflict = true                # no license conflict with a model that it was made from
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from modelscope_tui.catalog.license import GROUPS, known_licenses, same_license
from modelscope_tui.catalog.permission import REGIONS, USES
from modelscope_tui.errors import UsageError
from modelscope_tui.saving import place_of
from modelscope_tui.settings_file import place
from modelscope_tui.small_file import read_small

_EXAMPLE = "See modelscope-tui policy --help for a file with every key."


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy file asks for; an empty tuple or None asks for nothing."""

    path: Path
    unknown: str = "deny"
    licenses_allow: tuple[str, ...] = ()
    licenses_deny: tuple[str, ...] = ()
    use_purpose: str | None = None
    use_regions: tuple[str, ...] = ()
    use_conditions: str = "allow"
    safety_no_pickle: bool = False
    safety_no_remote_code: bool = False
    safety_max_age_days: int | None = None
    publishers_allow: tuple[str, ...] = ()
    publishers_deny: tuple[str, ...] = ()
    family_no_conflict: bool = False

    @property
    def denies_unknown(self) -> bool:
        """Tell whether a fact that nobody knows counts against a model."""
        return self.unknown == "deny"


def read_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        UsageError: it cannot be read, or holds something unusable; with file, line and key.
    """
    where = place_of(str(path))
    try:
        text = read_small(where)
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read the policy file {where}: {error}.", "Give --policy another file.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where}: {error}.", "Mend that line.") from error
    values: dict[str, Any] = {}
    for name, value in data.items():
        if not isinstance(value, dict):
            values[name] = _checked(where, text, name, "", value)
        elif name not in _TABLES:
            raise UsageError(f"{place(where, text, name)}: unknown key `{name}`.", _near(name, (*_TABLES, "unknown")))
        else:
            inner = {key: _checked(where, text, key, name, one) for key, one in value.items()}
            values |= {f"{name}_{key}": one for key, one in inner.items()}
    return Policy(where, **values)


def _checked(path: Path, text: str, name: str, table: str, value: Any) -> Any:
    """Check one value and bring it into its form, or say what is wrong with it and where."""
    check = _CHECKS.get(f"{table}_{name}".lstrip("_"))
    spelled = f"{table}.{name}".lstrip(".")
    if check is None:
        known = [key.removeprefix(f"{table}_") for key in _CHECKS if key.startswith(f"{table}_") or not table]
        raise UsageError(f"{place(path, text, name, table)}: unknown key `{spelled}`.", _near(name, tuple(known)))
    try:
        return check(value)
    except ValueError as wrong:
        raise UsageError(f"{place(path, text, name, table)}: `{spelled}` {wrong}.", _EXAMPLE) from wrong


def _one_of(*choices: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        """Take one of a few words."""
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {value!r}")
        return str(value)

    return check


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")  # noqa: TRY004 - it becomes a UsageError
    return value


def _days(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"must be a number of days above zero, not {value!r}")
    return value


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValueError(f"must be a list of texts, not {value!r}")
    return tuple(one.strip().casefold() for one in value)


def _licenses(value: Any) -> tuple[str, ...]:
    """Take groups and licenses; a name that looks like a misspelled one is refused, as it would deny nothing."""
    known = (*GROUPS, *known_licenses())
    for name in _words(value):
        near = difflib.get_close_matches(name, known, 1, cutoff=0.85)
        if name not in known and near:
            raise ValueError(f"knows no license {name!r}: did you mean {near[0]!r}")
    return tuple(name if name in GROUPS else same_license(name) for name in _words(value))


def _regions(value: Any) -> tuple[str, ...]:
    wrong = [one for one in _words(value) if one not in REGIONS]
    if wrong:
        raise ValueError(f"knows the regions {', '.join(REGIONS)}, not {wrong[0]!r}")
    return _words(value)


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "unknown": _one_of("deny", "allow"),
    "licenses_allow": _licenses,
    "licenses_deny": _licenses,
    "use_purpose": _one_of(*USES),
    "use_regions": _regions,
    "use_conditions": _one_of("allow", "deny"),
    "safety_no_pickle": _switch,
    "safety_no_remote_code": _switch,
    "safety_max_age_days": _days,
    "publishers_allow": _words,
    "publishers_deny": _words,
    "family_no_conflict": _switch,
}
_TABLES = tuple(dict.fromkeys(field.name.partition("_")[0] for field in fields(Policy) if "_" in field.name))


def _near(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(known)}."
