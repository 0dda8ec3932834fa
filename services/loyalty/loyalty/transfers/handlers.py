"""Requests of transfers: each calls one use case."""

from __future__ import annotations

from loyalty.transfers import usecases as transfers
from loyalty.transfers.confirmation import confirm_transfer as confirm
from loyalty.transfers.models import Confirmation, NewTransfer, TransferReversal, TransferView
from loyalty.transfers.reversal import reverse_transfer as reverse
from shared.http import Page, PageQuery, Request
from shared.ids import CustomerId, TransferId


def request_transfer(request: Request, customer_id: CustomerId, body: NewTransfer) -> TransferView:
    """Ask to send points to another customer. A code is mailed to the sender; nothing moves until it is confirmed."""
    return transfers.request_transfer(
        customer_id, body, by=request.principal, cause=request.cause, attempt=request.attempt
    )


def list_transfers(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[TransferView]:
    """The points that a customer sent and received, newest first."""
    return transfers.list_transfers(customer_id, query, request.position(query, str), by=request.principal)


def read_transfer(request: Request, customer_id: CustomerId, transfer_id: TransferId) -> TransferView:
    """One transfer, as the customer sees it."""
    return transfers.read_transfer(customer_id, transfer_id, by=request.principal)


def confirm_transfer(
    request: Request, customer_id: CustomerId, transfer_id: TransferId, body: Confirmation
) -> TransferView:
    """Send the points, by the code of the mail. Sent again, it is answered again."""
    return confirm(customer_id, transfer_id, body.code, by=request.principal, cause=request.cause)


def reverse_transfer(
    request: Request, customer_id: CustomerId, transfer_id: TransferId, body: TransferReversal
) -> TransferView:
    """Give the sender back what the recipient still has. Any number of times is once, and the first reason stands."""
    return reverse(customer_id, transfer_id, body.reason, request.cause)
