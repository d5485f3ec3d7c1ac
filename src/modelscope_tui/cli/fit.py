"""``modelscope-tui fit``: memory and speed of a model on a machine, for every way its weights are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import asking, say
from modelscope_tui.cli.output import Column, Output

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from modelscope_tui.explorer import Explorer

EXAMPLES = """\
  modelscope-tui fit Qwen/Qwen3-8B
  modelscope-tui fit meta-llama/Llama-3.3-70B-Instruct --machine '2xRTX 4090' --context 32k
  modelscope-tui fit Qwen/Qwen3-8B --quant Q4_K_M --json"""

_SIZES = ("weights_bytes", "kv_bytes_per_token", "kv_bytes", "overhead_bytes", "total_bytes", "available_bytes")
_COLUMNS = (
    Column("Quantization", style="bold"),
    Column("Weights", is_number=True),
    Column("Total", is_number=True),
    Column("Fits"),
    Column("Longest context", is_number=True),
    Column("Tokens a second", is_number=True),
)


def configure(parser: reading.Parser) -> None:
    """Take a model and what to assume."""
    reading.add_model(parser)
    parser.add_argument("--quant", type=reading.word, metavar="NAME", help="the quantization to judge, as in Q4_K_M")
    parser.add_argument(
        "--context", type=reading.tokens, metavar="N", help="context length in tokens; 32k is 32 × 1024"
    )
    parser.add_argument("--kv-dtype", type=reading.word, metavar="TYPE", help="type of the KV cache, as in fp8")


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Estimate one model on the chosen machine, and every other way to store it."""
    from modelscope_tui.launch.tool import Options

    asking.prepare(explorer, output)
    details = asking.details(explorer, options.model, output).value
    wanted = Options(quant=options.quant, context=options.context, kv_dtype=options.kv_dtype)
    seen = explorer.outlook(details, wanted)
    document = dict(seen.chosen.as_json())
    document["options"] = [_without_what_is_said(way.as_json()) for way in seen.ways]
    document["context_curve"] = [{"context": length, "total_bytes": total} for length, total in seen.curve]
    document["hardware"] = [
        {"machine": name, "quantization": found.quantization, "total_bytes": found.total_bytes}
        for name, found in seen.hardware
    ]
    if output.is_json:
        output.json(document)
        return 0
    output.facts(_told(document))
    if document["options"] and output.is_for_a_person:
        output.table(_COLUMNS, [_row(option) for option in document["options"]])
    return 0


def _without_what_is_said(option: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in option.items() if key not in {"model", "machine", "options"}}


def _told(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    machine = document["machine"]
    rows = [
        ("model", document["model"]),
        ("machine", machine["description"]),
        ("quantization", say.text(document["quantization"])),
        ("context", say.count(document["context"])),
        ("fits", document["fits"]),
        *((name.removesuffix("_bytes"), say.memory(document[name])) for name in _SIZES),
        ("max_context", say.count(document["max_context"])),
        ("tokens per second", _speed(document)),
    ]
    if document["missing"]:
        rows.append(("not known", ", ".join(document["missing"])))
    rows += [("basis", line) for line in document["basis"]]
    if document["fits"] != "yes":
        rows += [
            ("would hold it", f"{one['machine']} ({say.memory(one['total_bytes'])})") for one in document["hardware"]
        ]
    return rows


def _speed(document: Mapping[str, Any]) -> str:
    speed = document.get("decode_tokens_per_second")
    return f"{speed['low']:.0f} to {speed['high']:.0f}" if speed else say.UNKNOWN


def _row(option: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        say.text(option["quantization"]),
        say.memory(option["weights_bytes"]),
        say.memory(option["total_bytes"]),
        option["fits"],
        say.count(option["max_context"]),
        _speed(option),
    )
