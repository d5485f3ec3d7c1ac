"""Which servers answer on this machine, and what they really are: asked over HTTP, briefly, one beside another.

    address ─▶ a few small GETs, each within a deadline ─▶ who is it? ─▶ Answering: tool, version, models

A port alone says little: vLLM, transformers and others use 8000; llama.cpp, MLX and TGI 8080. What an answer says of
itself decides. Only this machine is asked, and what OLLAMA_HOST names; never when the program is offline.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

DEADLINE_SECONDS = 0.6
"""How long one small question may take; a server on this machine answers in a few milliseconds."""

_MOST_BYTES = 1 << 18
_MOST_MODELS = 20
_LOOPBACK = "127.0.0.1"
_OLLAMA_PORT = 11434
_PORTS = (1234, 8000, 30000, 8080, 12434)
"""LM Studio, vLLM and transformers, SGLang, llama.cpp and MLX and TGI, Docker Model Runner."""

_OWNERS: Mapping[str, str] = MappingProxyType(
    {"vllm": "vllm", "sglang": "sglang", "llamacpp": "llamacpp", "docker": "docker-model-runner"}
)
"""What `owned_by` of /v1/models says, and whose word that is."""


@dataclass(frozen=True, slots=True)
class Answering:
    """A server that answers."""

    tool: str | None
    """Which tool it is; None where its answers do not tell."""
    address: str
    version: str | None = None
    models: tuple[str, ...] = ()
    """The names that it serves now."""

    @property
    def words(self) -> str:
        """Say it: `ollama 0.30.1 at http://127.0.0.1:11434`."""
        name = " ".join(part for part in (self.tool or "an unknown server", self.version) if part)
        return f"{name} at {self.address}"

    def as_json(self) -> dict[str, Any]:
        """Give it as `doctor --json` shows it."""
        return {"tool": self.tool, "address": self.address, "version": self.version, "models": list(self.models)}


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer to one GET."""

    status: int
    server: str
    body: Any
    """The JSON of the answer; None where it is none."""


def addresses(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Name the addresses that are asked, Ollama's first."""
    env = os.environ if environ is None else environ
    return (ollama_address(env.get("OLLAMA_HOST")), *(f"http://{_LOOPBACK}:{port}" for port in _PORTS))


def ollama_address(host: str | None) -> str:
    """Read OLLAMA_HOST as Ollama does: `host`, `host:port`, `:port` or an address; 0.0.0.0 is asked as this machine."""
    text = (host or "").strip().strip("\"'")
    scheme, _, rest = text.rpartition("://")
    default = {"https": 443, "http": 80}.get(scheme, _OLLAMA_PORT)
    parts = urlsplit(f"//{rest}")
    name = parts.hostname or _LOOPBACK
    try:
        port = parts.port or default
    except ValueError:
        port = default
    name = _LOOPBACK if name in {"0.0.0.0", "::", "localhost"} else name  # noqa: S104 - asked, not bound
    written = f"[{name}]" if ":" in name else name
    return f"{scheme or 'http'}://{written}:{port}"


def answering(where: Sequence[str] | None = None) -> tuple[Answering, ...]:
    """Ask every address at the same time, and say who answers. Blocks for a few deadlines: call it in a worker."""
    asked = tuple(dict.fromkeys(addresses() if where is None else where))
    with ThreadPoolExecutor(max_workers=max(1, len(asked)), thread_name_prefix="answering") as pool:
        found = list(pool.map(who_is, asked))
    return tuple(one for one in found if one is not None)


def who_is(address: str) -> Answering | None:
    """Find out what a server is; None when nothing answers there."""
    models = _get(address, "/v1/models")
    if models is None:
        return None
    names, owners = _models(models.body)
    told = next((_OWNERS[owner] for owner in owners if owner in _OWNERS), None)
    if told is not None:
        return Answering(told, address, _version_of(told, address), names)
    for tool in ("ollama", "lmstudio", "llamacpp", "docker-model-runner", "tgi"):
        found = _is(tool, address, models)
        if found is not None:
            return Answering(tool, address, found or None, names or _others(tool, address))
    if "BaseHTTP" in models.server and models.status == 200:
        return Answering("mlx", address, None, names)
    return Answering(None, address, None, names)


def _version_of(tool: str, address: str) -> str | None:
    path = {"vllm": "/version", "sglang": "/get_server_info", "llamacpp": "/props"}.get(tool)
    said = _get(address, path) if path is not None else None
    return None if said is None else _text(said.body, "version", "build_info")


def _is(tool: str, address: str, models: _Said) -> str | None:
    """Tell whether a server is a tool's: its version, empty where it does not say one, None when it is another."""
    if tool == "llamacpp" and "llama.cpp" in models.server:
        return _version_of(tool, address) or ""
    path, is_its, key = _SIGNS[tool]
    said = _get(address, path)
    if said is None or said.status != 200 or not isinstance(said.body, dict) or not is_its(said.body):
        return None
    return _text(said.body, key) or ""


_SIGNS: Mapping[str, tuple[str, Callable[[Mapping[str, Any]], bool], str]] = MappingProxyType(
    {
        "ollama": ("/api/version", lambda body: isinstance(body.get("version"), str), "version"),
        "lmstudio": ("/lmstudio-greeting", lambda body: body.get("lmstudio") is True, "version"),
        "llamacpp": ("/props", lambda body: "default_generation_settings" in body, "build_info"),
        "docker-model-runner": ("/engines/v1/models", lambda body: "data" in body, "version"),
        "tgi": ("/info", lambda body: bool({"model_id", "router"} & set(body)), "version"),
    }
)
"""By tool: what only it answers, how that is told apart, and where its version stands."""


def _others(tool: str, address: str) -> tuple[str, ...]:
    if tool == "docker-model-runner":
        said = _get(address, "/engines/v1/models")
        return _models(said.body)[0] if said is not None else ()
    if tool == "tgi":
        said = _get(address, "/info")
        name = _text(said.body, "model_id") if said is not None else None
        return (name,) if name else ()
    return ()


def _models(body: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read names and owners out of a list of models."""
    rows = body.get("data") if isinstance(body, dict) else None
    listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    names = [row["id"] for row in listed if isinstance(row.get("id"), str)]
    owners = [row["owned_by"] for row in listed if isinstance(row.get("owned_by"), str)]
    return tuple(names[:_MOST_MODELS]), tuple(owners)


def _text(body: Any, *keys: str) -> str | None:
    if not isinstance(body, dict):
        return None
    return next((body[key][:60] for key in keys if isinstance(body.get(key), str) and body[key]), None)


def _read(answer: HTTPResponse) -> bytes:
    """Read an answer up to the most that is wanted; one that trickles is left after the deadline."""
    content, started = b"", time.monotonic()
    while len(content) < _MOST_BYTES and time.monotonic() - started < DEADLINE_SECONDS:
        piece = answer.read1(_MOST_BYTES - len(content))
        if not piece:
            break
        content += piece
    return content


def _get(address: str, path: str) -> _Said | None:
    """Ask one question; None when nobody answers in time, or what comes is no HTTP."""
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or _LOOPBACK, parts.port, timeout=DEADLINE_SECONDS)
    try:
        connection.request("GET", path, headers={"Accept": "application/json", "Connection": "close"})
        answer = connection.getresponse()
        content = _read(answer)
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    return _Said(answer.status, answer.getheader("Server") or "", body)
