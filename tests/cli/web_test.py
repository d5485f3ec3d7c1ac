"""Stories of the explorer in a browser: it opens for the address that was printed, and for nobody else."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from modelscope_tui.__main__ import main


def a_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def address(own_cache: Path) -> Iterator[str]:
    words = ["web", "--offline", "--cache-dir", str(own_cache), "--port", str(a_free_port()), "bloomz"]
    with subprocess.Popen(
        [sys.executable, "-m", "modelscope_tui", *words], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            found = re.match(r"(http://127\.0\.0\.1:\d+)/\?key=\S+", server.stdout.readline())
            assert found
            yield found[0]
        finally:
            server.terminate()


@asynccontextmanager
async def a_browser() -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)  # (cookies of an address without a name)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield session


async def test_the_page_opens_with_its_key_and_the_explorer_paints(address: str) -> None:
    place = address.partition("/?")[0]
    async with a_browser() as browser:
        page = await (await browser.get(address)).text()
        assert "modelscope-tui" in page
        assert not re.search(r"https?://(?!127\.0\.0\.1)", page), "the page asks nobody else for anything"
        async with browser.ws_connect(f"{place}/ws?width=100&height=30", origin=place) as line:
            assert "bloomz" in await _painted(line, "bigscience/bloomz")
            await line.send_str(json.dumps(["stdin", "y"]))
            assert "\x1b]52;c;" in await _painted(line, "\x1b]52;c;")


async def _painted(line: aiohttp.ClientWebSocketResponse, awaited: str) -> str:
    seen = ""
    async with asyncio.timeout(60):
        while awaited not in seen:
            message = await line.receive()
            assert message.type in {aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT}, message
            seen += message.data.decode() if isinstance(message.data, bytes) else message.data
    return seen


async def test_nobody_else_gets_in(address: str) -> None:
    place = address.partition("/?")[0]
    port = place.rpartition(":")[2]
    async with a_browser() as browser:
        for path in ("/", "/?key=guess", "/ws", "/static/js/textual.js"):
            assert (await browser.get(f"{place}{path}")).status == 403
        await browser.get(address)
        assert (await browser.get(place)).status == 200
        assert (await browser.get(place, headers={"Host": f"evil.example:{port}"})).status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await browser.ws_connect(f"{place}/ws", origin="http://evil.example")


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert main(["web", "--port", str(other.getsockname()[1])]) == 2
    assert "is taken" in capsys.readouterr().err
