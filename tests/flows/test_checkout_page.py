"""The programs on the page for storefront developers do what the page says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from infra.apps import ROOT
from tests.flows.shop import order, paid, points, read, register
from tests.harness.house import House

NODE = shutil.which("node")


@contextmanager
def served(house: House) -> Iterator[str]:
    """The house behind an address of this machine; every caller is the storefront."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"] or 0))
            answer = house.call(self.command, self.path, by="storefront", body=json.loads(sent))
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.text.encode())))
            self.end_headers()
            self.wfile.write(answer.text.encode())

        do_PUT = do_POST = _answer  # noqa: N815  # the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("language", "command"),
    [
        ("python", [sys.executable, "-c"]),
        pytest.param(
            "javascript", [NODE, "-e"], marks=pytest.mark.skipif(NODE is None, reason="no Node.js on this machine")
        ),
    ],
)
def test_the_program_of_the_page_buys_with_points(house: House, language: str, command: list[str]) -> None:
    customer_id = register(house)
    house.send(paid(order("A-1", 10_000, customer_id=customer_id)))
    house.settle()
    [program] = re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs/checkout.md").read_text(), re.DOTALL)
    [cart], [order_id] = set(re.findall(r"cart-\w+", program)), set(re.findall(r"2026-\d{7}", program))
    with served(house) as url:
        environment = {**os.environ, "URL": url, "STOREFRONT": "token", "CUSTOMER": customer_id, "NO_PROXY": "*"}
        ran = subprocess.run(  # noqa: S603  # the page's own program
            [*command, program], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "201"
    assert "to pay: 4490" in ran.stdout
    house.settle()
    found = read(house, f"/api/checkouts/{cart}")
    assert (found["state"], found["version"], found["remaining"]) == ("captured", 2, 4_490)
    assert points(house, customer_id)["spent"] == 500
    assert read(house, f"/api/orders/{order_id}")["total"] == 4_490
