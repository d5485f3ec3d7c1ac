"""What lies between us and the Hub: name lookup, proxies, certificates, interruptions."""

from __future__ import annotations

import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from modelscope_tui.catalog.query import parse
from modelscope_tui.errors import HubUnreachable
from modelscope_tui.hub import line
from modelscope_tui.hub.bounds import Bounds
from modelscope_tui.hub.client import HubClient
from tests.hub.conftest import QUICK
from tests.hub_server import HubServer

QWEN = "Qwen/Qwen3-8B"


def test_a_name_lookup_without_end_is_cut_off(
    client_of: Callable[..., HubClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(endpoint="http://hub.invalid", bounds=Bounds(connect_seconds=0.3))
    released = threading.Event()

    def hang(*_: Any, **__: Any) -> Any:
        released.wait()
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(HubUnreachable, match=r"could not be reached within 0\.3 s"):
        client.details(QWEN)
    released.set()


def test_a_name_that_nobody_knows_is_said(client_of: Callable[..., HubClient], monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(HubUnreachable, match="name or service not known"):
        client_of(endpoint="http://hub.invalid").details(QWEN)


def test_proxy_settings_that_cannot_be_used_are_said(
    client_of: Callable[..., HubClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://proxy:1")
    with pytest.raises(HubUnreachable, match="proxy") as caught:
        client_of().details(QWEN)
    assert "HTTPS_PROXY" in caught.value.hint


def test_bad_proxy_settings_do_not_break_the_library_itself(hub: HubServer, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from modelscope_tui.hub.client import HubClient; from modelscope_tui.hub.shelf import Shelf\n"
        "from modelscope_tui.errors import HubUnreachable\n"
        "client = HubClient(endpoint=sys.argv[1], token=None, shelf=Shelf(Path(sys.argv[2])))\n"
        "try: client.details('Qwen/Qwen3-8B')\n"
        "except HubUnreachable as error: print(error.message)"
    )
    environment = {"HTTP_PROXY": "socks5://127.0.0.1:1", "PATH": "", "HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", code, hub.url, str(tmp_path / "shelf")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "proxy" in ran.stdout


def test_interrupting_the_wait_leaves_everything_usable(client: HubClient, hub: HubServer) -> None:
    import huggingface_hub.hf_api  # noqa: F401

    hub.fault("hang", times=1)

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            client.details(QWEN)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert client.details(QWEN).source == "hub"


def test_many_questions_at_once_get_their_own_answers(client: HubClient, hub: HubServer) -> None:
    names = [f"owner/model-{place}" for place in range(8)]
    for name in names:
        hub.add_model({"id": name, "likes": int(name[-1])})
    answers: dict[str, Any] = {}

    def ask(name: str) -> None:
        answers[name] = client.details(name).value.model.likes
        answers[f"search {name}"] = [row.id for row in client.search(parse(name.partition("/")[2])).value]

    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for place, name in enumerate(names):
        assert (answers[name], answers[f"search {name}"]) == (place, [name])


def test_one_hub_that_hangs_does_not_hold_another_up(
    client_of: Callable[..., HubClient], quick: HubClient, hub: HubServer
) -> None:
    hub.fault("hang", "/api/models/Qwen")
    said: list[str] = []

    def ask() -> None:
        try:
            quick.details(QWEN)
        except HubUnreachable as error:
            said.append(error.message)

    slow = threading.Thread(target=ask)
    slow.start()
    assert client_of().details("google-bert/bert-base-uncased").source == "hub"
    assert said == []
    slow.join()
    assert "did not answer" in said[0]


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[HubServer, str, Path]]:
    """A loopback Hub behind TLS, and the certificate that it shows."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    made = ["-keyout", str(key), "-out", str(certificate), "-days", "2"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run([openssl, "req", "-x509", "-nodes", *curve, *made, *subject], check=True, capture_output=True)
    server = HubServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server._http.socket = context.wrap_socket(server._http.socket, server_side=True)
    with server:
        yield server, server.url.replace("http:", "https:"), certificate


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_certificate_of_ones_own_is_trusted_when_the_environment_names_it(
    client_of: Callable[..., HubClient],
    encrypted: tuple[HubServer, str, Path],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    _, endpoint, certificate = encrypted
    with pytest.raises(HubUnreachable, match="not trusted"):
        client_of(endpoint=endpoint).details(QWEN)
    monkeypatch.setenv(variable, str(certificate))
    assert client_of(endpoint=endpoint).details(QWEN).value.config is not None


def test_a_hanging_answer_over_tls_is_cut_off_too(
    client_of: Callable[..., HubClient], encrypted: tuple[HubServer, str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    encrypted_hub, endpoint, certificate = encrypted
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = client_of(endpoint=endpoint, bounds=QUICK)
    client.card(QWEN)
    encrypted_hub.fault("drip")
    with pytest.raises(HubUnreachable, match="did not answer"):
        client.details(QWEN)
    for thread in [thread for thread in threading.enumerate() if thread.name == "hub"]:
        thread.join(30)
        assert not thread.is_alive()


def test_certificates_that_cannot_be_read_are_said(
    client_of: Callable[..., HubClient], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(HubUnreachable, match="certificates cannot be read"):
        client_of().details(QWEN)
    line._trusted.cache_clear()


def test_importing_the_client_loads_no_library() -> None:
    code = "import sys, modelscope_tui.hub.client, modelscope_tui.hub.shelf; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"huggingface_hub", "diskcache", "httpx2", "sqlite3", "ssl"} & set(ran.stdout.split())


def test_making_a_client_opens_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from modelscope_tui.hub.client import HubClient; from modelscope_tui.hub.shelf import Shelf\n"
        "client = HubClient(endpoint='http://127.0.0.1:9', token=None, shelf=Shelf(Path(sys.argv[1])))\n"
        "print(client.state.kind, 'diskcache' in sys.modules, 'huggingface_hub' in sys.modules); client.close()"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path / "x")], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["unknown", "False", "False"]
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("how", ["broken-off", "hang-up"])
def test_a_hub_that_hangs_up_is_said_in_one_sentence(
    client_of: Callable[..., HubClient], hub: HubServer, how: str
) -> None:
    hub.fault(how, "/api/models/Qwen")
    with pytest.raises(HubUnreachable) as caught:
        client_of(endpoint=hub.url).details(QWEN)
    assert caught.value.message.endswith(" hung up before its answer was whole.")
    assert ".." not in str(caught.value)
