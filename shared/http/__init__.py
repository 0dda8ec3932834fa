"""The HTTP layer that the services share: endpoints, requests, replies, pages, receipts, problems."""

from shared.http.cursors import Page, PageQuery
from shared.http.endpoints import CORS, Endpoints
from shared.http.inputs import checked
from shared.http.patch import apply_merge_patch
from shared.http.receipts import Attempt, ReceiptMixin
from shared.http.replies import Csv, Html, Pkpass, Reply, Svg
from shared.http.request import Request
from shared.http.signature import Signature

__all__ = [
    "CORS",
    "Attempt",
    "Csv",
    "Endpoints",
    "Html",
    "Page",
    "PageQuery",
    "Pkpass",
    "ReceiptMixin",
    "Reply",
    "Request",
    "Signature",
    "Svg",
    "apply_merge_patch",
    "checked",
]
