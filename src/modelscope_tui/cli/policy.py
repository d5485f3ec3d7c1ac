"""``modelscope-tui policy check``: holds models against a team's policy file, rule by rule; 9 when one fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modelscope_tui.catalog import policy as policies
from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import asking, lens
from modelscope_tui.cli.output import Column, Output
from modelscope_tui.errors import PolicyDenied, UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.catalog.policy_check import PolicyResult
    from modelscope_tui.explorer import Explorer

EXAMPLES = """\
  modelscope-tui policy check Qwen/Qwen3-8B --policy team.toml
  modelscope-tui policy check --json $(cat models.txt) --policy team.toml | jq '.models[] | select(.allowed | not)'
  modelscope-tui search qwen --policy team.toml; modelscope-tui launch Qwen/Qwen3-8B --tool vllm --policy team.toml"""

_COLUMNS = (
    Column("Model", style="bold"),
    Column("Rule"),
    Column("Verdict"),
    Column("Fact"),
    Column("Source", can_shrink=True, from_width=110),
)


def configure(parser: reading.Parser) -> None:
    """Take what to do, the models and the file."""
    parser.add_argument("action", metavar="check", type=_action, help="hold models against the policy")
    parser.add_argument("models", nargs="+", metavar="MODEL", type=reading.model_id, help="owner/name, one or more")
    reading.add_policy(parser)
    parser.epilog = f"{parser.epilog}\n\n{_file_help()}"


def _action(text: str) -> str:
    if text != "check":
        raise UsageError(f"policy knows no {text!r}.", "It knows: check.")
    return text


def _file_help() -> str:
    text = policies.__doc__ or ""
    return "policy file:\n" + text.partition("::\n\n")[2].rstrip()


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Tell of each model what each rule says."""
    policy = explorer.policy
    if policy is None:
        raise UsageError("There is no policy.", "Give --policy FILE, or set `policy` in the settings file.")
    asking.prepare(explorer, output)
    results = [held(explorer, model_id, output) for model_id in options.models]
    is_allowed = all(result.is_allowed for result in results)
    if output.is_json:
        models = [lens.policy(result) for result in results]
        output.json({"policy": str(policy.path), "unknown": policy.unknown, "allowed": is_allowed, "models": models})
    else:
        rows = [
            (result.model, rule.rule, rule.verdict, rule.fact, rule.source or "")
            for result in results
            for rule in result.rules
        ]
        output.table(_COLUMNS, rows)
        for result in results:
            output.remark(f"{result.model}: {'allowed' if result.is_allowed else 'not allowed'} by {policy.path}")
    return 0 if is_allowed else PolicyDenied.exit_code


def held(explorer: Explorer, model_id: str, output: Output) -> PolicyResult:
    """Learn of a model what can be known now, and hold it against the policy."""
    found = explorer.lens(asking.details(explorer, model_id, output).value).policy
    if found is None:  # pragma: no cover - the caller made sure that there is a policy
        raise UsageError("There is no policy.")
    return found


def enforce(result: PolicyResult | None, path: Path | None) -> None:
    """Let an allowed model pass.

    Raises:
        PolicyDenied: the policy does not allow it; with every rule that does not pass.
    """
    if result is None or result.is_allowed:
        return
    told = "; ".join(f"{rule.rule} {rule.verdict}, {rule.fact}" for rule in result.against)
    hint = f"modelscope-tui policy check {result.model} --policy {path} tells every rule."
    raise PolicyDenied(f"{path} does not allow {result.model}: {told}.", hint)
