"""Stories about servers on this machine: each is known by what it says of itself, not by its port."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from modelscope_tui.answering import Answering, addresses, answering, ollama_address, who_is
from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings

Serve = Callable[..., str]


@contextmanager
def served(answers: Mapping[str, Any], server: str = "uvicorn") -> Iterator[str]:
    """Serve JSON at some paths, and 404 elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def version_string(self) -> str:
            return server

        def do_GET(self) -> None:
            body = json.dumps(answers.get(self.path, {"error": "not found"})).encode()
            self.send_response(200 if self.path in answers else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}"
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def models(owner: str, *names: str) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner} for name in names]}


@pytest.mark.parametrize(
    ("answers", "server", "tool", "version", "names"),
    [
        ({"/v1/models": models("vllm", "Qwen/Qwen3-8B"), "/version": {"version": "0.33.0"}}, "uvicorn", "vllm",
         "0.33.0", ("Qwen/Qwen3-8B",)),
        ({"/v1/models": models("sglang", "q"), "/get_server_info": {"version": "0.5.23"}}, "uvicorn", "sglang",
         "0.5.23", ("q",)),
        ({"/v1/models": models("llamacpp", "m.gguf"), "/props": {"build_info": "b10488-abc"}}, "llama.cpp", "llamacpp",
         "b10488-abc", ("m.gguf",)),
        ({"/props": {"default_generation_settings": {}, "build_info": "b9"}}, "cpp-httplib", "llamacpp", "b9", ()),
        ({"/v1/models": models("library", "qwen3:8b"), "/api/version": {"version": "0.30.1"}}, "", "ollama", "0.30.1",
         ("qwen3:8b",)),
        ({"/v1/models": models("organization_owner", "q"), "/lmstudio-greeting": {"lmstudio": True}}, "", "lmstudio",
         None, ("q",)),
        ({"/engines/v1/models": models("docker", "ai/smollm2")}, "", "docker-model-runner", None, ("ai/smollm2",)),
        ({"/info": {"model_id": "Qwen/Qwen3-8B", "version": "3.3.6", "router": "text-generation-router"}}, "", "tgi",
         "3.3.6", ("Qwen/Qwen3-8B",)),
        ({"/v1/models": models("Qwen", "Qwen/Qwen3-8B")}, "BaseHTTP/0.6 Python/3.12", "mlx", None, ("Qwen/Qwen3-8B",)),
        ({"/v1/models": models("me", "x")}, "uvicorn", None, None, ("x",)),
        ({}, "nginx", None, None, ()),
    ],
)  # fmt: skip
def test_a_server_is_known_by_what_it_says(
    answers: Mapping[str, Any], server: str, tool: str | None, version: str | None, names: tuple[str, ...]
) -> None:
    with served(answers, server) as address:
        assert who_is(address) == Answering(tool, address, version, names)


def test_vllm_on_llamas_port_is_still_vllm_and_all_are_asked_at_once() -> None:
    with served({"/v1/models": models("vllm", "a")}) as one, served({"/api/version": {"version": "1"}}) as other:
        found = answering([one, other, "http://127.0.0.1:9"])
    assert [(server.tool, server.address) for server in found] == [("vllm", one), ("ollama", other)]


def test_what_is_no_http_is_nobody() -> None:
    assert who_is("http://127.0.0.1:9") is None


def test_hostile_answers_are_bounded() -> None:
    long = {"/v1/models": models("x", *(f"m{n}" for n in range(900))), "/api/version": {"version": "v" * 900}}
    with served(long) as address:
        found = who_is(address)
    assert found is not None
    assert len(found.models) == 20
    assert len(found.version or "") == 60


@pytest.mark.parametrize(
    ("said", "address"),
    [
        (None, "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:4321", "http://127.0.0.1:4321"),
        (":4321", "http://127.0.0.1:4321"),
        ("box", "http://box:11434"),
        ("https://box.example", "https://box.example:443"),
        ("http://box:80/", "http://box:80"),
        ("[::1]:5", "http://[::1]:5"),
        ("box:no", "http://box:11434"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(said: str | None, address: str) -> None:
    assert ollama_address(said) == address
    assert addresses({"OLLAMA_HOST": said or ""})[0] == address


def test_offline_nobody_is_asked(offline_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with served({"/api/version": {"version": "1"}}) as address:
        monkeypatch.setenv("OLLAMA_HOST", address)
        explorer = Explorer(offline_settings)
        assert explorer.surroundings.answering() == ()
        explorer.close()
