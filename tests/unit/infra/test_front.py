"""The local front is as API Gateway: a value in a path stays encoded, and bytes arrive as bytes."""

from __future__ import annotations

import base64
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

import pytest

from infra.local.front import Front
from infra.local.ports import HOST

paths: list[str] = []
PKPASS = "application/vnd.apple.pkpass"
BYTES = bytes(range(256))


class _Cloud(BaseHTTPRequestHandler):
    """Keeps the paths that it is asked for, decoded, as the local cloud reads them."""

    def do_GET(self) -> None:
        paths.append(unquote(self.path.partition("?")[0]) + "?" + self.path.partition("?")[2])
        # What a function answered as bytes comes as base64 here, whatever else it says.
        content = base64.b64encode(BYTES) if "bytes" in self.path else b""
        self.send_response(200 if content else 204)
        self.send_header("Content-Length", str(len(content)))
        if content:
            self.send_header("Content-Type", PKPASS if "pass" in self.path else "application/octet-stream")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def front() -> Iterator[Front]:
    cloud = HTTPServer((HOST, 0), _Cloud)
    threading.Thread(target=cloud.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    front = Front(0, f"http://{HOST}:{cloud.server_port}", {"customers": "api-1"})
    front.start()
    yield front
    front.stop()
    cloud.shutdown()
    cloud.server_close()


@pytest.mark.parametrize("value", ["gid%3A%2F%2Fshopify%2FOrder%2F1", "%231001", "100%25", "A-1"])
def test_a_value_in_a_path_reaches_the_function_encoded(front: Front, value: str) -> None:
    urllib.request.urlopen(f"{front.url}/api/orders/{value}?limit=1&cursor=%2F", timeout=5).close()  # noqa: S310
    assert paths.pop() == f"/restapis/api-1/api/_user_request_/api/orders/{value}?limit=1&cursor=%2F"


def test_bytes_of_a_type_that_a_route_names_are_decoded_and_no_others(front: Front) -> None:
    with urllib.request.urlopen(f"{front.url}/api/orders/bytes?pass=1", timeout=5) as answer:  # noqa: S310
        assert (answer.headers["Content-Type"], answer.read()) == (PKPASS, BYTES)
    with urllib.request.urlopen(f"{front.url}/api/orders/bytes", timeout=5) as answer:  # noqa: S310
        assert answer.read() == base64.b64encode(BYTES)
