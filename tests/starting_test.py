"""Stories about running a command: in order, without a shell, its signals and exit code, and files that harm nobody."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modelscope_tui.errors import NotSaved, UsageError
from modelscope_tui.launch.command import File, LaunchCommand, Step
from modelscope_tui.starting import ended, execute, run_of, store, why_not


def python(code: str, title: str = "Step", *more: str, **facts: bool) -> Step:
    return Step(title, (sys.executable, "-c", code, *more), (("SAID", "hi"),), **facts)


def quiet(_: str) -> None:
    return


def test_steps_run_in_their_order_and_the_first_that_fails_ends_them(tmp_path: Path) -> None:
    code = "import sys, pathlib; p = pathlib.Path('log'); p.open('a').write(sys.argv[1]); sys.exit(int(sys.argv[2]))"
    steps = (python(code, "One", "a", "0"), python(code, "Two", "b", "3"), python(code, "Three", "c", "0"))
    said: list[str] = []
    assert execute(run_of(LaunchCommand(steps)), said.append, tmp_path) == 3
    assert (tmp_path / "log").read_text(encoding="utf-8") == "ab"
    assert [line.partition(":")[0] for line in said] == ["1/3 One", "2/3 Two"]


def test_what_is_done_later_is_left_to_the_person(tmp_path: Path) -> None:
    run = run_of(LaunchCommand((python("", "Now"), python("", "Push", is_later=True))))
    assert [step.title for step in run.steps] == ["Now"]


def test_no_shell_reads_an_argument_and_the_environment_arrives(tmp_path: Path) -> None:
    code = "import os, sys, pathlib; pathlib.Path('out').write_text(os.environ['SAID'] + sys.argv[1] + sys.argv[2])"
    step = python(code, "Step", "; touch hacked `id` $(id)", "$HOME/.cache")
    assert execute(run_of(LaunchCommand((step,))), quiet, tmp_path) == 0
    assert (tmp_path / "out").read_text(encoding="utf-8") == f"hi; touch hacked `id` $(id){Path.home()}/.cache"
    assert not (tmp_path / "hacked").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_an_interrupt_reaches_the_program_and_not_us() -> None:
    # as the keys do it: both processes get the signal; ours has to live on, the program must not ignore it
    end = execute(run_of(LaunchCommand((Step("Step", ("sh", "-c", "kill -INT $PPID; kill -INT $$")),))), quiet)
    assert end == 130
    assert ended(end) == "ended by SIGINT (exit code 130)"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_an_order_to_end_is_handed_on() -> None:
    step = Step(
        "Step", ("sh", "-c", "trap 'exit 7' TERM; kill -TERM $PPID; for i in 1 2 3 4 5 6 7 8 9; do sleep 1; done")
    )
    assert execute(run_of(LaunchCommand((step,))), quiet) == 7


def test_what_is_not_installed_or_for_several_machines_is_said_before() -> None:
    missing = run_of(LaunchCommand((Step("Serve", ("surely-not-installed", "serve")),)))
    assert "surely-not-installed is not on the PATH" in (why_not(missing) or "")
    assert execute(missing, quiet) == 127
    here = run_of(LaunchCommand((python(""),)))
    assert why_not(here) is None
    assert "2 machines" in (why_not(here, nodes=2) or "")


def test_variables_are_named_and_the_missing_ones_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(LaunchCommand((Step("Serve", ("true",), (("HF_TOKEN", None), ("PORT", "1"))),)))
    assert run.variables == ("HF_TOKEN", "PORT")
    assert run.lacking({}) == ("HF_TOKEN",)
    assert run.lacking({"HF_TOKEN": "x"}) == ()


def test_files_are_saved_whole_and_never_over_others(tmp_path: Path) -> None:
    files = (File("compose.yaml", "a: 1\n"), File("hostfile", "here\n"))
    assert store(files, tmp_path / "new") == (tmp_path / "new" / "compose.yaml", tmp_path / "new" / "hostfile")
    assert (tmp_path / "new" / "compose.yaml").stat().st_mode & 0o777 == 0o644
    store(files, tmp_path / "new")  # (the same again is fine)
    (tmp_path / "new" / "hostfile").write_text("mine", encoding="utf-8")
    with pytest.raises(NotSaved, match="hostfile"):
        store(files, tmp_path / "new")
    assert (tmp_path / "new" / "hostfile").read_text(encoding="utf-8") == "mine"
    store(files, tmp_path / "new", may_replace=True)
    assert (tmp_path / "new" / "hostfile").read_text(encoding="utf-8") == "here\n"
    assert sorted(place.name for place in (tmp_path / "new").iterdir()) == ["compose.yaml", "hostfile"]


def test_a_link_is_never_followed_and_a_path_never_leads_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    (tmp_path / "run.py").symlink_to(secret)
    with pytest.raises(NotSaved):
        store((File("run.py", "x"),), tmp_path)
    for name in ("../out", "/etc/x", "a/b", ".hidden", "", "a\nb"):
        with pytest.raises(UsageError):
            store((File(name, "x"),), tmp_path)
    assert secret.read_text(encoding="utf-8") == "x"
