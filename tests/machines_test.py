"""Stories: a machine by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modelscope_tui.errors import UsageError
from modelscope_tui.fit.machine import GIB, Machine
from modelscope_tui.machines import HERE, Machines
from modelscope_tui.settings import Settings

DESK = Machine("desk", ram_bytes=32 * GIB)
SETTINGS = Settings(
    cache_dir=Path("none"), config_path=Path("none"),
    machines={"Laptop": "M3 Max 64GB", "server": "4xH100", "broken": "9xNothing"},
)  # fmt: skip


def test_a_name_of_the_settings_stands_for_its_machine_whatever_its_case() -> None:
    machines = Machines(SETTINGS, DESK)
    assert machines.current is DESK
    assert machines.choose("laptop").describe() == "M3 Max 64 GB"
    assert machines.current.name == "Laptop"
    assert machines.choose("2x RTX 4090").describe() == "2 × RTX 4090 24 GB"
    assert machines.choose(HERE) is DESK


def test_the_command_line_takes_a_name_too() -> None:
    assert Machines(replace(SETTINGS, machine="server")).current.describe() == "4 × H100 80 GB"


def test_what_cannot_be_read_leaves_the_machine_before() -> None:
    machines = Machines(SETTINGS, DESK)
    machines.choose("server")
    with pytest.raises(UsageError, match="not a device"):
        machines.choose("abacus")
    with pytest.raises(UsageError) as caught:
        machines.choose("lapdog")
    assert "Laptop, server, broken" in (caught.value.hint or "")
    with pytest.raises(UsageError, match="`broken` of the settings"):
        machines.choose("broken")
    assert machines.current.name == "server"


def test_all_that_can_be_chosen_is_listed_and_a_broken_one_says_why() -> None:
    machines = Machines(SETTINGS, DESK)
    machines.choose("server")
    listed = {choice.name: choice for choice in machines.choices()}
    assert list(listed) == [HERE, "Laptop", "server", "broken"]
    assert [name for name, choice in listed.items() if choice.is_chosen] == ["server"]
    assert listed[HERE].description == "CPU · 32 GB RAM"
    assert not listed["broken"].is_readable
    assert "broken" in listed["broken"].description
