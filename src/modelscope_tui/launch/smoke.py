"""SOUTH WING: one line for each kind of server that shows it answers, with the model name a client must send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from modelscope_tui.launch.command import line
from modelscope_tui.launch.purpose import Purpose

PAIRS = {"query": "What is a panda?", "documents": ["A bear of China.", "A kind of bread."]}
"""A question and two answers for a reranker to order."""

PICTURE = "https://huggingface.co/datasets/huggingface/documentation-images/resolve/main/bee.jpg"
"""A public picture for a vision model to describe."""


def _line(argv: list[str], shell: str) -> str:
    """Write a call as one line, also where PowerShell is told first how to pass quotes on."""
    return "; ".join(line(argv, shell).split("\n"))


def post(url: str, body: Mapping[str, Any], shell: str) -> str:
    """Write a curl call with a JSON body; Windows PowerShell has another program under the name `curl`."""
    curl = "curl.exe" if shell == "powershell" else "curl"
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    return _line([curl, url, "-H", "Content-Type: application/json", "-d", text], shell)


def openai(port: int, name: str, purpose: Purpose, *, is_chat: bool, shell: str, root: str = "/v1") -> str | None:
    """Write the test of a server that speaks OpenAI's interface below a path."""
    base = f"http://localhost:{port}{root}"
    hello = {"model": name, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 32}
    if purpose == "embedding":
        return post(f"{base}/embeddings", {"model": name, "input": ["hello"]}, shell)
    if purpose == "reranker":
        return post(f"{base}/rerank", {"model": name, **PAIRS}, shell)
    if purpose == "speech-to-text":
        curl = "curl.exe" if shell == "powershell" else "curl"
        argv = [curl, f"{base}/audio/transcriptions", "-F", "file=@audio.wav", "-F", f"model={name}"]
        return _line(argv, shell)
    if purpose == "classifier":
        return post(f"http://localhost:{port}/classify", {"model": name, "input": ["hello"]}, shell)
    if not is_chat:
        return post(f"{base}/completions", {"model": name, "prompt": "Once upon a time", "max_tokens": 32}, shell)
    if purpose == "vision":
        content = [
            {"type": "text", "text": "What is in this picture?"},
            {"type": "image_url", "image_url": {"url": PICTURE}},
        ]
        hello = {**hello, "messages": [{"role": "user", "content": content}], "max_tokens": 64}
    return post(f"{base}/chat/completions", hello, shell)
