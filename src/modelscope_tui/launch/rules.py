"""SOUTH WING, for maintainers: from a folder of gathered facts to the files of rules that ship in ``data/``.

    python -m modelscope_tui.launch.rules SOURCE_DIR

SOURCE_DIR holds ``launchers/TOOL.json``, one file a tool, and ``launchers/ollama_library.json``. The same folder always
gives the same bytes. Three files are kept by hand beside them: ``launch_families.json`` (which class a `model_type`
names), ``launch_recipes.json`` (parsers and exceptions by family) and ``launch_containers.json`` (images and what they
need). Every file names its source and date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

READ_ON = "2026-11-23"
"""When the tools were read; the versions stand in each file."""


OLDEST = "0.11.0"
"""The oldest vLLM whose flags were read: what it has is not marked with a release."""

_READ = (
    "vllm", "ollama", "ollama_library", "llamacpp", "lmstudio", "huggingface", "sglang", "mlx", "docker-model-runner",
    "replicate", "deepspeed", "unsloth", "axolotl",
)  # fmt: skip


def build(source: Path, target: Path) -> tuple[Path, ...]:
    """Write the rule files and say which."""
    folder = source / "launchers"
    read = {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in _READ}
    hub = read["huggingface"]
    rules = {
        "vllm": _vllm(read["vllm"]),
        "ollama": _ollama(read["ollama"], read["ollama_library"]),
        "llamacpp": _llamacpp(read["llamacpp"]),
        "lmstudio": _head(read["lmstudio"]) | {"commands": _commands(read["lmstudio"])},
        "huggingface": _head(hub) | {"commands": _commands(hub, "hf download")},
        "sglang": _sglang(read["sglang"]),
        "mlx": _mlx(read["mlx"]),
        "transformers": _head(hub) | {"commands": _commands(hub, "transformers serve", "transformers chat")},
        "tgi": _tgi(hub),
        "docker-model-runner": _model_runner(read["docker-model-runner"]),
        "replicate": _replicate(read["replicate"]),
        "deepspeed": _head(read["deepspeed"])
        | {"config_keys": sorted(read["deepspeed"]["config_keys"]), "commands": _commands(read["deepspeed"])},
        "unsloth": _head(read["unsloth"]) | {"commands": _commands(read["unsloth"])},
        "axolotl": _head(read["axolotl"]) | {"commands": _commands(read["axolotl"])},
    }
    return tuple(_save(target / f"launch_{name}.json", content) for name, content in rules.items())


def _head(read: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": read["version"], "source": read["source"], "as_of": READ_ON}


def _vllm(read: Mapping[str, Any]) -> dict[str, Any]:
    removed = {flag: about.get("use_instead") for flag, about in sorted(read["removed_flags"].items())}
    return _head(read) | {
        "architectures": dict(sorted(read["architectures"].items())),
        "removed": dict(sorted(read["architectures_removed"].items())),
        "plugins": dict(sorted(read["architectures_via_plugin"].items())),
        "quantization_methods": read["quantization_methods"],
        "quantization_plugins": read["quantization_plugins"],
        "tool_parsers": read["tool_call_parsers"],
        "reasoning_parsers": read["reasoning_parsers"],
        "commands": _commands(read, "vllm serve"),
        "removed_flags": removed,
    }


def _ollama(read: Mapping[str, Any], library: Mapping[str, Any]) -> dict[str, Any]:
    return _head(read) | {
        "library_as_of": library["as_of"],
        "traps": library["traps"],
        "library": {repo: _entry(entry) for repo, entry in sorted(library["entries"].items())},
        "import_architectures": sorted(read["safetensors_import_architectures"]),
        "gguf_architectures": sorted(read["gguf_architectures"]),
        "hf_rule": {key: read["hf_rule"][key] for key in ("tag", "sharded", "private_or_gated", "names")},
        "env": sorted(read["env"]),
        "commands": _commands(read),
    }


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what a command needs; `by_name` marks what was matched by the model's name and by nothing stronger."""
    by_name = any(source.startswith("model card name match") for source in entry["source"])
    kept = {
        "tag": entry["ollama"],
        "quant": entry["default_quant"],
        "bytes": entry["download_bytes"],
        "context": entry["context"],
        "by_name": by_name,
        "source": "; ".join(entry["source"]),
    }
    return kept | ({"cloud_only": True} if entry.get("cloud_only") else {})


def _llamacpp(read: Mapping[str, Any]) -> dict[str, Any]:
    return _head(read) | {
        "architectures": sorted(read["hf_architectures_text"]),
        "vision_architectures": sorted(read["hf_architectures_mmproj"]),
        "gguf_architectures": sorted(read["gguf_architectures"]),
        "not_convertible": read["not_convertible"],
        "images": read["docker_image"],
        "removed_flags": {flag: use for flag, use in read["removed_flags"].items() if flag.startswith("-")},
        "commands": _commands(read, "llama-server"),
    }


def _sglang(read: Mapping[str, Any]) -> dict[str, Any]:
    return _head(read) | {
        "architectures": dict(sorted(read["architectures"].items())),
        "tool_parsers": read["tool_call_parsers"],
        "reasoning_parsers": read["reasoning_parsers"],
        "quantization_methods": read["quantization_methods"],
        "commands": _commands(read, "python -m sglang.launch_server", "sglang serve"),
    }


def _mlx(read: Mapping[str, Any]) -> dict[str, Any]:
    return _head(read) | {
        "text_types": read["mlx_lm_model_types"],
        "same_type": read["mlx_lm_remap"],
        "vision_types": read["mlx_vlm_model_types"],
        "commands": _commands(read, "mlx_lm.server", "mlx_lm.chat", "mlx_lm.convert", "mlx_vlm.server"),
    }


def _tgi(read: Mapping[str, Any]) -> dict[str, Any]:
    return _head(read) | {
        "model_types": sorted(read["tgi_supported_model_types"]),
        "commands": _commands(read, "text-generation-launcher"),
    }


def _model_runner(read: Mapping[str, Any]) -> dict[str, Any]:
    verbs = ("pull", "run", "configure", "install-runner", "status", "rm", "list")
    return _head(read) | {
        "backends": read["backends"],
        "hf_rule": read["hf_rule"],
        "commands": _commands(read, *(f"docker model {verb}" for verb in verbs)),
    }


def _replicate(read: Mapping[str, Any]) -> dict[str, Any]:
    return _head(read) | {"cog_yaml": read["cog_yaml"], "commands": _commands(read)}


def _commands(read: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Give each command's options: name → type and choices."""
    found: dict[str, Any] = {}
    for name, command in sorted(read["commands"].items()):
        if names and name not in names:
            continue
        flags: dict[str, Any] = {}
        for flag in command["flags"]:
            about = {"type": flag["type"]} | ({"choices": flag["choices"]} if flag.get("choices") else {})
            since = flag.get("first_seen_in", OLDEST).removeprefix("<=")  # (of the releases that were read)
            about |= {} if since == OLDEST else {"since": since}
            about |= {"deprecated": True} if flag.get("deprecated") else {}
            for label in (flag["name"], *flag.get("aliases", ())):
                flags[label] = about
            if flag.get("negated"):
                flags[flag["negated"]] = {"type": "flag"}
        found[name] = dict(sorted(flags.items()))
    return found


def _save(path: Path, content: Mapping[str, Any]) -> Path:
    # one line per entry of the large tables: a changed fact is one changed line in a review
    lines = [f" {json.dumps(key)}: {_value(value)}" for key, value in content.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return path


def _value(value: Any) -> str:
    if isinstance(value, dict) and len(value) > 3:
        rows = [f"  {json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + "\n }"
    return json.dumps(value, ensure_ascii=False)


def main(arguments: list[str]) -> int:
    """Build the files from the folder that is named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m modelscope_tui.launch.rules SOURCE_DIR\n")
        return 2
    for path in build(Path(arguments[0]), Path(__file__).parent.parent / "data"):
        sys.stderr.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
