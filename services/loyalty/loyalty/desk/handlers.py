"""Requests of the desk: each calls one use case."""

from __future__ import annotations

from loyalty.desk import accounts, cards, claims, credit, holds, ledger_days, order_spending
from loyalty.desk.models import (
    AccountHoldsView,
    AccountsQuery,
    CardsQuery,
    IssuedCreditView,
    LedgerDayQuery,
    OpenClaimView,
    OrderSpendingView,
)
from loyalty.members.models import CardRecord
from loyalty.points.models import PointsView
from shared.http import Csv, Page, PageQuery, Request
from shared.ids import OrderId


def list_accounts(request: Request, query: AccountsQuery) -> Page[PointsView]:
    """All accounts of points by the band of their balance, or those of one tier. A page may be short."""
    return accounts.list_accounts(query, request.position(query, str))


def list_cards(request: Request, query: CardsQuery) -> Page[CardRecord]:
    """All cards but those that were replaced, the newest first."""
    return cards.list_cards(query, request.position(query, str))


def list_open_claims(request: Request, query: PageQuery) -> Page[OpenClaimView]:
    """All claims that are neither fulfilled nor cancelled, the longest waiting first."""
    return claims.list_open_claims(query, request.position(query, str))


def list_issued_credit(request: Request, query: PageQuery) -> Page[IssuedCreditView]:
    """All store credit that staff issued, the newest first."""
    return credit.list_issued_credit(query, request.position(query, str))


def list_open_holds(request: Request, query: PageQuery) -> Page[AccountHoldsView]:
    """All accounts with open holds, those whose first hold ends soonest first. A page may be short."""
    return holds.list_open_holds(query, request.position(query, str))


def tabulate_day(request: Request, query: LedgerDayQuery) -> Csv:
    """All entries of a ledger on one day, as a table for spreadsheets. `Next-Cursor` leads to the next page."""
    return ledger_days.tabulate_day(query, request.position(query, str))


def read_order_spending(request: Request, order_id: OrderId) -> OrderSpendingView:
    """The points, store credit and rewards that were spent on an order, and what of it was given back."""
    del request
    return order_spending.read_order_spending(order_id)
