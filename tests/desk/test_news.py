"""What renews itself: a number of changes and nothing else, and a stream that keeps no session alive."""

from datetime import timedelta

import pytest
from desks import BUCKS, NOTTS, at_desk, desk_over, with_a_missing_child
from hub_in_memory import Hub, hub
from starlette.datastructures import FormData
from starlette.requests import Request
from wire_messages import found

from desk import news
from desk.people import DeskUser
from desk.sessions import IDLE
from desk.visit import Visit


async def events(running: Hub, user: DeskUser, path: str = "/news/now") -> tuple[Visit, object]:
    desk = desk_over(running, None)  # type: ignore[arg-type]
    session = desk.sessions.begin(running.clock.now(), user)
    request = Request(
        {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "path_params": {}}
    )
    visit = Visit(request, desk, session, FormData())
    return visit, (await news.news_now(visit)).body_iterator  # type: ignore[attr-defined]


async def test_a_change_is_told_as_a_number_and_silence_as_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "_EVERY", 0)
    async with hub() as running:
        await with_a_missing_child(running)
        _, stream = await events(running, NOTTS)
        assert await anext(stream) == "event: alive\ndata: 0\n\n"  # type: ignore[call-overload]
        assert await anext(stream) == "event: alive\ndata: 0\n\n"  # type: ignore[call-overload]
        await running.take(found(26, "XX-0303"))
        told = await anext(stream)  # type: ignore[call-overload]
        assert told.startswith("event: changes\ndata: ")
        assert "XX-0303" not in told
        await stream.aclose()  # type: ignore[attr-defined]


async def test_another_council_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "_EVERY", 0)
    async with hub() as running:
        await with_a_missing_child(running)
        _, stream = await events(running, BUCKS)
        await anext(stream)  # type: ignore[call-overload]
        await running.take(found(26, "XX-0303"))
        assert await anext(stream) == "event: alive\ndata: 0\n\n"  # type: ignore[call-overload]
        await stream.aclose()  # type: ignore[attr-defined]


async def test_a_page_that_renews_itself_keeps_no_session_alive() -> None:
    async with hub() as running, at_desk(running) as browser:
        token, start = browser.client.cookies["homeward_desk"], running.clock.now()
        sessions = browser.desk.sessions
        assert sessions.of(token, start + IDLE - timedelta(minutes=1), lives_on=False) is not None
        assert sessions.of(token, start + IDLE) is None
