"""``modelscope-tui launch``: the command that runs a model with a tool, or the reason why that tool cannot."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from modelscope_tui.cli import arguments as reading
from modelscope_tui.cli import asking
from modelscope_tui.cli.output import Column, Output
from modelscope_tui.errors import LaunchRefused, NotCached

if TYPE_CHECKING:
    from argparse import Namespace

    from modelscope_tui.catalog.model import ModelDetails
    from modelscope_tui.explorer import Explorer
    from modelscope_tui.launch.evaluation import Evaluation
    from modelscope_tui.launch.tool import LaunchAnswer, Options

EXAMPLES = """\
  modelscope-tui launch Qwen/Qwen3-8B                                  every tool, best first
  modelscope-tui launch Qwen/Qwen3-8B --tool ollama --quant Q4_K_M
  modelscope-tui launch Qwen/Qwen3-32B --tool vllm --machine 2x80GB --context 32k --json
  modelscope-tui launch Qwen/Qwen3-8B --tool ollama --run                shows it, asks, runs it
  eval "$(modelscope-tui launch Qwen/Qwen3-8B --tool vllm --print)\""""

TARGETS = ("shell", "docker", "compose", "kubernetes", "systemd")
SHELLS = ("bash", "powershell", "cmd")
EXECUTORS = ("mp", "ray")

_LIST = (Column("Tool", style="bold"), Column("Verdict"), Column("Command or reason"))


def configure(parser: reading.Parser) -> None:
    """Take a model, a tool and what to build into the command."""
    reading.add_model(parser)
    parser.add_argument("--tool", metavar="TOOL", help="ollama, vllm, …; every tool, best first, when left out")
    parser.add_argument("--quant", type=reading.word, metavar="NAME", help="the quantization to run, as in Q4_K_M")
    parser.add_argument(
        "--context", type=reading.tokens, metavar="N", help="context length in tokens; 32k is 32 × 1024"
    )
    parser.add_argument("--gpus", type=reading.positive, metavar="N", help="GPUs per node")
    parser.add_argument("--nodes", type=reading.positive, metavar="N", help="machines to spread over")
    parser.add_argument("--port", type=reading.port, metavar="N", help="port to listen on")
    parser.add_argument("--served-name", type=reading.word, metavar="NAME", help="the name that clients must use")
    parser.add_argument("--dtype", type=reading.word, metavar="TYPE", help="type of the weights, as in bfloat16")
    parser.add_argument("--kv-dtype", type=reading.word, metavar="TYPE", help="type of the KV cache, as in fp8")
    parser.add_argument("--target", choices=TARGETS, default="shell", help="what to write (default: shell)")
    parser.add_argument("--shell", choices=SHELLS, default="bash", help="whose quoting (default: bash)")
    parser.add_argument("--revision", type=reading.word, metavar="COMMIT", help="the commit to pin")
    reading.add_policy(parser)
    parser.add_argument("--executor", choices=EXECUTORS, help="how several nodes work together (vLLM)")
    parser.add_argument("--print", dest="is_bare", action="store_true", help="only the command's text")
    parser.add_argument("--run", dest="is_run", action="store_true", help="show it, ask, and run it here")
    parser.add_argument("--yes", dest="is_asked_for", action="store_true", help="with --run: do not ask")


def run(explorer: Explorer, options: Namespace, output: Output) -> int:
    """Answer for one tool, or for all of them."""
    if options.is_run or options.is_asked_for:
        from modelscope_tui.cli import running  # (nobody else waits for it)

        running.check(options)
    wanted = _options(options)
    asking.prepare(explorer, output)
    answer = asking.details(explorer, options.model, output)
    details = answer.value
    if explorer.policy is not None:
        from modelscope_tui.cli import policy  # (nobody else waits for it)

        policy.enforce(explorer.lens(details).policy, explorer.policy.path)
    if not explorer.hub.is_offline:
        explorer.gather_related(details)
    if options.tool:
        found = explorer.launch(details, options.tool, wanted)
        return _one(found, explorer, options, output, None if options.is_bare else _measured(details, found, wanted))
    answers = explorer.launches(details, wanted, only_best=options.is_bare or options.is_run)
    if options.is_bare or options.is_run:
        return _one(answers[0], explorer, options, output)
    if output.is_json:
        output.json({"model": details.id, "answers": [found.as_json() for found in answers]})
        return 0
    output.table(_LIST, [(found.tool, found.verdict, _gist(found, output)) for found in answers])
    return 0


def _options(options: Namespace) -> Options:
    from modelscope_tui.launch.tool import Options, get

    if options.tool:
        get(options.tool)  # a tool that nobody knows is said before the Hub is asked
    return Options(
        quant=options.quant,
        context=options.context,
        gpus=options.gpus,
        nodes=options.nodes,
        port=options.port,
        served_name=options.served_name,
        dtype=options.dtype,
        kv_dtype=options.kv_dtype,
        target=options.target,
        shell=options.shell,
        revision=options.revision,
        executor=options.executor,
    )


def _measured(details: ModelDetails, answer: LaunchAnswer, options: Options) -> Evaluation | None:
    """Give the command that measures the served model again; None where there is no server, or no text model."""
    from modelscope_tui.launch.evaluation import evaluation_of

    return evaluation_of(details, answer, options.shell)


def _one(
    answer: LaunchAnswer, explorer: Explorer, options: Namespace, output: Output, again: Evaluation | None = None
) -> int:
    code = LaunchRefused.exit_code if answer.verdict == "refused" else 0
    if output.is_json:
        output.json({**answer.as_json(), "evaluation": None if again is None else asdict(again)})
        return code
    if answer.command is None:
        return _without_command(answer, explorer, options, output)
    if options.is_run:
        _explain(answer, output)
        from modelscope_tui.cli import running

        return running.carry_out(answer.command, options, output)
    output.block(answer.command.text)
    if options.is_bare:
        return code
    for file in answer.command.files:
        output.remark(f"{file.path} holds:")
        output.block(file.content)
    _explain(answer, output)
    if again is not None:
        output.remark(f"measure it again with: {again.text} ({again.note})")
    return code


def _without_command(answer: LaunchAnswer, explorer: Explorer, options: Namespace, output: Output) -> int:
    output.note(f"{answer.tool} and {answer.model}: {answer.verdict}. {answer.reason or ''}".strip())
    for other in answer.alternatives:
        output.note(f"instead: {other.text or f'{other.tool} {other.model}'} ({other.why})")
    if answer.verdict == "refused":
        return LaunchRefused.exit_code
    if not options.is_bare:
        return 0
    return NotCached.exit_code if explorer.settings.offline else LaunchRefused.exit_code


def _explain(answer: LaunchAnswer, output: Output) -> None:
    """Say on stderr what a person should know beside the command, so that stdout can be pasted as it stands."""
    if answer.verdict != "ready" or answer.reason:
        output.remark(f"{answer.verdict}: {answer.reason or 'no reason is known'}")
    for flag in answer.flags:
        output.remark(f"{flag.flag}{f' {flag.value}' if flag.value else ''}: {flag.why}")
    for note in answer.notes:
        output.remark(f"{note.level}: {note.text}")
    if answer.smoke_test:
        output.remark(f"try it with: {answer.smoke_test}")
    for other in answer.alternatives:
        output.remark(f"or: {other.text or f'{other.tool} {other.model}'} ({other.why})")


def _gist(answer: LaunchAnswer, output: Output) -> str:
    """Give an answer in one cell: the commands, one a line on a terminal, or the reason."""
    if answer.command is None or answer.verdict == "refused":
        return answer.reason or ""
    texts = (step.text(answer.command.shell) for step in answer.command.steps)
    return "\n".join(texts) if output.is_for_a_person else "; ".join(text.replace("\n", "; ") for text in texts)
