"""Laws of the arithmetic: more never takes less, parts are the whole, and a unit stands in every name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modelscope_tui.fit
from modelscope_tui.fit.device import parse_machine
from modelscope_tui.fit.estimate import FitEstimate, estimate
from tests.fit.builders import details
from tests.fit.families import FAMILIES

KNOWN = {name: (params, said) for name, (params, said, _) in FAMILIES.items() if params is not None}
MACHINES = tuple(map(parse_machine, ("RTX 4090", "3x80GB", "M3 Max 64GB", "cpu:64GB", "RTX 3060 + cpu:32GB")))
WORLD = st.tuples(st.sampled_from(sorted(KNOWN)), st.sampled_from(MACHINES), st.sampled_from(("llamacpp", "vllm")))
ROOM = Path(modelscope_tui.fit.__path__[0])


def asked(world: tuple[str, object, str], **more: object) -> FitEstimate:
    name, machine, engine = world
    params, said = KNOWN[name]
    given_to = {"quantization": "Q4_K_M", "context": 4096, "tensor_parallel": 1, **more}
    return estimate(details(said, params=params), machine, engine=engine, **given_to)  # type: ignore[arg-type]


def total(found: FitEstimate) -> int:
    assert found.total_bytes is not None
    return found.total_bytes


@settings(max_examples=60, deadline=None)
@given(WORLD, st.integers(1, 200_000), st.integers(1, 200_000))
def test_more_context_never_takes_less(world: tuple[str, object, str], one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert total(asked(world, context=less)) <= total(asked(world, context=more))


@settings(max_examples=40, deadline=None)
@given(WORLD)
def test_more_precision_never_takes_less(world: tuple[str, object, str]) -> None:
    caches = [total(asked(world, kv_dtype=name)) for name in ("q4_0", "q5_0", "q8_0", "f16", "f32")]
    assert caches == sorted(caches)
    weights = [asked(world, quantization=name).weights_bytes or 0 for name in ("Q2_K", "Q4_K_M", "Q6_K", "Q8_0", "F16")]
    assert weights == sorted(weights)


@settings(max_examples=60, deadline=None)
@given(WORLD, st.integers(1, 100_000))
def test_parts_are_the_whole_and_the_verdict_follows_from_them(world: tuple[str, object, str], context: int) -> None:
    found = asked(world, context=context)
    parts = (found.weights_bytes, found.kv_bytes, found.overhead_bytes)
    assert total(found) == sum(part or 0 for part in parts)
    if found.fits == "yes" and found.available_bytes is not None:
        assert total(found) <= found.available_bytes


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(KNOWN)), st.integers(1, 9))
def test_a_layout_uses_no_more_cards_than_there_are(name: str, count: int) -> None:
    machine = parse_machine(f"{count}x24GB")
    params, said = KNOWN[name]
    found = estimate(details(said, params=params), machine, engine="vllm")
    assert 1 <= (found.tensor_parallel or 0) * (found.pipeline_parallel or 0) <= count


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.stem)
def test_sizes_are_bytes_and_say_so(path: Path) -> None:
    """Decimal and binary gigabytes meet in no number: what is handed about is bytes, `gib` only makes words."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert not [name for name in names if re.search(r"_(gi?b|mi?b)$", name)]
