"""Requests for passes: each calls one use case."""

from __future__ import annotations

from loyalty.members.models import PictureQuery
from loyalty.passes.apple import AppleWallet
from loyalty.passes.google import GoogleWallet
from loyalty.passes.models import GooglePassView
from loyalty.passes.usecases import make_pass
from shared.http import Pkpass, Request
from shared.ids import CustomerId


def make_apple_pass(request: Request, customer_id: CustomerId, query: PictureQuery) -> Pkpass:
    """The customer's card as a signed pass for Apple Wallet, as of now. Send `Accept: application/vnd.apple.pkpass`."""
    return Pkpass(make_pass(customer_id, query.form, AppleWallet(), by_self=request.principal.is_customer))


def make_google_pass(request: Request, customer_id: CustomerId, query: PictureQuery) -> GooglePassView:
    """The link that saves the customer's card to Google Wallet, as of now."""
    return make_pass(customer_id, query.form, GoogleWallet(), by_self=request.principal.is_customer)
