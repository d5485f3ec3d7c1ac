"""A loopback Hub that speaks the recorded API, and misbehaves when told to. Also `python -m tests.hub_server`.

    with HubServer() as hub:
        hub.fault("hang", "/api/models/Qwen")        # every path that begins so; `times=1` for once
        HubClient(endpoint=hub.url, token=None, …)
        hub.requests                                  # who asked what, with which headers

Whoever hangs or drips waits on an event, so that closing the server ends every wait.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tests.hub_many import Many, Window

RECORDED = Path(__file__).parent / "recorded"
VALID_TOKEN = "hf_" + "aValidTokenOfTheLoopbackHub"
COMMIT = "0e9e39f249a16976918f6564b8830bc894c89659"
PUBLIC_FILES = {"README.md", "LICENSE"}
DEFAULT_ROW = (
    "_id", "id", "likes", "trendingScore", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt",
    "modelId",
)  # fmt: skip
SORT_FIELDS = {"createdAt", "downloads", "lastModified", "likes", "trendingScore"}


def recorded(name: str) -> Any:
    """Read the body of a recorded answer."""
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))["body"]


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]

    @property
    def token(self) -> str | None:
        """The token that came along."""
        return self.headers.get("authorization", "").removeprefix("Bearer ") or None


@dataclass
class Fault:
    """A way to misbehave, for the paths that begin so, for so many requests."""

    kind: str
    prefix: str
    times: int | None = None
    options: dict[str, Any] = field(default_factory=dict)


class HubServer:
    """The loopback Hub: models, files, faults, and what was asked."""

    def __init__(self, *, with_models: bool = True) -> None:
        self.models: dict[str, dict[str, Any]] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.renamed: dict[str, str] = {}
        self.page_size = 1000
        self.many: Many | None = None
        """A made-up list in place of the models."""
        self.link_host: str | None = None
        """The host that `Link` names; None for its own."""
        self.window: Window | None = None
        """How many requests are answered; None for as many as come."""
        self.requests: list[Seen] = []
        self.stopping = threading.Event()
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.hub = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        if with_models:
            self.add_recorded()

    @property
    def url(self) -> str:
        """The address of this Hub."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> HubServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End every wait and stop listening: from now on the address refuses."""
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    # -- what it holds -----------------------------------------------------------------------------------------

    def add_recorded(self) -> None:
        """Hold the recorded pages, and the synthetic ones where a whole page was never recorded."""
        for name in (
            "model_info_bert_base_uncased", "model_info_blobs_eicar", "model_info_gguf_gemma3_12b",
            "synthetic_info_qwen3_8b", "synthetic_info_qwen3_8b_gguf", "synthetic_info_llama31_8b_gated",
            "synthetic_info_awq",
        ):  # fmt: skip
            self.add_model(recorded(name))
        for name in ("list_models_expand_rows", "list_models_default_trending", "list_models_full_row"):
            for row in recorded(name):
                self.add_model(row)
        self.add_file("google-bert/bert-base-uncased", "config.json", recorded("resolve_config_bert_base_uncased"))
        self.add_file("Qwen/Qwen3-8B", "config.json", recorded("synthetic_config_qwen3_8b"))
        self.add_file(
            "Qwen/Qwen3-8B", "README.md", "---\nlicense: apache-2.0\n---\n\n# Qwen3-8B\n\nA *synthetic* card.\n"
        )
        self.add_file("meta-llama/Llama-3.1-8B-Instruct", "README.md", "# Llama\n")
        self.add_file("meta-llama/Llama-3.1-8B-Instruct", "config.json", {"model_type": "llama"})

    def add_model(self, page: Mapping[str, Any], *, config: Any = None, card: str | None = None) -> None:
        """Hold a model's page, and its small files."""
        self.models[page["id"]] = dict(page)
        for path, content in (("config.json", config), ("README.md", card)):
            if content is not None:
                self.add_file(page["id"], path, content)

    def add_file(self, model_id: str, path: str, content: Any) -> None:
        """Hold a file, and list it on the page."""
        if not isinstance(content, bytes):
            content = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.files[model_id, path] = content
        siblings = self.models.get(model_id, {}).setdefault("siblings", [])
        if not any(item["rfilename"] == path for item in siblings):
            siblings.append({"rfilename": path, "size": len(content)})

    def rename(self, old: str, new: str) -> None:
        """Let a model move: the old name answers 307 from now on."""
        self.models[new] = {**self.models.pop(old), "id": new, "modelId": new}
        self.renamed[old] = new

    # -- how it misbehaves -------------------------------------------------------------------------------------

    def fault(self, kind: str, prefix: str = "/", *, times: int | None = None, **options: Any) -> None:
        """Misbehave: see `FAULTS` for the kinds; a number is a status."""
        if kind not in FAULTS and not kind.isdigit():
            raise ValueError(f"no fault {kind!r}; there are {', '.join(FAULTS)} and statuses")
        self._faults.insert(0, Fault(kind, prefix, times, options))

    def heal(self) -> None:
        """Behave again."""
        self._faults.clear()

    def fault_of(self, path: str) -> Fault | None:
        """Find the fault of a path and count it down."""
        with self._lock:
            for fault in self._faults:
                if path.startswith(fault.prefix) and fault.times != 0:
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def asked(self, prefix: str = "/") -> list[Seen]:
        """List the requests whose path begins so."""
        return [seen for seen in self.requests if seen.path.startswith(prefix)]


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    hub: HubServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: the client hung up, which is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        hub = self.server.hub
        parts = urlsplit(self.path)
        self.route = unquote(parts.path)
        self.params = parse_qsl(parts.query)
        headers = {name.lower(): value for name, value in self.headers.items()}
        hub.requests.append(Seen(self.command, self.route, tuple(self.params), headers))
        self.told = hub.window.take() if hub.window else (True, 499, 293)
        fault = hub.fault_of(self.route)
        if not self.told[0]:
            self.refuse(429, None, "Too many requests")
        elif fault is not None and fault.kind.isdigit():
            self.refuse(int(fault.kind), fault.options.get("code"), fault.options.get("message", ""))
        elif fault is not None:
            FAULTS[fault.kind](self, fault.options)
        else:
            self.answer()

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def answer(self) -> None:
        """Answer as the Hub does."""
        if self.route == "/api/models":
            self.list_models()
        elif self.route == "/api/whoami-v2":
            self.whoami()
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/[^/]+)?", self.route):
            self.model_page(found[1])
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/[^/]+(?:/.*)?", self.route):
            self.tree(found[1])
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/refs", self.route):
            self.refs(found[1])
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/[^/]+/(.+)", self.route):
            self.resolve(found[1], found[2])
        else:
            self.refuse(404, None, "Not found")

    # -- endpoints ---------------------------------------------------------------------------------------------

    def list_models(self) -> None:
        given = dict(self.params)
        if self.server.hub.many is not None:
            self.list_many(self.server.hub.many, given)
            return
        rows = [page for page in self.server.hub.models.values() if self.is_wanted(page)]
        order = given.get("sort", "trendingScore")
        rows.sort(key=lambda page: str(page.get(order, "")).zfill(30), reverse=True)
        start = int(given.get("cursor", "0"))
        size = min(int(given.get("limit", "1000")), self.server.hub.page_size)
        names = [value for name, value in self.params if name == "expand"]
        shown = ["_id", "id", *names] if names else DEFAULT_ROW
        if given.get("full"):
            shown = [*shown, "author", "gated", "lastModified", "sha", "siblings"]
        body = [{name: page[name] for name in shown if name in page} for page in rows[start : start + size]]
        self.send_page(body, start + size, len(rows))

    def list_many(self, many: Many, given: Mapping[str, str]) -> None:
        size = min(int(given.get("limit", "1000")), self.server.hub.page_size)
        rows, after = many.page(given.get("sort", "downloads"), int(given.get("cursor", "0")), size)
        names = {value for name, value in self.params if name == "expand"} | {"_id", "id"}
        body = [{name: row[name] for name in row if name in names} if isinstance(row, dict) else row for row in rows]
        self.send_page(body, 0 if after is None else after, 0 if after is None else after + 1)

    def is_wanted(self, page: Mapping[str, Any]) -> bool:
        given = dict(self.params)
        words = given.get("search", "").lower().split()
        filters = [value for name, value in self.params if name == "filter"]
        gated = given.get("gated")
        return (
            all(word in page["id"].lower() for word in words)
            and given.get("author", page["id"].split("/")[0]).lower() == page["id"].split("/")[0].lower()
            and all(value in [*page.get("tags", []), page.get("library_name")] for value in filters)
            and given.get("pipeline_tag", page.get("pipeline_tag")) == page.get("pipeline_tag")
            and (gated is None or (gated == "true") == bool(page.get("gated")))
        )

    def send_page(self, body: list[Any], stop: int, total: int) -> None:
        headers = {}
        if stop < total:
            params = [(name, value) for name, value in self.params if name != "cursor"]
            host = self.server.hub.link_host or self.server.hub.url
            onward = f"{host}{quote(self.route)}?{urlencode([*params, ('cursor', str(stop))])}"
            headers["Link"] = f'<{onward}>; rel="next"'
        self.send_json(body, headers)

    def model_page(self, model_id: str) -> None:
        if (found := self.found(model_id)) is None:
            return
        page = dict(found)
        given = [value for name, value in self.params if name == "expand"]
        flags = {name for name, value in self.params if value == "true"}
        if given:
            page = {name: page[name] for name in ("_id", "id", *given) if name in page}
        if "blobs" not in flags and "siblings" in page:
            page["siblings"] = [{"rfilename": item["rfilename"]} for item in page["siblings"]]
        if "securityStatus" not in flags:
            page.pop("securityRepoStatus", None)
        self.send_json(page)

    def tree(self, model_id: str) -> None:
        if (page := self.found(model_id)) is None:
            return
        entries = [
            {"type": "file", "oid": "0" * 40, "size": item.get("size", 0), "path": item["rfilename"]}
            for item in page.get("siblings", [])
        ]
        given = dict(self.params)
        start, size = int(given.get("cursor", "0")), min(int(given.get("limit", "1000")), self.server.hub.page_size)
        self.send_page(entries[start : start + size], start + size, len(entries))

    def refs(self, model_id: str) -> None:
        if self.found(model_id) is not None:
            main = {"name": "main", "ref": "refs/heads/main", "targetCommit": COMMIT}
            self.send_json({"branches": [main], "converts": [], "tags": []})

    def resolve(self, model_id: str, path: str) -> None:
        if (page := self.found(model_id)) is None:
            return
        if page.get("gated") and path not in PUBLIC_FILES and self.token != VALID_TOKEN:
            message = f"Access to model {model_id} is restricted. You must have access to it and be authenticated."
            self.refuse(401 if self.token is None else 403, "GatedRepo", message)
            return
        content = self.server.hub.files.get((model_id, path))
        if content is None:
            self.refuse(404, "EntryNotFound", "Entry not found", bucket="resolvers")
            return
        self.send(200, content, {"Content-Type": "text/plain; charset=utf-8", "ETag": f'"{len(content):040x}"'})

    def whoami(self) -> None:
        if self.token != VALID_TOKEN:
            self.refuse(401, None, "Invalid username or password.")
        else:
            self.send_json({"type": "user", "id": "1", "name": "someone", "fullname": "Some One", "orgs": []})

    # -- how it answers ----------------------------------------------------------------------------------------

    @property
    def quota(self) -> tuple[int, int]:
        window = self.server.hub.window
        return (window.quota, window.seconds) if window else (500, 300)

    @property
    def token(self) -> str | None:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") or None

    def found(self, model_id: str) -> dict[str, Any] | None:
        """Find a model's page; else answer why not, as the Hub does for whoever asks."""
        hub = self.server.hub
        if self.token is not None and self.token != VALID_TOKEN:
            self.refuse(401, None, "Invalid credentials in Authorization header")
        elif model_id in hub.renamed:
            self.redirect(hub.url + self.path.replace(model_id, hub.renamed[model_id]))
        elif model_id in hub.models and (self.token or not hub.models[model_id].get("private")):
            return hub.models[model_id]
        elif self.token is None:
            self.refuse(401, None, "Invalid username or password.")
        else:
            self.refuse(404, "RepoNotFound", "Repository not found")
        return None

    def refuse(
        self, status: int, code: str | None, message: str, *, bucket: str = "api", headers: Any = None, body: Any = None
    ) -> None:
        extra = {"Content-Type": "text/plain; charset=utf-8", **(headers or {})}
        if code:
            extra["X-Error-Code"] = code
        if message:
            extra["X-Error-Message"] = message
        self.send(status, message.encode() if body is None else body, extra, bucket=bucket)

    def redirect(self, target: str) -> None:
        self.send(307, b"", {"Location": target})

    def send_json(self, value: Any, headers: Mapping[str, str] | None = None) -> None:
        body, extra = json.dumps(value).encode(), {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body, extra["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        self.send(200, body, extra)

    def send(self, status: int, body: bytes, headers: Mapping[str, str], *, bucket: str = "api") -> None:
        self.send_response(status)
        told = {
            "RateLimit": f'"{bucket}";r={self.told[1]};t={self.told[2]}',
            "RateLimit-Policy": f'"fixed window";"{bucket}";q={self.quota[0]};w={self.quota[1]}',
            "X-Repo-Commit": COMMIT, "Content-Length": str(len(body)), **headers,
        }  # fmt: skip
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    # -- faults ------------------------------------------------------------------------------------------------

    def hang(self, _: Mapping[str, Any]) -> None:
        """Accept and never answer."""
        self.server.hub.stopping.wait()
        self.close_connection = True

    def drip(self, options: Mapping[str, Any]) -> None:
        """Answer one byte at a time, with a pause after each; `head` drips the status line already."""
        text = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        if not options.get("head"):
            self.wfile.write(text)
            text = b"["
        text += b" " * 100_000
        for place in range(len(text)):
            self.wfile.write(text[place : place + 1])
            if self.server.hub.stopping.wait(options.get("pause", 0.02)):
                break
        self.close_connection = True

    def rate_limit(self, options: Mapping[str, Any]) -> None:
        """Answer 429 with the seconds to wait, in the Hub's header or in `Retry-After`."""
        seconds = options.get("seconds", 55)
        headers = {"RateLimit": f'"api";r=0;t={seconds}'}
        if "retry_after" in options:
            headers = {"RateLimit": "", "Retry-After": str(options["retry_after"])}
        self.refuse(429, None, "Too many requests", headers=headers)

    def busy(self, options: Mapping[str, Any]) -> None:
        """Answer 503, as whatever stands before the Hub does."""
        self.refuse(503, None, "", headers=options["headers"])

    def html(self, options: Mapping[str, Any]) -> None:
        """Answer with a web page, as a login page in between does."""
        page = b"<!DOCTYPE html><html><body>Please log in</body></html>"
        self.send(options.get("status", 200), page, {"Content-Type": "text/html"})

    def body(self, options: Mapping[str, Any]) -> None:
        """Answer with a given body."""
        body = options["body"] if isinstance(options["body"], bytes) else json.dumps(options["body"]).encode()
        self.send(200, body, {"Content-Type": "application/json", **options.get("headers", {})})

    def truncated(self, _: Mapping[str, Any]) -> None:
        """Break off in the middle of a JSON document."""
        self.send(200, b'[{"id": "Qwen/Qwen3-8B", "downl', {"Content-Type": "application/json"})

    def broken_off(self, _: Mapping[str, Any]) -> None:
        """Promise more bytes than come."""
        self.send(200, b'{"id": ', {"Content-Type": "application/json", "Content-Length": "5000"})
        self.close_connection = True

    def loop(self, _: Mapping[str, Any]) -> None:
        """Redirect to itself."""
        self.redirect(self.server.hub.url + self.path)

    def elsewhere(self, options: Mapping[str, Any]) -> None:
        """Redirect to another host."""
        self.redirect(options["to"] + self.path)

    def bomb(self, options: Mapping[str, Any]) -> None:
        """Answer with a small body that grows when it is unpacked."""
        body = gzip.compress(b" " * options.get("size", 200 * 1024 * 1024), 9)
        self.send(200, body, {"Content-Type": "application/json", "Content-Encoding": "gzip"})

    def huge(self, options: Mapping[str, Any]) -> None:
        """Answer with a long body of unknown length."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(options.get("size", 50 * 1024 * 1024) // 65536):
            self.wfile.write(b" " * 65536)
        self.close_connection = True

    def garbage(self, _: Mapping[str, Any]) -> None:
        """Speak something that is not HTTP."""
        self.wfile.write(b"\x00\x01\x02 this is no HTTP\r\n\r\n")
        self.close_connection = True

    def hang_up(self, _: Mapping[str, Any]) -> None:
        """Close the connection without a word."""
        self.close_connection = True


FAULTS: dict[str, Callable[[_Handler, Mapping[str, Any]], None]] = {
    "hang": _Handler.hang, "drip": _Handler.drip, "rate-limit": _Handler.rate_limit, "html": _Handler.html,
    "body": _Handler.body, "truncated": _Handler.truncated, "broken-off": _Handler.broken_off, "loop": _Handler.loop,
    "elsewhere": _Handler.elsewhere, "bomb": _Handler.bomb, "huge": _Handler.huge, "garbage": _Handler.garbage,
    "hang-up": _Handler.hang_up, "busy": _Handler.busy,
}  # fmt: skip


def refusing_address() -> str:
    """Give an address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def main() -> None:
    """Serve until interrupted; print the address for HF_ENDPOINT."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.hub_server", description="A loopback Hub for trying things out."
    )
    parser.add_argument(
        "--fault", metavar="KIND[:PREFIX]", action="append", default=[], help=f"{', '.join(FAULTS)}, a status"
    )
    parser.add_argument("--rows", metavar="N", type=int, help="a made-up list of N models")
    parser.add_argument("--latency", metavar="SECONDS", type=float, default=0.0, help="before each page of it")
    parser.add_argument("--quota", metavar="N", type=int, help="requests in a window of five minutes")
    chosen = parser.parse_args()
    with HubServer() as hub:
        hub.many = Many(chosen.rows, latency_seconds=chosen.latency) if chosen.rows else None
        hub.window = Window(chosen.quota) if chosen.quota else None
        for text in chosen.fault:
            kind, _, prefix = text.partition(":")
            hub.fault(kind, prefix or "/")
        print(hub.url, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
