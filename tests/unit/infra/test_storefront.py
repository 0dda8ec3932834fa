"""The storefront of `make run`: it renews its tokens in time, and is patient with a busy platform."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from infra.local.ports import HOST
from infra.replay import storefront as module
from infra.replay.storefront import RefusedError, Storefront

# A status of None closes the connection without an answer.
NO_ANSWER = None


@dataclass
class Platform:
    """Answers with the next of `statuses`, with the last of them for good, and keeps each call's key."""

    url: str = ""
    statuses: list[int | None] = field(default_factory=lambda: [200])
    keys: list[str | None] = field(default_factory=list)


@pytest.fixture
def platform() -> Iterator[Platform]:
    told = Platform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.keys.append(self.headers["Idempotency-Key"])
            status = told.statuses.pop(0) if len(told.statuses) > 1 else told.statuses[0]
            if status is NO_ANSWER:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "12")
            self.end_headers()
            self.wfile.write(b'{"id": "c1"}')

        do_POST = do_GET  # noqa: N815  # http.server calls it by this name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer((HOST, 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    told.url = f"http://{HOST}:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The present second of a clock that only moves when somebody sleeps."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    class Clock:
        monotonic = staticmethod(lambda: now[0])

    Clock.sleep = staticmethod(sleep)  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "time", Clock)
    return now


def test_a_token_is_kept_for_ten_minutes_and_then_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now, given = [0.0], iter(range(10))
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    storefront = Storefront("http://127.0.0.1:1", lambda role: f"{role}-{next(given)}")

    def at(second: float) -> str:
        now[0] = second
        return storefront.token("support")

    assert [at(0), at(599), at(601), at(1_200)] == ["support-0", "support-0", "support-1", "support-1"]
    assert storefront.token("admin") == "admin-2"


@pytest.mark.parametrize("busy", [502, 503, 504, NO_ANSWER])
@pytest.mark.parametrize("key", ["register-0001", None])
def test_a_busy_platform_is_asked_again_with_the_same_key(
    platform: Platform, now: list[float], busy: int | None, key: str | None
) -> None:
    said: list[str] = []
    platform.statuses = [busy, busy, 201]
    made = Storefront(platform.url, str, said.append).post("/api/registrations", "storefront", {}, key)
    assert made == {"id": "c1"}
    assert len(platform.keys) == 3
    assert len(set(platform.keys)) == 1
    assert platform.keys[0] == key if key else platform.keys[0]
    assert len(said) == 1
    assert "POST /api/registrations" in said[0]


def test_after_five_minutes_it_gives_up(platform: Platform, now: list[float]) -> None:
    said: list[str] = []
    platform.statuses = [503]
    with pytest.raises(RefusedError, match=r"^GET /api/segments: 503"):
        Storefront(platform.url, str, said.append).get("/api/segments", "support")
    assert module.BUSY_SECONDS - 10 < now[0] <= module.BUSY_SECONDS
    assert 5 < len(said) < 11


@pytest.mark.parametrize("status", [400, 403, 409, 500])
def test_another_refusal_is_raised_at_once(platform: Platform, now: list[float], status: int) -> None:
    platform.statuses = [status]
    with pytest.raises(RefusedError, match=f"^GET /api/segments: {status}"):
        Storefront(platform.url, str).get("/api/segments", "support")
    assert len(platform.keys) == 1


def test_two_calls_have_two_keys(platform: Platform) -> None:
    storefront = Storefront(platform.url, str)
    storefront.post("/api/registrations", "storefront", {})
    storefront.post("/api/registrations", "storefront", {})
    assert len(set(platform.keys)) == 2
