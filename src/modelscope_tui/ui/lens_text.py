"""Writes the lens of a model for the License tab: the answer first, then what stands behind it, each with its source.

UPPER FLOOR. Pure: from records to content of a width. All text of the Hub is cleaned here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from modelscope_tui.catalog import europe
from modelscope_tui.catalog.lens import UNNAMED
from modelscope_tui.catalog.license import group_label
from modelscope_tui.catalog.openness import CLASSES
from modelscope_tui.catalog.permission import ANSWER_LABELS
from modelscope_tui.popularity import curves_of
from modelscope_tui.ui.present import answer_sign, clean, is_ascii_only, wrapped

if TYPE_CHECKING:
    from modelscope_tui.catalog.lens import Lens
    from modelscope_tui.catalog.model import ModelDetails
    from modelscope_tui.catalog.terms import Terms
    from modelscope_tui.hub.points import Point
    from modelscope_tui.launch.answer import LaunchAnswer

LABEL = 12
"""Cells of the column of names."""

USE_STYLES = {"yes": "$text-success", "conditions": "$text-warning", "no": "$text-error", "unclear": "$foreground 70%"}
"""The colour beside each answer's sign."""

_LEVELS = {"danger": "no", "warning": "conditions", "unknown": "unclear", "ok": "yes"}
_HARMONIES = {"conflict": "no", "missing": "no", "looser": "conditions", "unclear": "unclear", "unseen": "unclear",
              "same": "yes", "fine": "yes"}  # fmt: skip
_STATES = {"open": "yes", "published": "conditions", "not established": "unclear"}
_VERDICTS = {"pass": "yes", "fail": "no", "unknown": "unclear"}
_RIGHTS = {"commercial": "commercial", "internal": "in a company", "modify": "change", "distribute": "pass on",
           "outputs": "outputs"}  # fmt: skip
_VALUES = {"yes": "yes", "no": "no", "conditional": "with conditions", "unsaid": "the text does not speak of it",
           "unknown": "unknown: not read here"}  # fmt: skip
NOT_ADVICE = "A summary by hand with its sections, not legal advice."
"""What the tab ends with."""

Line = tuple[str, str, str, str]
"""A name, its text, where it stands, and the answer whose sign and colour it has; the last may be empty."""


def sheet_of(
    lens: Lens,
    details: ModelDetails | None,
    launched: LaunchAnswer | None,
    width: int,
    points: Sequence[Point] = (),
) -> Content:
    """Write everything.

    Args:
        lens: what is known.
        details: the model, for its reported results.
        launched: the answer of the chosen tool, for the command that measures it again.
        width: cells in a line.
        points: downloads and likes of the days on which somebody looked.
    """
    parts = [_verdict(lens, width)]
    sections = (
        ("policy", _policy(lens)), ("license", _license(lens)), ("family", _family(lens)), ("safety", _safety(lens)),
        ("downloads and likes over time", _over_time(points, width)),
        ("open by the Model Openness Framework", _openness(lens)), ("EU AI Act", _europe(lens)),
        ("reported results", _signals(details, launched)),
    )  # fmt: skip
    for title, lines in sections:
        written = [_line(line, width) for line in lines]
        if written:
            parts.append(Content("\n").join([Content.styled(title, "bold $foreground 70%"), *written]))
    parts.append(Content.styled("\n".join(wrapped(NOT_ADVICE, width)), "$foreground 50%"))
    return Content("\n\n").join(parts)


def _verdict(lens: Lens, width: int) -> Content:
    answer = lens.permission.answer
    head = f"{answer_sign(answer)} {ANSWER_LABELS[answer]}: {lens.purpose.describe()}"
    lines = [Content.styled("\n".join(wrapped(head, width)), f"bold {USE_STYLES[answer]}")]
    lines += [
        _line(("", reason.text, f"{clean(reason.license, 60)} {reason.clause or ''}".strip(), reason.answer), width)
        for reason in lens.permission.reasons
    ]
    lines.append(Content.styled("not legal advice · u: where and what for", "$foreground 50%"))
    return Content("\n").join(lines)


def _line(line: Line, width: int) -> Content:
    """Write a line with a hanging indent: name, sign, text, and its source dimmed after it."""
    name, text, source, answer = line
    sign = f"{answer_sign(answer)} " if answer else ""
    indent = LABEL if name else 0
    room = max(12, width - indent - len(sign))
    gap = "\n" + " " * (indent + len(sign))
    whole = wrapped(clean(f"{text} [{source}]" if source else text, 700), room)
    body = gap.join(whole)
    head = (name.ljust(LABEL), "$foreground 50%") if name else ("", "")
    tail = f"[{clean(source, 200)}]" if source else ""
    if tail and body.endswith(tail):
        told: list[tuple[str, str]] = [(body[: -len(tail)], ""), (tail, "$foreground 55%")]
    else:
        told = [(body, "")]
    return Content.assemble(head, (sign, USE_STYLES.get(answer, "")), *told)


def _license(lens: Lens) -> Iterator[Line]:
    if not lens.terms:
        yield "", "The card states no license.", "", ""
    for terms in lens.terms:
        yield from _terms(terms)
    said = lens.stated
    if said.name or said.link:
        yield "card says", " · ".join(filter(None, (said.license, said.name, said.link))), "", ""
    if said.address and said.address != said.link:
        yield "text at", said.address, "", ""


def _terms(terms: Terms) -> Iterator[Line]:
    version = (
        f", {terms.version}" if terms.version and terms.version.casefold() not in terms.facts.name.casefold() else ""
    )
    yield "", f"{terms.facts.name}{version} · {group_label(terms.facts.group)}", "", ""
    answers = {"yes": "yes", "no": "no", "conditional": "conditions"}
    for name, right in terms.rights.items():
        yield _RIGHTS[name], _VALUES[right.value], right.clause or "", answers.get(right.value, "unclear")
    for place, ask in enumerate(terms.asks):
        yield " " if place else "asks", ask.text, ask.clause or "", ""
    barred = [(one.text, one.clause) for one in terms.limits]
    barred += [(one.text, one.clause) for one in terms.thresholds]
    barred += [(one.text, one.clause) for one in terms.exclusions]
    for place, (text, clause) in enumerate(barred):
        yield " " if place else "limits", text, clause or "", ""
    if terms.export:
        yield "export", terms.export.text, terms.export.clause or "", ""
    elif terms.read_as == "text":
        yield "export", "the text names no rule of its own", "", ""
    if terms.note:
        yield "note", terms.note, "", ""
    read = {"text": "its text", "guide": "the publisher's guide", "summary": "a summary only"}[terms.read_as]
    where = f"{read}{f' on {terms.as_of}' if terms.as_of else ''} {terms.text_url or ''}".strip()
    yield "read from", f"{where}, by way of {terms.read_from}" if terms.read_from else where, "", ""


def addresses_of(lens: Lens) -> dict[str, str]:
    """Name every address of a license's text that a browser can open, with the words that stand for it."""
    found = {terms.text_url: terms.facts.name for terms in lens.terms if terms.text_url}
    if lens.stated.address:
        found.setdefault(lens.stated.address, lens.stated.name or "the license that the card links to")
    return found


def _family(lens: Lens) -> Iterator[Line]:
    if lens.lacks_original:
        yield "", UNNAMED, "", "unclear"
    for one in lens.ancestors:
        stated = f"{one.relation or 'made'} from {one.id} ({one.license or 'license unknown'}): {one.harmony}. "
        yield "", stated + one.why, one.clause or "", _HARMONIES[one.harmony]


def _safety(lens: Lens) -> Iterator[Line]:
    for finding in lens.findings:
        yield finding.kind, finding.text, finding.source, _LEVELS[finding.level]


def _openness(lens: Lens) -> Iterator[Line]:
    reached = lens.openness.reached
    yield "", CLASSES[reached] if reached else "No class is established.", "", "yes" if reached else "unclear"
    for part in lens.openness.components:
        words = part.evidence or "not established"
        yield "", f"{part.name} ({'I' * part.needed_for}): {words}", "", _STATES[part.state]


def _europe(lens: Lens) -> Iterator[Line]:
    if lens.purpose.region not in {None, "eu"}:
        return
    if lens.compute:
        yield "compute", lens.compute.quote, "card", ""
    for duty in lens.duties:
        yield "", duty.text, duty.article, ""
    yield "", f"as read on {europe.source()[1]}", "", ""


def _over_time(points: Sequence[Point], width: int) -> Iterator[Line]:
    for curve in curves_of(points):
        drawn = curve.drawn(max(8, width - LABEL), is_ascii=is_ascii_only())
        if drawn:
            yield curve.name, drawn, "", ""
        yield "" if drawn else curve.name, curve.words, "Hub", ""


def _signals(details: ModelDetails | None, launched: LaunchAnswer | None) -> Iterator[Line]:
    for one in (details.evals if details is not None else ())[:12]:
        name = " ".join(str(one.get(key)) for key in ("dataset", "metric") if one.get(key))
        yield "", f"{name}: {one.get('value')}", f"says {one.get('source') or 'the repository'}", ""
    if details is None or launched is None:
        return
    from modelscope_tui.launch.evaluation import evaluation_of

    again = evaluation_of(details, launched)
    if again is not None:
        yield "measure", again.text, "", ""
        yield "", again.note, "", ""


def _policy(lens: Lens) -> Iterator[Line]:
    if lens.policy is None:
        return
    told = "The policy allows it." if lens.policy.is_allowed else "The policy does not allow it."
    yield "", told, "", "yes" if lens.policy.is_allowed else "no"
    for rule in lens.policy.rules:
        yield "", f"{rule.rule}: {rule.fact}", rule.source or "", _VERDICTS[rule.verdict]
