"""Every key of the explorer, with its words: panes bind from here, footer and help read from here.

UPPER FLOOR. An id makes a key remappable; the tooltip is the sentence that the help overlay shows.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding


def _key(  # noqa: PLR0917 - a table of keys reads best in columns
    identity: str, key: str, action: str, label: str, help_text: str, shown: str = "", *, show: bool = True
) -> Binding:
    return Binding(key, action, label, id=identity, tooltip=help_text, key_display=shown or None, show=show)


SCREEN: tuple[Binding, ...] = (
    _key("filter", "slash", "go_filter", "filter", "Type in the filter line", "/"),
    _key("organizations", "1", "go('org')", "organizations", "Jump to Organizations", show=False),
    _key("categories", "2", "go('category')", "categories", "Jump to Categories", show=False),
    _key("licenses", "3", "go('license')", "licenses", "Jump to Licenses", show=False),
    _key("tools", "4", "go('tool')", "tools", "Jump to Tools", show=False),
    _key("models", "5", "go('models')", "models", "Jump to the models", show=False),
    _key("detail", "6", "go('detail')", "detail", "Jump to the detail of the selected model", show=False),
    _key("left", "h,left", "step(-1)", "pane left", "Go to the pane on the left", "h", show=False),
    _key("right", "l,right", "step(1)", "pane right", "Go to the pane on the right", "l", show=False),
    _key("next", "tab", "step(1)", "next pane", "Go to the next pane", "tab", show=False),
    _key("previous", "shift+tab", "step(-1)", "previous pane", "Go to the previous pane", "shift+tab", show=False),
    _key("copy", "y", "copy_command", "copy", "Copy the launch command of the selected model"),
    _key("copy-id", "Y", "copy_id", "copy id", "Copy the id of the selected model", show=False),
    _key("browse", "o", "browse", "browser", "Open the model's page in the browser", show=False),
    _key(
        "star",
        "asterisk",
        "star",
        "star",
        "Star the model, or the marked ones; once more lets go of them",
        "*",
        show=False,
    ),
    _key("note", "n", "note", "note", "Write a note and tags for the model", show=False),
    _key("views", "V", "views", "views", "Saved views, stars, and the models looked at last", show=False),
    _key(
        "compare",
        "c",
        "compare",
        "compare",
        "Compare the marked models; without marks, this one's quantizations",
        show=False,
    ),
    _key("export", "e", "export", "export", "Export what was found, the marked models, or this one", show=False),
    _key("fits", "f", "toggle_fits", "fits", "Show only what fits this machine, or all again"),
    _key("use", "u", "choose_use", "use", "Choose where and what for: marks, allowed: and License follow", show=False),
    _key("machine", "M", "machine", "machine", "Judge for another machine: this one, a named one, or any", show=False),
    _key("sort", "s", "next_sort", "sort", "Sort by the next column"),
    _key("reverse", "S", "reverse_sort", "reverse", "Turn the order round", show=False),
    _key("refresh", "R", "refresh_from_hub", "refresh", "Ask the Hub again, for the list and the model", show=False),
    _key(
        "offline",
        "O",
        "offline",
        "offline",
        "Go offline: nothing is asked of the Hub; once more, go online",
        show=False,
    ),
    _key("picture", "v", "picture", "picture", "Draw the result as dots: parameters against downloads", show=False),
    _key("sync", "U", "sync", "sync", "Bring the Hub's list here in the background, or stop that", show=False),
    _key("theme", "t", "app.choose_theme", "theme", "Choose a theme; it is shown while you look, and kept", show=False),
    _key("help", "question_mark,f1", "help", "help", "Show every key", "?"),
    _key("palette", "colon", "app.command_palette", "palette", "Search every command (ctrl+p too)", ":", show=False),
    _key("back", "escape", "back", "back", "One step back; never quits", "esc", show=False),
    _key("quit", "q", "app.quit", "quit", "Leave (not while typing in a field)"),
)
"""Keys that work wherever no field is being typed in."""

LIST: tuple[Binding, ...] = (
    _key("down", "j,down", "move(1)", "down", "One line down", "j", show=False),
    _key("up", "k,up", "move(-1)", "up", "One line up", "k", show=False),
    _key("top", "g,home", "jump_top", "top", "To the first line", "g", show=False),
    _key("bottom", "G,end", "jump_bottom", "bottom", "To the last line", "G", show=False),
    _key("page-down", "ctrl+d,pagedown", "page(1)", "page down", "A page down", "^d", show=False),
    _key("page-up", "ctrl+u,pageup", "page(-1)", "page up", "A page up", "^u", show=False),
)
"""Keys of every list: the four facets and the models."""

FACET: tuple[Binding, ...] = (
    _key("choose", "space", "choose", "choose", "Choose the value, or let go of it; several may be chosen", "space"),
    _key(
        "open-value",
        "enter",
        "open_value",
        "who",
        "Say who an organization is; in other panes, choose the value",
        "enter",
    ),
    _key("exclude", "minus", "exclude", "exclude", "Exclude the value, or allow it again", "-"),
    _key("clear", "x", "clear", "clear", "Clear this pane's choices"),
    _key(
        "find",
        "ctrl+f",
        "find",
        "find in list",
        "Type letters to shorten this list; enter keeps it, esc shows all",
        "^f",
    ),
)
"""Keys of the facet panes."""

TABLE: tuple[Binding, ...] = (
    _key("open", "enter", "open", "open", "Open the model's detail", "enter"),
    _key("mark", "m", "mark", "mark", "Mark the model, or unmark it; esc unmarks all", show=False),
)
"""Keys of the model table."""

DETAIL: tuple[Binding, ...] = (
    _key(
        "tab-left",
        "h,left",
        "turn(-1)",
        "tab left",
        "The tab on the left; from the first one, back to the models",
        "h",
        show=False,
    ),
    _key("tab-right", "l,right", "turn(1)", "tab right", "The tab on the right", "l", show=False),
    _key("scroll-down", "j,down", "scroll(1)", "down", "Scroll down", "j", show=False),
    _key("scroll-up", "k,up", "scroll(-1)", "up", "Scroll up", "k", show=False),
    _key("scroll-page-down", "ctrl+d,pagedown", "scroll(10)", "page down", "Scroll a page down", "^d", show=False),
    _key("scroll-page-up", "ctrl+u,pageup", "scroll(-10)", "page up", "Scroll a page up", "^u", show=False),
    _key("scroll-top", "g,home", "scroll(-100000)", "top", "To the top", "g", show=False),
    _key("scroll-bottom", "G,end", "scroll(100000)", "bottom", "To the end", "G", show=False),
)
"""Keys of the detail pane."""


def _tab_list(tab: str, what: str) -> tuple[Binding, ...]:
    """Make the keys that move the cursor of a tab that is a list."""
    moves = (
        ("down", "j,down", "1", f"One {what} down"), ("up", "k,up", "-1", f"One {what} up"),
        ("page-down", "ctrl+d,pagedown", "10", f"Ten {what}s down"),
        ("page-up", "ctrl+u,pageup", "-10", f"Ten {what}s up"),
        ("top", "g,home", "-1000000", f"To the first {what}"), ("bottom", "G,end", "1000000", f"To the last {what}"),
    )  # fmt: skip
    return tuple(
        _key(f"{tab}-{name}", keys, f"tab('{tab}', 'move', {lines})", name.replace("-", " "), words, show=False)
        for name, keys, lines, words in moves
    )


LAUNCH: tuple[Binding, ...] = (
    _key("run", "r", "tab('launch', 'ask', 'run')", "run", "Run the command here, after showing exactly what runs"),
    _key("next-tool", "n", "tab('launch', 'tool', 1)", "next tool", "The command of the next tool"),
    _key(
        "previous-tool", "p", "tab('launch', 'tool', -1)", "previous tool", "The command of the tool before", show=False
    ),
    _key(
        "edit",
        "e",
        "tab('launch', 'ask', 'edit')",
        "edit",
        "Change quantization, context, port and more; the command follows at once",
    ),
    _key(
        "target",
        "t",
        "tab('launch', 'ask', 'target')",
        "target",
        "The next target: shell, Docker, Compose, Kubernetes, systemd",
    ),
    _key(
        "shell", "s", "tab('launch', 'shell')", "shell", "Write the command for the next shell: bash, PowerShell, cmd"
    ),
    _key("save", "w", "tab('launch', 'ask', 'save')", "save", "Save the files of the command in a folder"),
)
"""Keys of the detail pane while its Launch tab is shown."""

FIT: tuple[Binding, ...] = (
    _key("next-quant", "n", "tab('fit', 'quant', 1)", "form", "Look at the next way to store the weights"),
    _key("previous-quant", "p", "tab('fit', 'quant', -1)", "form before", "Look at the way before", show=False),
    _key("more-context", "plus,equals_sign", "tab('fit', 'context', 1)", "context", "Look at twice the context", "+-"),
    _key("less-context", "minus", "tab('fit', 'context', -1)", "less", "Look at half the context", "-", show=False),
    _key("cache-type", "c", "tab('fit', 'cache', 1)", "cache", "Look at the next type of the KV cache"),
    _key("fit-edit", "e", "tab('fit', 'edit')", "edit", "Type quantization, context, cache type; all follows at once"),
)
"""Keys of the detail pane while its Fit tab is shown."""

FILES: tuple[Binding, ...] = (
    *_tab_list("files", "file"),
    _key(
        "files-mark", "space,m", "tab('files', 'mark')", "mark", "Mark the file or set of files, or unmark it", "space"
    ),
    _key("files-unfold", "enter", "tab('files', 'unfold')", "unfold", "Show the parts of a set of files, or fold them"),
    _key(
        "files-copy",
        "y",
        "tab('files', 'copy')",
        "copy download",
        "Copy `hf download` for the marked files, or for the one under the cursor",
    ),
    _key("files-unmark", "x", "tab('files', 'unmark')", "unmark all", "Unmark every file", show=False),
)
"""Keys of the detail pane while its Files tab is shown."""

CARD: tuple[Binding, ...] = (
    _key("card-links", "enter", "tab('card', 'links')", "links", "List the links of the card, to open or copy one"),
    _key("card-find", "slash,ctrl+f", "tab('card', 'find')", "find", "Look for words in the card", "/"),
)
"""Keys of the detail pane while its Card tab is shown."""

CARD_FOUND: tuple[Binding, ...] = (
    _key("card-next", "n", "tab('card', 'step', 1)", "next", "The next place that has the words"),
    _key("card-previous", "N", "tab('card', 'step', -1)", "before", "The place before"),
    _key("card-end", "escape", "tab('card', 'end')", "end", "Look for nothing any more", "esc"),
)
"""Keys of the Card tab while words are looked for."""

CARD_FIELD: tuple[Binding, ...] = (
    _key("find-keep", "enter", "find('keep')", "read on", "Read on; n and N go to the other places", "enter"),
    _key("find-next", "down", "find('next')", "next", "The next place that has the words", "↓"),
    _key("find-previous", "up", "find('before')", "before", "The place before", "↑"),
    _key("find-end", "escape", "find('end')", "end", "Look for nothing any more", "esc"),
)
"""Keys of the line in which words of a card are looked for."""

LICENSE: tuple[Binding, ...] = (
    _key("license-links", "enter", "tab('license', 'links')", "texts", "List where the license's texts stand, to open"),
)
"""Keys of the detail pane while its License tab is shown."""

FAMILY: tuple[Binding, ...] = (
    *_tab_list("family", "relative"),
    _key(
        "family-open",
        "enter",
        "tab('family', 'open')",
        "go there",
        "Show the relative under the cursor; from a branch, list all of it",
        "enter",
    ),
    _key("family-back", "backspace", "tab('family', 'back')", "back", "Back to the model that led here"),
)
"""Keys of the detail pane while its Family tab is shown."""

VIEWS: tuple[Binding, ...] = (
    _key("views-down", "down", "move(1)", "down", "The next line", show=False),
    _key("views-up", "up", "move(-1)", "up", "The line before", show=False),
    _key("views-drop", "ctrl+r", "drop", "forget", "Forget (remove) the saved view under the cursor", "^r", show=False),
    _key("views-close", "escape", "close", "close", "Close the list", "esc", show=False),
)
"""Keys of the views and the shortlist; enter in the field opens or saves."""

COMPARE: tuple[Binding, ...] = (
    _key("compare-down", "j,down", "move(1)", "down", "The next fact", show=False),
    _key("compare-up", "k,up", "move(-1)", "up", "The fact before", show=False),
    _key("compare-left", "h,left", "turn(-1)", "left", "The columns on the left", show=False),
    _key("compare-right", "l,right", "turn(1)", "right", "The columns on the right", show=False),
    _key("compare-copy", "y", "copy", "copy", "Copy the comparison as a Markdown table"),
    _key("compare-export", "e,w", "export", "export", "Write the comparison to a file", "e"),
    _key("compare-close", "escape,q", "close", "close", "Close the comparison", "esc", show=False),
)
"""Keys of a comparison."""

EXPORT: tuple[Binding, ...] = (
    _key("export-next", "down,tab", "turn(1)", "next", "The next format", show=False),
    _key("export-before", "up,shift+tab", "turn(-1)", "before", "The format before", show=False),
    _key("export-copy", "ctrl+y", "copy", "copy", "Copy it instead of writing a file", "^y", show=False),
    _key("export-close", "escape", "close", "close", "Write nothing", "esc", show=False),
)
"""Keys of the form of an export."""

ORGANIZATION: tuple[Binding, ...] = (
    _key("organization-narrow", "enter,space", "narrow", "only theirs", "Show only the models of the organization"),
    _key("organization-browse", "o", "browse", "browser", "Open the page of the organization in the browser"),
    _key("organization-close", "escape,q", "close", "close", "Close it", "esc", show=False),
)
"""Keys of the popup of an organization."""

LINKS: tuple[Binding, ...] = (
    _key("links-down", "j,down", "move(1)", "down", "The next link", show=False),
    _key("links-up", "k,up", "move(-1)", "up", "The link before", show=False),
    _key("links-page-down", "ctrl+d,pagedown", "move(10)", "page down", "Ten links down", "^d", show=False),
    _key("links-page-up", "ctrl+u,pageup", "move(-10)", "page up", "Ten links up", "^u", show=False),
    _key("links-open", "enter,o", "open", "open", "Open the address in the browser"),
    _key("links-copy", "y", "copy", "copy", "Copy the address"),
    _key("links-close", "escape,q", "close", "close", "Close the list", "esc", show=False),
)
"""Keys of the links of a card."""

FIELD: tuple[Binding, ...] = (
    _key("field-down", "down,enter", "leave", "to the models", "Go to the models that were found", "enter"),
    _key("field-back", "escape", "step_back", "clear", "Clear the text; once more to leave the field", "esc"),
)
"""Keys of the filter line."""

HELP_KEYS: tuple[Binding, ...] = (
    _key("help-close", "escape,f1", "close", "close", "Close the help", "esc", show=False),
    _key("help-down", "down", "scroll(1)", "down", "Scroll down", show=False),
    _key("help-up", "up", "scroll(-1)", "up", "Scroll up", show=False),
    _key("help-page-down", "pagedown", "scroll(15)", "page down", "Scroll a page down", show=False),
    _key("help-page-up", "pageup", "scroll(-15)", "page up", "Scroll a page up", show=False),
)
"""Keys of the help overlay."""

FORM_KEYS: tuple[Binding, ...] = (
    _key("form-keep", "escape", "keep", "keep", "Keep the old options", "esc", show=False),
    _key("form-next", "tab,down", "app.focus_next", "next", "The next option", "tab", show=False),
    _key(
        "form-previous", "shift+tab,up", "app.focus_previous", "previous", "The option before", "shift+tab", show=False
    ),
    _key("form-choice", "pagedown", "choose(1)", "choice", "The next choice, where there are any",
         "PgDn", show=False),
    _key("form-choice-before", "pageup", "choose(-1)", "choice", "The choice before, where there are any",
         "PgUp", show=False),
)  # fmt: skip
"""Keys of the options form."""

PICTURE_KEYS: tuple[Binding, ...] = (
    _key("picture-close", "escape,q,v", "close", "close", "Close the picture", "esc", show=False),
    _key("picture-across", "x", "across", "across", "Show parameters, context or downloads across", show=False),
    _key("picture-up", "d", "upwards", "upwards", "Show downloads or likes upwards", show=False),
    _key("picture-next", "enter,n,j,down", "step(1)", "next", "Mark the next model that fits", show=False),
    _key("picture-previous", "p,k,up", "step(-1)", "previous", "Mark the one before", show=False),
    _key("picture-open", "o", "open", "open", "Go to the model that is marked", show=False),
    _key("picture-save", "w", "save", "save", "Save the picture as SVG", show=False),
)
"""Keys of the picture of a result."""

RUN_KEYS: tuple[Binding, ...] = (
    _key("run-yes", "y", "answer(True)", "run", "Run it"),
    _key("run-no", "n,escape,q", "answer(False)", "do not", "Do not run it", "n"),
    _key("run-down", "j,down", "scroll(1)", "down", "Scroll down", show=False),
    _key("run-up", "k,up", "scroll(-1)", "up", "Scroll up", show=False),
)
"""Keys of the question before a command runs."""

SAVE_KEYS: tuple[Binding, ...] = (
    _key("save-keep", "escape", "keep", "do not save", "Go back without saving", "esc", show=False),
)
"""Keys of the question where to save files."""

CHOICE_KEYS: tuple[Binding, ...] = (
    _key("choice-close", "escape,q", "close", "close", "Close it; nothing is changed", "esc", show=False),
    _key("choice-down", "j", "move(1)", "down", "One line down (↓ too)", show=False),
    _key("choice-up", "k", "move(-1)", "up", "One line up (↑ too)", show=False),
)
"""Keys of a list that one value is chosen from."""

MACHINE_KEYS: tuple[Binding, ...] = (
    _key("machine-close", "escape", "close", "close", "Keep the machine of now", "esc", show=False),
    _key("machine-down", "j", "move(1)", "down", "One line down (↓ too)", show=False),
    _key("machine-up", "k", "move(-1)", "up", "One line up (↑ too)", show=False),
    _key("machine-type", "tab", "app.focus_next", "type", "Type a machine, or back to the list", "tab", show=False),
)
"""Keys of the choice of the machine."""

HELP: Mapping[str, tuple[Binding, ...]] = {
    "Everywhere": SCREEN,
    "Filter line": FIELD,
    "Lists": LIST,
    "Organizations, Categories, Licenses, Tools": FACET,
    "Models": TABLE,
    "Detail": DETAIL,
    "Launch": LAUNCH,
    "Fit": FIT,
    "License": LICENSE,
    "Files": FILES,
    "Card": CARD,
    "Words that are looked for in a card": (*CARD_FIELD, *CARD_FOUND),
    "Links of a card": LINKS,
    "Views and shortlist": VIEWS,
    "Comparison": COMPARE,
    "Export": EXPORT,
    "An organization": ORGANIZATION,
    "Family": FAMILY,
    "Help": HELP_KEYS,
    "Options of the command": FORM_KEYS,
    "Run this here?": RUN_KEYS,
    "Save the files": SAVE_KEYS,
    "A list to choose from": CHOICE_KEYS,
    "Picture": PICTURE_KEYS,
    "Machine": MACHINE_KEYS,
}
"""What the help overlay lists, pane by pane."""

NAMES = {"question_mark": "?", "asterisk": "*", "minus": "-", "slash": "/", "colon": ":", "escape": "esc",
         "pagedown": "PgDn", "pageup": "PgUp", "down": "↓", "up": "↑", "left": "←", "right": "→",
         "f1": "F1"}  # fmt: skip
"""How a key is written for a person, where its name is not what stands on it."""


def written(binding: Binding) -> str:
    """Write all keys of a binding for a person."""
    keys = (key.strip() for key in binding.key.split(","))
    return " ".join(NAMES.get(key, key) for key in keys)
