"""The front of the local cloud: one address for the five services, by the same table of paths as CloudFront."""

import base64
import http.client
import threading
import uuid
from collections.abc import Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from infra.generate.front import METHODS
from infra.generate.paths import service_for
from infra.local.ports import HOST
from shared.contract import capabilities
from shared.errors import ProblemError, UnavailableError
from shared.http.problems import CONTENT_TYPE, TooLargeError, render
from shared.services import SERVICES

# Headers that concern one hop only, and are not passed on.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"}
# API Gateway's limit on a request's body.
LARGEST_BODY = 10 * 1024 * 1024
GATEWAY_SECONDS = 29


class Front(ThreadingHTTPServer):
    """Listens on 127.0.0.1, and passes each call to the API of the path's service.

    `apis` holds the id of each service's API. Runs in its own thread from `start` until `stop`.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, endpoint: str, apis: Mapping[str, str]) -> None:
        self.apis = dict(apis)
        self.cloud = urlsplit(endpoint).netloc
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """The front's address, without a slash at the end."""
        return f"http://{HOST}:{self.server_port}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def stop(self) -> None:
        """Stop the thread and free the port."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer is written in parts. Without this, each part waits for the acknowledgement of the part before.
    disable_nagle_algorithm = True
    server: Front

    def _pass_on(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > LARGEST_BODY:
            self.close_connection = True
            self._refuse(TooLargeError())
            return
        body = self.rfile.read(size)
        api = self.server.apis[service_for(self.path.split("?")[0]) or "customers"]
        headers = {key: value for key, value in self.headers.items() if key.lower() not in HOP_BY_HOP}
        path, mark, query = self.path.partition("?")
        # API Gateway leaves a value in a path encoded. The local cloud decodes it, and an id may contain a slash.
        path = path.replace("%", "%25")
        connection = http.client.HTTPConnection(self.server.cloud, timeout=GATEWAY_SECONDS)
        try:
            connection.request(self.command, f"/restapis/{api}/api/_user_request_{path}{mark}{query}", body, headers)
            answer = connection.getresponse()
            content = _decoded(answer.getheader("Content-Type"), answer.read())
            self._answer(answer.status, dict(answer.getheaders()), content)
        except OSError:
            self._refuse(UnavailableError())
        finally:
            connection.close()

    # http.server calls the method `do_GET` for GET, and so on.
    for _method in METHODS:
        locals()[f"do_{_method}"] = _pass_on

    def _refuse(self, problem: ProblemError) -> None:
        """Answer as API Gateway does for itself."""
        text = render(problem, str(uuid.uuid4()))
        self._answer(problem.status, {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}, text.encode())

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for key, value in headers.items():
            if key.lower() not in HOP_BY_HOP:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Log nothing: paths carry ids, and the services write their own logs."""


def _decoded(media_type: str | None, content: bytes) -> bytes:
    """What a function answered. API Gateway decodes bytes; the local cloud passes their base64 on (decision 0007)."""
    return base64.b64decode(content) if media_type in _binary_types() else content


@cache
def _binary_types() -> frozenset[str]:
    """The media types of answers that are bytes, as the contracts name them."""
    contracts = [capability.contract for service in SERVICES for capability in capabilities(service)]
    return frozenset(route.binary for contract in contracts for route in contract.routes if route.binary)
