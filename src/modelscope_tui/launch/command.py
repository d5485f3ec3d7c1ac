"""SOUTH WING: a command as steps of arguments, and its text for a shell. The one place that quotes.

    a tool ──argv, env──▶ Step ──▶ LaunchCommand ──▶ text for bash and zsh, PowerShell, cmd

An argument is data until it is written here; no other room joins strings into a command. One beginning means more
than itself: `$HOME/…` of plain characters is written so that each shell puts the home directory there. Control
characters are refused, so that nothing of the Hub's can end a line. Values of secrets never enter: a name without
a value is taken from the environment of whoever runs the command.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelscope_tui.errors import UsageError

SHELLS = ("bash", "powershell", "cmd")
"""Whose rules a text can follow; `bash` is right for zsh too."""

Environment = tuple[tuple[str, str | None], ...]
"""Names and values; a value of None is named only and never written into a text."""

_POWERSHELL_PLAIN = re.compile(r"[A-Za-z0-9/_][\w./:=-]*|--?[A-Za-z]\w*(?:[-/][A-Za-z]\w*)*|-", re.ASCII)
_POWERSHELL_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")
_CMD_PLAIN = re.compile(r"[\w./:+@\\-]+", re.ASCII)
_CMD_ACTIVE = re.compile(r'([()%!^"<>&|])')
_AT_HOME = re.compile(r"\$HOME(/[\w./:@+-]*)?", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NEGATIVE = re.compile(r"-\d+(\.\d+)?", re.ASCII)
_TITLE = re.compile(r"[\w .,:/+-]+", re.ASCII)


def option(name: str, value: object) -> tuple[str, ...]:
    """Give an option and its value as arguments; a value with a leading dash, a number aside, stays in one word."""
    text = str(value)
    return (f"{name}={text}",) if text.startswith("-") and not _NEGATIVE.fullmatch(text) else (name, text)


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a command. It is shown and saved on request, never written unasked."""

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class Step:
    """One program to start, with what it needs in its environment."""

    title: str
    argv: tuple[str, ...]
    env: Environment = ()
    is_later: bool = False
    """Done by hand when the rest is well, or elsewhere: whoever runs the command leaves it out."""

    def __post_init__(self) -> None:
        if not self.argv or not self.argv[0]:
            raise UsageError("A command without a program cannot be written.")
        for text in (*self.argv, *(value or "" for _, value in self.env)):
            _refuse_control(text)
        if not all(_NAME.fullmatch(name) for name, _ in self.env) or not _TITLE.fullmatch(self.title):
            raise UsageError(f"The step {self.title!r} cannot be written.")

    def text(self, shell: str) -> str:
        """Write the step for a shell: one line, and one before it for each variable where the shell needs that."""
        given = [(name, value) for name, value in self.env if value is not None]
        if shell == "bash":
            words = map(_bash_word, self.argv)
            return " ".join([*(f"{name}={shlex.quote(value)}" for name, value in given), *words])
        if shell == "powershell":
            return "\n".join([*(f"$env:{name} = {_literal(value)}" for name, value in given), _powershell(self.argv)])
        if shell == "cmd":
            lines = [f'set "{name}={_CMD_ACTIVE.sub(_caret_free, value)}"' for name, value in given]
            return "\n".join([*lines, _cmd(self.argv)])
        raise UsageError(f"`{shell}` is not a shell that commands are written for.", f"Known: {', '.join(SHELLS)}.")


@dataclass(frozen=True, slots=True)
class LaunchCommand:
    """What is run, step by step. The main step is the one that starts or fetches the model."""

    steps: tuple[Step, ...]
    shell: str = "bash"
    target: str = "shell"
    files: tuple[File, ...] = ()
    main: int = 0
    """Which step is the main one."""

    @property
    def argv(self) -> tuple[str, ...]:
        """The arguments of the main step."""
        return self.steps[self.main].argv

    @property
    def env(self) -> dict[str, str | None]:
        """Every variable that a step needs; None where only the name is known here."""
        return {name: value for step in self.steps for name, value in step.env}

    @property
    def text(self) -> str:
        """The whole command for its shell; the titles of several steps are comments."""
        if len(self.steps) == 1:
            return self.steps[0].text(self.shell)
        mark = "rem" if self.shell == "cmd" else "#"
        numbered = enumerate(self.steps, start=1)
        return "\n".join(f"{mark} {place}. {step.title}\n{step.text(self.shell)}" for place, step in numbered)

    def as_json(self) -> dict[str, Any]:
        """Give it as `launch --json` shows it."""
        return {
            "text": self.text,
            "argv": list(self.argv),
            "env": self.env,
            "shell": self.shell,
            "target": self.target,
            "steps": [
                {
                    "title": step.title,
                    "text": step.text(self.shell),
                    "argv": list(step.argv),
                    "env": dict(step.env),
                    "is_later": step.is_later,
                }
                for step in self.steps
            ],
            "files": [{"path": file.path, "content": file.content} for file in self.files],
        }


def line(argv: Sequence[str], shell: str = "bash") -> str:
    """Write one program call for a shell."""
    return Step("line", tuple(argv)).text(shell)


def _refuse_control(text: str) -> None:
    # C0, C1, DEL, bidi and zero-width marks, line separators, lone surrogates, unassigned: none belongs in a command
    if not text.isprintable() or any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text):
        raise UsageError(f"{text!a} holds characters that cannot be part of a command.")


def _quoted_for_windows(text: str) -> str:
    """Write an argument so that a Windows program's own parser reads it back: backslashes and quotes escaped."""
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', text)
    return re.sub(r"(\\+)$", r"\1\1", escaped)


def _bash_word(word: str) -> str:
    # the one variable that is expanded: `~` is not, inside a word, and an absolute path would be this machine's own
    return f'"{word}"' if _AT_HOME.fullmatch(word) else shlex.quote(word)


def _literal(text: str) -> str:
    """Write a PowerShell string that nothing expands in; typographic quotes close one too."""
    return "'" + _POWERSHELL_QUOTES.sub(r"\1\1", text) + "'"


def _powershell(argv: Sequence[str]) -> str:
    words = [_powershell_word(word) for word in argv]
    first = words[0] if words[0] == argv[0] else f"& {words[0]}"
    text = " ".join([first, *words[1:]])
    if any('"' in word for word in argv):
        # PowerShell before 7.3 drops inner quotes; 7.3 does so when told, so one escaping is right for all of them
        return f"$PSNativeCommandArgumentPassing = 'Legacy'\n{text}"
    return text


def _powershell_word(word: str) -> str:
    if _AT_HOME.fullmatch(word):
        return f'"${{HOME}}{word.removeprefix("$HOME")}"'
    if _POWERSHELL_PLAIN.fullmatch(word) and (word.isdigit() or not word[0].isdigit()):
        return word
    if not word:
        return "'\"\"'"
    return _literal(_quoted_for_windows(word) if '"' in word or (" " in word and word.endswith("\\")) else word)


def _cmd(argv: Sequence[str]) -> str:
    words = [word if _CMD_PLAIN.fullmatch(word) else f'"{_quoted_for_windows(word)}"' for word in argv]
    if any(_is_tricky(word) for word in argv if not _AT_HOME.fullmatch(word)):
        # inside quotes cmd still reads % and counts quotes: with every active character escaped it never enters any
        words = [_CMD_ACTIVE.sub(r"^\1", word) for word in words]
    homes = [f'"%USERPROFILE%{word.removeprefix("$HOME")}"' if _AT_HOME.fullmatch(word) else None for word in argv]
    return " ".join(home or word for home, word in zip(homes, words, strict=True))


def _is_tricky(word: str) -> bool:
    return bool(re.search(r"[()%!^<>&|]", word)) or word.count('"') % 2 == 1


def _caret_free(found: re.Match[str]) -> str:
    raise UsageError(f"A variable with {found[0]!r} in its value cannot be written for cmd.", "Use --shell powershell.")
