"""Stories of the explorer and a bad Hub: whatever it answers, the row stands, the reason is said, and keys are answered."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.explorer import Explorer
from modelscope_tui.settings import Settings
from modelscope_tui.ui.app import ExplorerApp
from tests.hub_server import HubServer
from tests.ui.conftest import Stage

MODEL = "Qwen/Qwen3-8B"
OTHER = "google/gemma-3-12b-it"
