"""Uses what is installed as its users do: wheel and sdist, each in an empty environment, run from outside the tree.

    python -m tests.packaged                                            with this Python
    python -m tests.packaged --python python3.12 --python python3.13    with others
    python -m tests.packaged --program '/other/bin/modelscope-tui'      what is installed there already

Every subcommand of a first hour is run, then the explorer in a pseudo-terminal without any network (in a namespace of
its own where the system lets us), and a sync with a Hub on loopback. The first line that is wrong ends it with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import programs
from tests.bench.terminal import ESCAPE, Terminal
from tests.hub_many import Many
from tests.hub_server import HubServer

TREE = Path(__file__).resolve().parent.parent
MODEL = "Qwen/Qwen3-8B"
ROWS = 60

IMPORTS = """
import pkgutil, sys, modelscope_tui.ui.app
early = {"numpy", "zstandard", "huggingface_hub", "diskcache", "psutil", "yaml", "plotille"} & set(sys.modules)
assert not early, f"imported before the first frame: {early}"
names = [one.name for one in pkgutil.walk_packages(modelscope_tui.__path__, "modelscope_tui.")]
for name in names:
    try:
        __import__(name) if not name.endswith("__main__") else None
    except ModuleNotFoundError as missing:
        assert missing.name in {"aiohttp", "textual_serve"}, (name, missing)  # the extra `web`
print(len(names), "modules", sys.version.split()[0], "numpy", __import__("numpy").__version__)
"""
"""Run by the Python of the environment: what the explorer must not import is not there, and every module can be had."""


class Wrong(Exception):
    """What was seen is not what must be seen."""


class Installed:
    """One installed program, and a folder that is its home and its whole world."""

    def __init__(self, program: Sequence[str], folder: Path) -> None:
        self.program = tuple(program)
        self.folder = folder
        self.env = {
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "MODELSCOPE_TUI_CACHE": str(folder / "cache"),
            "MODELSCOPE_TUI_CONFIG": str(folder / "none.toml"),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": "",
        }

    def ran(self, *words: str, argv: Sequence[str] = ()) -> str:
        """Run a command line to a good end; what it wrote to stdout."""
        line = [*(argv or self.program), *words]
        done = subprocess.run(
            line, check=False, capture_output=True, text=True, env=self.env, cwd=self.folder,
            stdin=subprocess.DEVNULL, timeout=300)  # fmt: skip
        if done.returncode != 0:
            raise Wrong(f"{shlex.join(line)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def first_hour(self) -> Iterator[str]:
        """Do what a new user does, one thing after another, and say each."""
        yield self.ran("--version").strip()
        yield self.ran("-W", "error", "-c", IMPORTS, argv=(*self.program[:-1], self.program[-1].replace(
            "modelscope-tui", "python"))).strip()  # fmt: skip
        doctor = json.loads(self.ran("doctor", "--offline", "--json"))
        yield f"doctor: {', '.join(list(doctor)[:8])}"
        found = json.loads(self.ran("search", "qwen3", "--offline", "--json"))
        yield f"search: {expect(found['total'], found['total'] > 100)} models of the bundled catalog"
        for words in (("show", MODEL), ("facets",), ("fit", MODEL, "--machine", "RTX 4090"), ("cache", "info")):
            yield f"{words[0]}: {len(self.ran(*words, '--offline').splitlines())} lines"
        line = self.ran("launch", MODEL, "--tool", "vllm", "--machine", "RTX 4090", "--print", "--offline").strip()
        yield f"launch: {expect(line, f'vllm serve {MODEL}' in line)}"

    def explored(self) -> str:
        """Open the explorer without a network, find a model, look at its command, and leave."""
        alone = ("unshare", "--net") if is_allowed("unshare", "--net", "true") else ()
        terminal = Terminal([*alone, *self.program], env=self.env)
        try:
            terminal.wait_for(programs.is_filled)
            terminal.send("/qwen3 coder")
            terminal.wait_for(lambda screen: "Qwen/Qwen3-Coder" in screen)
            terminal.send("\r")
            terminal.wait_for(lambda screen: "offline" in screen or "cannot be reached" in screen)
            terminal.send(ESCAPE * 2)
            terminal.settle(0.5)
            terminal.send("q")
            code = terminal.wait_for_end()
        finally:
            terminal.close()
        return f"explorer {'in a namespace without network' if alone else 'with no Hub'}: {expect(code, code == 0)}"

    def synced(self) -> str:
        """Sync with a Hub on loopback, and find a row of it without that Hub."""
        with HubServer() as hub:
            hub.many = Many(ROWS)
            hub.page_size = 20
            said = json.loads(self.ran("sync", "--limit", str(ROWS), "--json", "--endpoint", hub.url))
            name = hub.many.id_of(7)
        found = json.loads(self.ran("search", name, "--offline", "--json"))
        return f"sync: {expect(said['rows'], said['rows'] == ROWS and found['total'] == 1)} rows"


def expect(value: object, is_right: bool) -> object:
    """Give the value where it is right."""
    if not is_right:
        raise Wrong(f"not as it must be: {value!r}")
    return value


def is_allowed(*argv: str) -> bool:
    """Tell whether the system lets us do this."""
    return shutil.which(argv[0]) is not None and subprocess.run(argv, check=False, capture_output=True).returncode == 0


def use(program: Sequence[str], what: str) -> None:
    """Use one installed program, and say what was seen."""
    print(f"== {what}", flush=True)
    with tempfile.TemporaryDirectory(prefix="packaged-") as folder:
        installed = Installed(program, Path(folder).resolve())
        for said in installed.first_hour():
            print(f"   {said}", flush=True)
        print(f"   {installed.explored()}", flush=True)
        print(f"   {installed.synced()}", flush=True)


def built(folder: Path) -> tuple[Path, Path]:
    """Build the sdist, and the wheel from the sdist; both are held against the tree."""
    maker = environment(sys.executable, folder / "maker")
    subprocess.run([maker, "-m", "pip", "install", "-q", "build"], check=True)
    subprocess.run([maker, "-m", "build", "-o", str(folder / "dist"), str(TREE)], check=True, capture_output=True)
    (wheel,), (sdist,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    package = TREE / "src" / "modelscope_tui"
    ours = {str(path.relative_to(package.parent)) for path in package.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}  # fmt: skip
    theirs = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expect(sorted(ours ^ theirs), ours == theirs)
    print(f"{wheel.name}: {len(theirs)} files, {wheel.stat().st_size:,} bytes; {sdist.name}:"
          f" {sdist.stat().st_size:,} bytes")  # fmt: skip
    return wheel, sdist


def environment(python: str, place: Path) -> Path:
    """Make an empty environment; its Python."""
    subprocess.run([python, "-m", "venv", str(place)], check=True)
    return place / "bin" / "python"


def main() -> int:
    """Build, install and use."""
    parser = argparse.ArgumentParser(prog="python -m tests.packaged", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--python", action="append", help="an interpreter to install it for; may be given several times"
    )
    parser.add_argument("--program", help="use this program, installed already; no building and no installing")
    options = parser.parse_args()
    try:
        if options.program:
            use(shlex.split(options.program), options.program)
            return 0
        with tempfile.TemporaryDirectory(prefix="packages-") as folder:
            for package in built(Path(folder)):
                for number, python in enumerate(options.python or [sys.executable]):
                    place = Path(folder) / f"{package.suffix[1:]}{number}"
                    subprocess.run([environment(python, place), "-m", "pip", "install", "-q", str(package)], check=True)
                    use([str(place / "bin" / "modelscope-tui")], f"{package.name}, {python}")
    except (Wrong, TimeoutError, subprocess.CalledProcessError) as problem:
        print(f"WRONG: {problem}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
