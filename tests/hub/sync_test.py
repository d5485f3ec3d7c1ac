"""A sync brings the Hub's list page by page, goes on where it was, and asks no more than it must."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelscope_tui.catalog.index import Index
from modelscope_tui.catalog.model import Model
from modelscope_tui.catalog.query import parse
from modelscope_tui.errors import AccessDenied, CatalogError, HubNonsense, HubUnreachable, RateLimited
from modelscope_tui.hub.answer import Cancelled
from modelscope_tui.hub.bounds import Bounds
from modelscope_tui.hub.listing import Lister
from modelscope_tui.hub.plan import Wanted
from modelscope_tui.hub.shelf import Shelf
from modelscope_tui.hub.standing import Standing
from modelscope_tui.hub.sync import Progress, Report, Sync
from tests.catalog.conftest import make_index, open_index
from tests.hub_many import Many, Window
from tests.hub_server import VALID_TOKEN, HubServer

COUNT = 240
PAGE = 20


class Time:
    """A clock that moves only while somebody waits on it."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 11, 1, 0, 30, tzinfo=UTC) + timedelta(seconds=self.passed)

    def clock(self) -> float:
        return self.passed

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed += seconds


class Station:
    """A Hub of made-up models, an index, and syncs between them."""

    def __init__(self, hub: HubServer, index: Index, folder: Path) -> None:
        self.hub, self.index = hub, index
        self.time = Time()
        self.many = hub.many = Many(COUNT)
        hub.page_size = PAGE
        self.told: list[Progress] = []
        self._shelf = Shelf(folder / "shelf", now=self.time.now)

    def sync(self, wanted: Wanted | None = None, *, token: str | None = None, answer_seconds: float = 30.0) -> Report:
        standing = Standing(endpoint=self.hub.url, shelf=self._shelf, is_offline=False, now=self.time.now)
        bounds = Bounds(connect_seconds=1.0, answer_seconds=answer_seconds, body_bytes=2**21)
        with closing(Lister(endpoint=self.hub.url, token=token, standing=standing, bounds=bounds)) as lister:
            sync = Sync(lister, self.index, wait=self.time.wait, now=self.time.now, clock=self.time.clock)
            asked = wanted or Wanted(limit=COUNT)
            return sync.run(sync.plan(asked, row_bytes=1000.0), asked, self.told.append)

    def pages_of(self, act: Callable[[], Any]) -> int:
        """How many pages a deed asks for."""
        before = len(self.hub.requests)
        act()
        return len(self.hub.requests) - before

    def gone(self) -> set[int]:
        """Which models are known and not on the Hub any more."""
        rows = {number: self.index.get(self.many.id_of(number)) for number in range(COUNT)}
        return {number for number, row in rows.items() if row is not None and row.gone}

    def interrupt_at(self, page: int) -> None:
        """Break off when a page is asked for."""
        left = [page]

        def count() -> None:
            left[0] -= 1
            if left[0] == 0:
                self.hub.fault("hang-up", "/api/models")

        self.many.asked = count


@pytest.fixture
def station(hub: HubServer, tmp_path: Path) -> Iterator[Station]:
    with closing(make_index(tmp_path / "catalog.db", [])) as index:
        yield Station(hub, index, tmp_path)


def test_the_first_sync_brings_all_and_the_second_asks_for_next_to_nothing(station: Station) -> None:
    report = station.sync()
    assert (report.walk.rows, report.walk.changed, station.index.total) == (COUNT, COUNT, COUNT)
    assert station.pages_of(station.sync) == 1
    assert station.index.total == COUNT
    assert station.told[-1].walk.rows > 0


def test_a_row_of_the_list_brings_every_fact_that_the_list_has(station: Station) -> None:
    station.sync(Wanted(limit=PAGE))
    row = station.index.get(station.many.id_of(10))
    assert row is not None
    assert (row.downloads, row.likes, row.trending) == ((COUNT - 10) * 11, (COUNT - 10) // 50, 10)
    assert (row.task, row.library, row.quantization, row.context) == ("text-generation", "gguf", "GGUF", 40960)
    assert (row.gated, row.is_private, row.is_disabled, row.license) == ("no", False, False, "cc-by-nc-4.0")
    assert (row.architectures, row.model_type, row.languages) == (("Qwen3ForCausalLM",), "qwen3", ("en", "de"))
    assert row.base_models
    assert row.updated
    assert row.created
    assert row.revision
    other = station.index.get(station.many.id_of(11))
    assert other is not None
    assert other.params == 12 * 10**9


def test_a_later_sync_fetches_what_has_changed_and_nothing_else(station: Station) -> None:
    station.sync()
    station.many.touch(*range(40, 45))
    report = station.sync()
    assert (report.walk.kind, report.walk.pages, report.walk.changed) == ("changes", 1, 5)
    changed = station.index.get(station.many.id_of(42))
    assert changed is not None
    assert changed.likes == (COUNT - 42) // 50 + 1
    assert station.sync().walk.changed == 0


def test_changes_outside_of_what_was_brought_are_passed_over(station: Station) -> None:
    station.sync(Wanted(limit=100))
    station.many.touch(10, 190)
    report = station.sync(Wanted(limit=100))
    assert (report.walk.changed, report.walk.skipped, station.index.total) == (1, 1, 100)


def test_so_many_changes_that_a_whole_walk_is_cheaper(station: Station) -> None:
    station.sync(Wanted(limit=100))
    station.many.touch(*range(1, 220))
    station.hub.requests.clear()
    report = station.sync(Wanted(limit=100))
    assert report.walk.kind == "top"
    assert len(station.hub.requests) <= 2 + 1 + 5
    assert station.index.total == 100


def test_it_goes_on_at_the_page_where_it_was(station: Station) -> None:
    station.interrupt_at(6)
    with pytest.raises(HubUnreachable, match="hung up"):
        station.sync()
    station.many.asked = lambda: None
    station.hub.heal()
    held = station.index.total
    assert 0 < held < COUNT
    station.hub.requests.clear()
    report = station.sync()
    assert report.is_resumed
    assert dict(station.hub.requests[0].params)["cursor"] == str(held)
    assert len(station.hub.requests) == (COUNT - held) // PAGE
    assert (report.walk.rows, station.index.total) == (COUNT, COUNT)


def test_another_request_does_not_go_on_in_the_middle_of_this_one(station: Station) -> None:
    station.interrupt_at(6)
    with pytest.raises(HubUnreachable):
        station.sync()
    station.many.asked = lambda: None
    station.hub.heal()
    report = station.sync(Wanted(limit=PAGE))
    assert (report.is_resumed, report.walk.rows) == (False, PAGE)


def test_it_stays_within_the_window_of_the_hub(station: Station) -> None:
    window = station.hub.window = Window(5, 300, now=station.time.clock)
    station.sync()
    assert window.refused == 0
    assert window.most <= 5
    assert station.time.passed > 300
    assert any("window" in told.why for told in station.told)


def test_a_long_walk_is_spread_and_leaves_room_for_the_explorer(station: Station) -> None:
    window = station.hub.window = Window(40, 300, now=station.time.clock)
    station.hub.page_size = 4
    station.sync(Wanted(everything=True))
    assert window.refused == 0
    assert window.most <= 38
    assert max(station.time.waits) < 30


def test_it_waits_as_told_and_says_so(station: Station) -> None:
    station.hub.fault("rate-limit", "/api/models", times=1, seconds=55)
    report = station.sync()
    assert station.time.waits[0] == 55
    assert (station.told[0].waiting_seconds, station.told[0].why) == (55, "the Hub asked us to wait")
    assert (report.walk.rows, report.waited_seconds) == (COUNT, 55)
    station.hub.fault("rate-limit", "/api/models", times=1, retry_after=7)
    station.sync(Wanted(limit=PAGE, anew=True))
    assert station.time.waits[-1] == 7
    station.hub.fault("busy", "/api/models", times=1, headers={"Retry-After": "9"})
    station.sync(Wanted(limit=PAGE, anew=True))
    assert station.time.waits[-1] == 9


def test_a_wait_of_hours_is_not_sat_out(station: Station) -> None:
    station.hub.fault("rate-limit", "/api/models", seconds=9000)
    with pytest.raises(RateLimited):
        station.sync()
    assert station.time.waits == []


@pytest.mark.parametrize("fault", ["truncated", "html", "broken-off", "garbage", "bomb", "500", "loop", "elsewhere"])
def test_a_broken_page_is_said_and_the_rest_comes_later(station: Station, fault: str) -> None:
    station.sync(Wanted(limit=3 * PAGE))
    options: dict[str, Any] = {"bomb": {"size": 2**22}, "elsewhere": {"to": "http://192.0.2.1"}}.get(fault, {})
    station.hub.fault(fault, "/api/models", **options)
    with pytest.raises(HubUnreachable) as told:
        station.sync()
    assert told.value.exit_code == 7
    station.hub.heal()
    assert station.sync().walk.rows == COUNT
    assert station.index.total == COUNT


@pytest.mark.parametrize("body", [{"models": []}, ["a", 7, None], [{"id": "no-slash"}], [[]], "text", None])
def test_a_page_of_another_shape_is_nonsense(station: Station, body: object) -> None:
    station.hub.fault("body", "/api/models", body=body)
    with pytest.raises(HubNonsense):
        station.sync()
    assert station.index.total == 0


def test_a_page_in_trouble_is_asked_for_again(station: Station) -> None:
    station.hub.fault("503", "/api/models", times=3)
    assert station.sync().walk.rows == COUNT
    assert station.time.waits == [1, 2, 4]


def test_a_page_that_never_comes_has_a_deadline(station: Station) -> None:
    station.hub.fault("drip", "/api/models", times=1)
    assert station.sync(answer_seconds=0.3).walk.rows == COUNT


def test_single_bad_rows_are_counted_and_left_out(station: Station) -> None:
    station.many.broken = {3: {"id": 7}, 4: "a text", 5: None, 6: {"downloads": 1}, 7: {"id": "x/" + "y" * 200}}
    strange = {"id": "odd/one", "tags": {"a": 1}, "downloads": "many", "config": [1], "safetensors": 5, "gguf": "x"}
    station.many.broken[8] = strange
    report = station.sync()
    assert (report.walk.bad, report.walk.rows) == (5, COUNT - 5)
    odd = station.index.get("odd/one")
    assert odd is not None
    assert (odd.downloads, odd.tags) == (None, ())


def test_who_is_not_in_the_whole_list_is_marked_and_comes_back(station: Station) -> None:
    station.sync(Wanted(everything=True))
    station.many.remove(5, 70)
    station.time.passed += 60
    report = station.sync(Wanted(everything=True, anew=True))
    assert (report.gone, station.gone()) == (2, {5, 70})
    assert station.index.total == COUNT - 2
    station.many.removed.clear()
    station.time.passed += 60
    station.sync(Wanted(everything=True, anew=True))
    assert station.gone() == set()


def test_a_list_that_breaks_off_strikes_nobody_out(station: Station) -> None:
    station.sync(Wanted(everything=True))
    station.time.passed += 60
    station.hub.fault("body", "/api/models", body=[station.many.row(1)])
    report = station.sync(Wanted(everything=True, anew=True))
    assert (report.gone, report.doubted) == (0, COUNT - 1)
    assert station.gone() == set()


def test_after_a_month_the_whole_hub_is_walked_again(station: Station) -> None:
    station.sync(Wanted(everything=True))
    assert station.sync(Wanted(everything=True)).walk.kind == "changes"
    station.time.passed += 31 * 86400
    assert station.sync(Wanted(everything=True)).walk.kind == "all"


def test_a_query_is_asked_for_once_an_organization(station: Station) -> None:
    station.hub.many = None
    report = station.sync(Wanted(query=parse("org:qwen|meta-llama task:text-generation")))
    asked = [dict(request.params) for request in station.hub.requests]
    assert [one["author"] for one in asked] == ["qwen", "meta-llama"]
    assert {(one["pipeline_tag"], one["sort"]) for one in asked} == {("text-generation", "downloads")}
    assert report.walk.pages == 2
    assert report.walk.rows == station.index.total > 1


def test_a_date_brings_what_was_changed_since(station: Station) -> None:
    report = station.sync(Wanted(since="2026-10-31T23:30:00Z", since_text="1h"))
    assert (report.walk.rows, report.walk.pages) == (31, 2)
    assert station.sync().walk.kind == "top"


def test_a_change_from_the_future_hides_no_later_one(station: Station) -> None:
    station.many.broken[0] = {**station.many.row(0), "lastModified": "9999-01-01T00:00:00.000Z"}
    station.sync()
    station.many.touch(9)
    assert station.sync().walk.changed == 1


def test_the_next_page_is_asked_of_our_hub_wherever_the_link_leads(station: Station) -> None:
    station.hub.link_host = "http://192.0.2.1"
    assert station.sync(token=VALID_TOKEN).walk.rows == COUNT
    assert {request.token for request in station.hub.requests} == {VALID_TOKEN}


def test_a_list_that_turns_in_circles_is_left(station: Station) -> None:
    link = {"Link": f'<{station.hub.url}/api/models?cursor=again>; rel="next"'}
    station.hub.fault("body", "/api/models", body=[station.many.row(1)], headers=link)
    with pytest.raises(HubNonsense, match="again and again"):
        station.sync()


def test_a_token_that_cannot_be_one_is_not_sent(station: Station) -> None:
    with pytest.raises(AccessDenied):
        station.sync(token="two\nlines")
    assert station.hub.requests == []


def test_a_sync_can_be_called_off_while_it_waits(station: Station) -> None:
    def stop(_: float) -> None:
        raise Cancelled("called off")

    station.hub.fault("rate-limit", "/api/models", seconds=55)
    station.time.wait = stop  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        station.sync()


def test_whoever_explores_meanwhile_is_answered(station: Station) -> None:
    path, is_over, heard = station.index.path, threading.Event(), []
    assert path is not None

    def explore() -> None:
        with closing(open_index(path)) as index:
            while not (is_over.is_set() and heard):
                try:
                    heard.append(index.facets(parse("qwen")).total)
                    index.upsert([Model("seen/meanwhile", source="hub", as_of="2026-11-01T00:00:00Z")])
                except CatalogError as error:
                    heard.append(error)

    explorers = [threading.Thread(target=explore) for _ in range(2)]
    for one in explorers:
        one.start()
    station.sync()
    is_over.set()
    for one in explorers:
        one.join()
    assert [error for error in heard if isinstance(error, Exception)] == []
    assert station.index.total == COUNT + 1


def test_an_index_in_memory_is_not_worth_a_sync(station: Station) -> None:
    station.index.path = None
    with pytest.raises(CatalogError, match="memory only"):
        station.sync()


def test_what_a_newer_version_wrote_down_is_left_to_it(station: Station) -> None:
    name, newer = f"sync|{station.hub.url}", '{"schema": 99, "walk": "elsewhere"}'
    station.index.upsert([], notes={name: newer})
    with pytest.raises(CatalogError, match="Update this one"):
        station.sync()
    assert station.index.notes()[name] == newer


def test_what_is_written_down_by_another_version_is_nothing(station: Station) -> None:
    station.sync()
    name = f"sync|{station.hub.url}"
    for text in ("not json", "[]", '{"schema": 0}', '{"schema": 1, "walk": {"kind": 3}}', '{"schema": 1, "walk": 7}'):
        station.index.upsert([], notes={name: text})
        assert station.sync(Wanted(limit=PAGE)).walk.kind == "top", text
