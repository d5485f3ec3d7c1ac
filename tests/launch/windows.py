"""Reads back what is written for PowerShell and cmd: a grammar for one, the rules of Windows for the other.

PowerShell's own text is read with the tree-sitter grammar of PowerShell. For cmd there is no grammar that knows its
carets, so two rules are followed here: what cmd does to a line, and how a Windows program splits what it is given.
"""

from __future__ import annotations

import re

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

POWERSHELL = Parser(Language(tree_sitter_powershell.language()))


def of_windows(text: str) -> list[str]:
    """Split a command line as the C runtime of Windows does: quotes group, backslashes escape quotes only."""
    words: list[str] = []
    place, end = 0, len(text)
    while place < end:
        if text[place] == " ":
            place += 1
            continue
        word, is_quoted = "", False
        while place < end and (is_quoted or text[place] != " "):
            slashes = len(text[place:]) - len(text[place:].lstrip("\\"))
            place += slashes
            if place < end and text[place] == '"':
                word += "\\" * (slashes // 2)
                if slashes % 2:
                    word += '"'
                else:
                    is_quoted = not is_quoted
                place += 1
                continue
            word += "\\" * slashes
            if place < end and (is_quoted or text[place] != " "):
                word += text[place]
                place += 1
        words.append(word)
    return words


def of_cmd(text: str) -> list[str]:
    """Read a line as cmd does: a caret outside quotes frees the next character, and nothing active may be left."""
    given_on, is_quoted, place = "", False, 0
    while place < len(text):
        char = text[place]
        if char == "^" and not is_quoted:
            place += 1
            char = text[place]
        else:
            assert char != "%" or text.startswith("%USERPROFILE%", place) or text[:place].endswith("%USERPROFILE")
            assert is_quoted or char not in "()&|<>!", text
            is_quoted = is_quoted is not (char == '"')
        given_on += char
        place += 1
    assert not is_quoted
    return [word.replace("%USERPROFILE%", "$HOME") for word in of_windows(given_on)]


def commands_of(node: Node) -> list[Node]:
    return [node] if node.type == "command" else [found for child in node.children for found in commands_of(child)]


def of_powershell(text: str) -> list[str]:
    """Read a text with the grammar: the words of its one command, as a program of Windows gets them."""
    tree = POWERSHELL.parse(text.encode())
    assert not tree.root_node.has_error, text
    (command,) = commands_of(tree.root_node)
    said = command.text.decode().removeprefix("& ")
    words = re.findall(r"'(?:[^']|'')*'|\"[^\"]*\"|[^ ]+", said)
    plain = [word_of(word) for word in words]
    if "$PSNativeCommandArgumentPassing = 'Legacy'" not in text:
        return ["" if word == '""' else word for word in plain]
    line_of = " ".join(f'"{word}"' if " " in word or not word else word for word in plain)
    return of_windows(line_of)


def word_of(word: str) -> str:
    if word.startswith("'"):
        return re.sub("(['\u2018\u2019\u201a\u201b])\\1", r"\1", word[1:-1])
    if word.startswith('"'):
        assert word[1:].startswith("${HOME}"), word
        return word[1:-1].replace("${HOME}", "$HOME")
    return word
