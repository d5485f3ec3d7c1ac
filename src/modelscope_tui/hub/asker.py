"""Asks the Hub through `HfApi`: a model's page, its small files, a list. Gives cleaned JSON, or an error of ours.

NORTH WING. The library is imported inside the methods: it costs 0.2 s (0.9 s without compiled bytecode), which no
first frame may wait for. `session.py` tells why it is given a transport of ours.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from modelscope_tui import __version__
from modelscope_tui.catalog.model import is_repo_id
from modelscope_tui.errors import AccessDenied, HubNonsense, ModelscopeError, UsageError
from modelscope_tui.hub.answer import Cancelled
from modelscope_tui.hub.bounds import Bounds
from modelscope_tui.hub.heard import clean_text, read_json
from modelscope_tui.hub.read import mapping
from modelscope_tui.hub.refusal import Subject, refusal
from modelscope_tui.hub.secret import Secret
from modelscope_tui.hub.standing import Standing
from modelscope_tui.hub.translate import pruned

if TYPE_CHECKING:
    from huggingface_hub import HfApi

    from modelscope_tui.hub.session import Call
    from modelscope_tui.hub.wire import Reply, Wire


class Asker:
    """Every question that goes out. Any thread may ask; each question has its own deadline."""

    def __init__(self, *, endpoint: str, token: str | None, standing: Standing, bounds: Bounds) -> None:
        self.endpoint = endpoint
        self.has_token = token is not None
        self._secret = Secret(token) if token is not None else None
        self._standing = standing
        self._bounds = bounds
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._api: HfApi | None = None
        self._era = 0

    def page(self, model_id: str) -> dict[str, Any]:
        """Ask for a model's page with its files and their sizes, and for its `config.json`.

        Returns:
            `info`, `config`, and `gap`: why there is no configuration though there is one (`gated`, `failed`), with
            `problem` in our words. A page without its configuration is worth having.
        """
        with self._asking(model_id) as call:
            # One request gives facts, files, sizes and the scan: `expand` cannot be combined with sizes.
            self._library().model_info(model_id, files_metadata=True, securityStatus=True)
            info = pruned(mapping(call.heard[-1]))
            name = info.get("id")
            if not isinstance(name, str) or not is_repo_id(name):
                raise HubNonsense("The Hub's answer names no model.")
            return {"info": info, **self._config(call, name, info)}

    def card(self, model_id: str) -> str:
        """Ask for README.md; empty when the repository has none."""
        with self._asking(model_id) as call:
            reply = self._file(call, model_id, "README.md", self._bounds.card_bytes, may_cut=True)
            if _is_missing_file(reply):
                return ""
            if reply.status != 200:
                raise refusal(reply.status, reply.headers, reply.body, call.subject)
            return clean_text(reply.body.decode("utf-8", "replace"), self._bounds.card_bytes)

    def rows(self, questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Ask for the rows of a list, once per set of parameters."""
        found: dict[str, dict[str, Any]] = {}
        with self._asking(None) as call:
            for asked in questions:
                call.heard.clear()
                count = sum(1 for _ in self._library().list_models(**asked))
                found |= {row["id"]: pruned(row) for row in call.rows()[:count]}
        return list(found.values())

    def cancel_all(self) -> None:
        """End every question that is under way."""
        self._era += 1
        if self._wire is not None:
            self._wire.cancel_all()

    def close(self) -> None:
        """End every question and let go of the connections."""
        self.cancel_all()
        with self._lock:
            if self._wire is not None:
                self._wire.close()
                self._wire = None

    def _config(self, call: Call, model_id: str, info: dict[str, Any]) -> dict[str, Any]:
        siblings = info.get("siblings")
        if isinstance(siblings, list) and not any(mapping(one).get("rfilename") == "config.json" for one in siblings):
            return {"config": None, "gap": None}
        try:
            reply = self._file(call, model_id, "config.json", self._bounds.config_bytes)
            if _is_missing_file(reply):
                return {"config": None, "gap": None}
            if reply.status != 200:
                raise refusal(reply.status, reply.headers, reply.body, call.subject)
            config = read_json(reply.body)
        except Cancelled:
            raise
        except AccessDenied as problem:
            is_gated = problem.kind == "gated"
            if is_gated and not info.get("gated"):
                info["gated"] = True
            return {"config": None, "gap": "gated" if is_gated else "failed", "problem": problem}
        except ModelscopeError as problem:
            call.trouble = problem
            return {"config": None, "gap": "failed", "problem": problem}
        return {"config": config if isinstance(config, dict) else None, "gap": None}

    def _file(self, call: Call, model_id: str, path: str, limit: int, *, may_cut: bool = False) -> Reply:
        """Fetch a small file. Not with `hf_hub_download`, which writes into the cache of weights."""
        from huggingface_hub import hf_hub_url

        url = hf_hub_url(model_id, path, revision="main", endpoint=self.endpoint)
        return call.fetch(url, self._names(), body_bytes=limit, may_cut=may_cut, may_leave=True)

    @contextmanager
    def _asking(self, model_id: str | None) -> Iterator[Call]:
        """Open a question: check that we may ask, and note how it ended."""
        self._standing.check_wait()
        era = self._era
        try:
            self._check_token()
            from huggingface_hub.errors import HFValidationError

            from modelscope_tui.hub.session import asking

            subject = Subject(self.endpoint, self.has_token, model_id)
            with asking(
                self._opened_wire(), subject, secret=self._secret, is_cancelled=lambda: era != self._era
            ) as call:
                try:
                    yield call
                except HFValidationError as error:
                    raise UsageError(f"{model_id!r} is not a repository id.", "Give owner/name.") from error
                except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, OSError) as error:
                    raise HubNonsense(f"The Hub's answer cannot be read ({type(error).__name__}).") from error
        except UsageError:
            raise
        except ModelscopeError as problem:
            self._standing.note(problem)
            raise
        self._standing.note(call.trouble)

    def _library(self) -> HfApi:
        if self._api is None:
            from huggingface_hub import HfApi

            # `token=False`: with None the library would look for a token of its own; ours is added by the wire.
            self._api = HfApi(endpoint=self.endpoint, token=False, headers=self._names())
        return self._api

    def _names(self) -> dict[str, str]:
        """Who asks. The library would add what else is installed here; nobody needs to know."""
        return {"user-agent": f"modelscope-tui/{__version__}; python/{sys.version_info[0]}.{sys.version_info[1]}"}

    def _opened_wire(self) -> Wire:
        from modelscope_tui.hub.wire import Wire

        with self._lock:
            if self._wire is None:
                self._wire = Wire(self._bounds)
            return self._wire

    def _check_token(self) -> None:
        if self._secret is not None and not self._secret.is_sendable:
            raise AccessDenied(
                "The token holds characters that no token has.", "Look at HF_TOKEN.", kind="not-authorised"
            )


def _is_missing_file(reply: Reply) -> bool:
    return reply.status == 404 and reply.headers.get("x-error-code", "EntryNotFound") == "EntryNotFound"
