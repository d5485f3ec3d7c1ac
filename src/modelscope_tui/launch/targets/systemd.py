"""systemd: a unit of the user's own manager that starts the server with the session, or a drop-in for Ollama's."""

from __future__ import annotations

import re

from modelscope_tui.launch.answer import Note
from modelscope_tui.launch.command import Environment, File, Step
from modelscope_tui.launch.container import HOME
from modelscope_tui.launch.targets.written import Written

_PLAIN = re.compile(r"[\w./:=,+@-]+", re.ASCII)
_UNITS = f"{HOME}/.config/systemd/user"
_TOKEN_FILE = "%h/.config/huggingface.env"  # noqa: S105 - where the token is kept, not the token
_PATH = "%h/.local/bin:/usr/local/bin:/usr/bin:/bin"


def write(steps: tuple[Step, ...], main: int, name: str, model_id: str) -> Written:
    """Write a unit for the main step; what stands before it is done once, by hand.

    Args:
        steps: the command for a shell.
        main: which of them is the server.
        name: the unit's name without `.service`.
        model_id: what it serves, for the description.
    """
    served = steps[main:]
    files = []
    for rank, step in enumerate(served):
        suffix = f"-node{rank}" if len(served) > 1 else ""
        files.append(File(f"{name}{suffix}.service", _unit(step, model_id)))
    unit = files[0].path
    todo = [
        *steps[:main],
        Step("Put the unit in its place", ("install", "-D", "-m", "644", unit, f"{_UNITS}/{unit}")),
        Step("Let systemd read it", ("systemctl", "--user", "daemon-reload")),
        Step("Start it, now and with every session", ("systemctl", "--user", "enable", "--now", unit)),
        Step("Follow what it says", ("journalctl", "--user", "-u", unit, "-f")),
    ]
    notes = [
        Note("info", f"The unit looks for `{served[0].argv[0]}` in {_PATH}; where it lives in a virtual environment,"
             " write its full path into ExecStart."),
        Note("info", "So that it runs without a session: loginctl enable-linger"),
    ]  # fmt: skip
    if any(value is None for _, value in served[0].env):
        text = f"The token stands in {_TOKEN_FILE.replace('%h', '~')} as HF_TOKEN=…, readable by you alone (chmod 600)."
        notes.append(Note("warning", text))
    if len(files) > 1:
        notes.append(Note("info", "One unit a node: each is put in its place on its own machine."))
    return Written(tuple(todo), tuple(files), main=len(steps[:main]) + 2, notes=tuple(notes))


def write_for_ollama(env: Environment, after: tuple[tuple[str, ...], ...]) -> Written:
    """Write what the service that Ollama's installer made needs: its settings, and the model."""
    place = "/etc/systemd/system/ollama.service.d"
    fetch = tuple(Step("Fetch the model", argv) for argv in after)
    if not env:
        return Written((Step("Start the service", ("sudo", "systemctl", "enable", "--now", "ollama")), *fetch), main=1)
    lines = "".join(f"Environment={_word(f'{key}={value}')}\n" for key, value in env)
    file = File("modelscope-tui.conf", f"[Service]\n{lines}")
    steps = (
        Step(
            "Put the settings in their place", ("sudo", "install", "-D", "-m", "644", file.path, f"{place}/{file.path}")
        ),
        Step("Let systemd read them", ("sudo", "systemctl", "daemon-reload")),
        Step("Start the service anew", ("sudo", "systemctl", "restart", "ollama")),
        *fetch,
    )
    return Written(steps, (file,), main=3)


def _unit(step: Step, model_id: str) -> str:
    settings = [f"Environment={_word(f'PATH={_PATH}', is_given=True)}"]
    settings += [f"Environment={_word(f'{key}={value}')}" for key, value in step.env if value is not None]
    if any(value is None for _, value in step.env):
        settings.append(f"EnvironmentFile={_TOKEN_FILE}")
    started = " ".join(_word(word.replace(HOME, "%h"), is_given=word.startswith(HOME)) for word in step.argv)
    return "\n".join(
        (
            "[Unit]",
            f"Description={model_id.replace('%', '%%')}",
            "Wants=network-online.target",
            "After=network-online.target",
            "",
            "[Service]",
            *settings,
            f"ExecStart=/usr/bin/env {started}",
            "Restart=on-failure",
            "RestartSec=10",
            "",
            "[Install]",
            "WantedBy=default.target",
            "",
        )
    )


def _word(text: str, *, is_given: bool = False) -> str:
    """Write a word as systemd.syntax(7) reads it: quotes, backslashes, `%` and `$` mean themselves."""
    escaped = text if is_given else text.replace("%", "%%").replace("$", "$$")
    if _PLAIN.fullmatch(escaped):
        return escaped
    return '"' + escaped.replace("\\", "\\\\").replace('"', '\\"') + '"'
