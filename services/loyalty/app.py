"""Loyalty: every route and trigger of the service."""

from __future__ import annotations

import shared.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from typing import Any, Final

from chalice import Chalice
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from loyalty.access import ACCESS
from loyalty.adjustments import approvals
from loyalty.adjustments import usecases as adjustments
from loyalty.adjustments.models import NewAdjustment, ProposalId, ProposalView, Rejection
from loyalty.cards import changes as card_changes
from loyalty.cards import usecases as cards
from loyalty.cards.models import (
    CardNumber,
    CardPatch,
    CardRecord,
    CardView,
    NamedCard,
    NewBlock,
    NewCard,
    PictureQuery,
    Replacement,
)
from loyalty.checkout.models import NewQuote, QuoteView
from loyalty.checkout.usecases import quote_checkout
from loyalty.claims import usecases as claims
from loyalty.claims.models import ClaimView, NewClaim
from loyalty.credit import holds as credit_holds
from loyalty.credit import usecases as credit
from loyalty.credit.models import (
    CreditCapture,
    CreditEntryView,
    CreditHoldView,
    CreditVerificationView,
    CreditView,
    NewCredit,
    NewCreditHold,
    Revocation,
)
from loyalty.due import usecases as due
from loyalty.earning.models import Simulation, SimulationView
from loyalty.earning.simulation import simulate_order
from loyalty.events import HEARS, TELLS
from loyalty.ledger.held import HoldEndedError, TooManyHoldsError
from loyalty.liability import reports as liability
from loyalty.liability.models import LiabilityQuery, LiabilityView
from loyalty.liability.usecases import close_days
from loyalty.points import usecases as points
from loyalty.points.models import EntriesQuery, EntryView, PointsView, VerificationView
from loyalty.programme import usecases as programme
from loyalty.programme.views import NewVersion, Number, PresetView, ProgrammeView, VersionSummary, VersionView
from loyalty.redeeming import usecases as redeeming
from loyalty.redeeming.models import NewPointsHold, NewRedemption, PointsCapture, PointsHoldView, RedemptionView
from loyalty.referrals import usecases as referrals
from loyalty.referrals.models import NewReferral, ReferralView
from loyalty.rewards import usecases as rewards
from loyalty.rewards.models import CodesAdded, NewCodes, NewReward, RewardPatch, RewardsQuery, RewardView
from loyalty.settings import LoyaltySettings, Preset
from loyalty.table import LoyaltyItem, Receipt
from loyalty.tiers import usecases as tiers
from loyalty.tiers.models import LadderView, TierChangeView, TierView
from shared.cause import Cause
from shared.http import Csv, Endpoints, Idempotency, Page, PageQuery, Reply, Request, Svg
from shared.ids import ClaimId, CustomerId, HoldId, RewardId
from shared.inbox import receive
from shared.money import CurrencyCode
from shared.observability import observe
from shared.outbox import Relay

# Enough for the account in work, with all its tries, and the end of the run.
RESERVE_MILLISECONDS: Final = 20_000

app = Chalice(app_name="loyalty")
observe(app)
endpoint = Endpoints(app, ACCESS, receipts=Receipt)


@endpoint.get("/api/customers/{customer_id}/points", problems=[points.EmailNotVerifiedError])
def read_points(request: Request, customer_id: CustomerId) -> PointsView:
    """How a customer's points stand: balance, tier, what expires next, what is missing to the next tier."""
    return points.read_points(customer_id, by_self=_is_self(request))


@endpoint.get("/api/customers/{customer_id}/points/entries", problems=[points.EmailNotVerifiedError])
def list_entries(request: Request, customer_id: CustomerId, query: EntriesQuery) -> Page[EntryView]:
    """A customer's ledger, newest first. The newest entry may show a moment after it is posted."""
    names_staff, by_self = request.principal.kind == "staff", _is_self(request)
    return points.list_entries(customer_id, query, request.cursor(query), names_staff=names_staff, by_self=by_self)


@endpoint.get("/api/customers/{customer_id}/points/verification")
def verify_entries(request: Request, customer_id: CustomerId) -> VerificationView:
    """Compute a customer's whole ledger again: its chain of hashes, and every sum."""
    del request
    return points.verify_entries(customer_id)


@endpoint.post(
    "/api/customers/{customer_id}/points",
    status=201,
    accepted=ProposalView,
    idempotency=Idempotency.REQUIRED,
    problems=[points.InsufficientPointsError],
)
def adjust_points(request: Request, customer_id: CustomerId, body: NewAdjustment) -> Reply[EntryView | ProposalView]:
    """Add points, or take them (negative), for a reason that the customer can read.

    Above the programme's limit nothing is posted yet: the answer is 202 with a proposal, which somebody else approves.
    """
    view = adjustments.adjust_points(customer_id, body, cause=request.cause, attempt=request.attempt)
    return Reply(view, status=adjustments.ACCEPTED if isinstance(view, ProposalView) else None)


@endpoint.get("/api/customers/{customer_id}/points/proposals")
def list_proposals(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[ProposalView]:
    """A customer's adjustments that needed a second person, newest first, with what became of them."""
    return approvals.list_proposals(customer_id, query, request.cursor(query))


@endpoint.post(
    "/api/customers/{customer_id}/points/proposals/{proposal_id}/approve",
    status=201,
    problems=[approvals.SamePersonError, approvals.ProposalDecidedError, points.InsufficientPointsError],
)
def approve_adjustment(request: Request, customer_id: CustomerId, proposal_id: ProposalId) -> EntryView:
    """Post what somebody else proposed. Sent again by the same person, it is answered again."""
    return approvals.approve_adjustment(customer_id, proposal_id, request.cause)


@endpoint.post(
    "/api/customers/{customer_id}/points/proposals/{proposal_id}/reject", problems=[approvals.ProposalDecidedError]
)
def reject_adjustment(
    request: Request, customer_id: CustomerId, proposal_id: ProposalId, body: Rejection
) -> ProposalView:
    """Let nothing come of a proposal; its proposer may take it back so."""
    return approvals.reject_adjustment(customer_id, proposal_id, body, request.cause)


@endpoint.get("/api/loyalty/adjustments")
def list_open_proposals(request: Request, query: PageQuery) -> Page[ProposalView]:
    """All adjustments that wait for a second person, newest first. The very newest may show a moment late."""
    return approvals.list_open_proposals(query, request.cursor(query))


@endpoint.get("/api/customers/{customer_id}/tier", problems=[points.EmailNotVerifiedError])
def read_tier(request: Request, customer_id: CustomerId) -> TierView:
    """A customer's tier: what it gives, until when it is kept, and the way to the next."""
    return tiers.read_tier(customer_id, by_self=_is_self(request))


@endpoint.get("/api/customers/{customer_id}/tier/history", problems=[points.EmailNotVerifiedError])
def list_tier_changes(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[TierChangeView]:
    """The changes of a customer's tier, newest first."""
    return tiers.list_tier_changes(customer_id, query, request.cursor(query), by_self=_is_self(request))


@endpoint.get("/api/loyalty/tiers")
def read_ladder(request: Request) -> LadderView:
    """All tiers: what reaches them, and what they give."""
    del request
    return tiers.read_ladder()


@endpoint.get("/api/customers/{customer_id}/referral", problems=[points.EmailNotVerifiedError])
def read_referral(request: Request, customer_id: CustomerId) -> ReferralView:
    """Whether somebody brought this customer, and what it gives both."""
    return referrals.read_referral(customer_id, by_self=_is_self(request))


@endpoint.post(
    "/api/customers/{customer_id}/referral",
    status=201,
    idempotency=Idempotency.ACCEPTED,
    problems=[points.EmailNotVerifiedError, referrals.ReferralExistsError, referrals.ReferralTooLateError],
)
def name_referrer(request: Request, customer_id: CustomerId, body: NewReferral) -> ReferralView:
    """Say whose card brought this customer, once, before their first order earns; then both are thanked."""
    return referrals.name_referrer(customer_id, body.card_number, by_self=_is_self(request), attempt=request.attempt)


@endpoint.post(
    "/api/customers/{customer_id}/holds",
    status=201,
    idempotency=Idempotency.BY_EFFECT,
    problems=[points.EmailNotVerifiedError, points.InsufficientPointsError, TooManyHoldsError],
)
def hold_points(request: Request, customer_id: CustomerId, body: NewPointsHold) -> PointsHoldView:
    """Set points aside for a checkout, soonest expiring first. Not captured in time, they come back by themselves."""
    by_self = _is_self(request)
    return redeeming.hold_points(customer_id, body, by_self=by_self, cause=request.cause, signature=request.signature)


@endpoint.get("/api/customers/{customer_id}/holds/{hold_id}", problems=[points.EmailNotVerifiedError])
def read_hold(request: Request, customer_id: CustomerId, hold_id: HoldId) -> PointsHoldView:
    """A hold of points, also after it has ended."""
    return redeeming.read_hold(customer_id, hold_id, by_self=_is_self(request))


@endpoint.post(
    "/api/customers/{customer_id}/holds/{hold_id}/capture", problems=[points.EmailNotVerifiedError, HoldEndedError]
)
def capture_hold(request: Request, customer_id: CustomerId, hold_id: HoldId, body: PointsCapture) -> PointsHoldView:
    """Spend all of a hold, or a part and give the rest back. The same again changes nothing and answers the same."""
    by_self = _is_self(request)
    return redeeming.capture_hold(customer_id, hold_id, body, by_self=by_self, cause=request.cause)


@endpoint.post(
    "/api/customers/{customer_id}/holds/{hold_id}/release", problems=[points.EmailNotVerifiedError, HoldEndedError]
)
def release_hold(request: Request, customer_id: CustomerId, hold_id: HoldId) -> PointsHoldView:
    """Give a hold back. Any number of times is once."""
    return redeeming.release_hold(customer_id, hold_id, by_self=_is_self(request), cause=request.cause)


@endpoint.post(
    "/api/customers/{customer_id}/redemptions",
    status=201,
    idempotency=Idempotency.BY_EFFECT,
    problems=[points.EmailNotVerifiedError, points.InsufficientPointsError],
)
def redeem_points(request: Request, customer_id: CustomerId, body: NewRedemption) -> RedemptionView:
    """Spend points at once, soonest expiring first."""
    by_self = _is_self(request)
    return redeeming.redeem_points(customer_id, body, by_self=by_self, cause=request.cause, signature=request.signature)


@endpoint.post(
    "/api/customers/{customer_id}/checkout-quote",
    problems=[points.EmailNotVerifiedError, points.InsufficientPointsError, credit.InsufficientCreditError],
)
def quote(request: Request, customer_id: CustomerId, body: NewQuote) -> QuoteView:
    """What points and store credit can pay of an order together, and what remains. It holds nothing."""
    return quote_checkout(customer_id, body, by_self=_is_self(request))


@endpoint.get("/api/customers/{customer_id}/card", problems=[points.EmailNotVerifiedError])
def read_card(request: Request, customer_id: CustomerId) -> CardView:
    """A customer's card as they see it, with what their points are worth and what they reach next.

    Its number shows to others than staff only while it can be used.
    """
    return cards.read_card(customer_id, by_self=_is_self(request), for_staff=_is_staff(request))


@endpoint.get(
    "/api/customers/{customer_id}/card/picture", problems=[points.EmailNotVerifiedError, cards.CardNotUsableError]
)
def draw_card(request: Request, customer_id: CustomerId, query: PictureQuery) -> Svg:
    """The card's number as a picture for scanners, a QR code or the bars of Code 128."""
    return Svg(cards.draw_card(customer_id, query.form, by_self=_is_self(request)))


@endpoint.post(
    "/api/customers/{customer_id}/card",
    status=201,
    idempotency=Idempotency.ACCEPTED,
    problems=[cards.CardExistsError],
)
def issue_card(request: Request, customer_id: CustomerId, body: NewCard) -> CardRecord:
    """Give a card to somebody who has none, such as a guest; those who register have one already."""
    return cards.issue_card_by_hand(customer_id, body, cause=request.cause, attempt=request.attempt)


@endpoint.post(
    "/api/customers/{customer_id}/card/replace",
    status=201,
    idempotency=Idempotency.ACCEPTED,
    problems=[card_changes.CardReplacedError],
)
def replace_card(request: Request, customer_id: CustomerId, body: Replacement) -> CardRecord:
    """Give a customer a new number in place of the one named, which is never used again."""
    return card_changes.replace_card(customer_id, body, cause=request.cause, attempt=request.attempt)


@endpoint.post("/api/customers/{customer_id}/card/block", problems=[card_changes.CardReplacedError])
def block_card(request: Request, customer_id: CustomerId, body: NewBlock) -> CardRecord:
    """Let nobody use a card's number until it is unblocked. Its customer goes on earning and spending."""
    return card_changes.block_card(customer_id, body, request.cause)


@endpoint.post("/api/customers/{customer_id}/card/unblock", problems=[card_changes.CardReplacedError])
def unblock_card(request: Request, customer_id: CustomerId, body: NamedCard) -> CardRecord:
    """Let a blocked card be used again."""
    return card_changes.unblock_card(customer_id, body.number, request.cause)


@endpoint.get("/api/loyalty/cards/{number}")
def look_up_card(request: Request, number: CardNumber) -> CardRecord:
    """Whose card it is and what it is good for: for the till. A number that was replaced leads staff alone anywhere."""
    return cards.look_up_card(number, for_staff=_is_staff(request))


@endpoint.patch("/api/loyalty/cards/{number}", if_match=True, problems=[card_changes.CardReplacedError])
def change_card(request: Request, number: CardNumber, body: CardPatch) -> CardRecord:
    """Change a card's notes, or its last day."""
    return card_changes.change_card(number, body, request.if_match)


@endpoint.get("/api/customers/{customer_id}/credit", problems=[points.EmailNotVerifiedError])
def list_credit(request: Request, customer_id: CustomerId) -> Page[CreditView]:
    """A customer's store credit, an account for each currency; nobody has more than one page of them."""
    return credit.list_credit(customer_id, by_self=_is_self(request))


@endpoint.post("/api/customers/{customer_id}/credit", status=201, idempotency=Idempotency.REQUIRED)
def issue_credit(request: Request, customer_id: CustomerId, body: NewCredit) -> CreditEntryView:
    """Give store credit, for a reason that the customer can read."""
    return credit.issue_credit(customer_id, body, cause=request.cause, attempt=request.attempt)


@endpoint.get("/api/customers/{customer_id}/credit/{currency}/entries", problems=[points.EmailNotVerifiedError])
def list_credit_entries(
    request: Request, customer_id: CustomerId, currency: CurrencyCode, query: EntriesQuery
) -> Page[CreditEntryView]:
    """A ledger of store credit, newest first. The newest entry may show a moment after it is posted."""
    staff, by_self = _is_staff(request), _is_self(request)
    position = request.cursor(query)
    return credit.list_entries(customer_id, currency, query, position, names_staff=staff, by_self=by_self)


@endpoint.get("/api/customers/{customer_id}/credit/{currency}/verification")
def verify_credit(request: Request, customer_id: CustomerId, currency: CurrencyCode) -> CreditVerificationView:
    """Compute a whole ledger of store credit again: its chain of hashes, and every sum."""
    del request
    return credit.verify_entries(customer_id, currency)


@endpoint.post(
    "/api/customers/{customer_id}/credit/{currency}/revoke",
    status=201,
    idempotency=Idempotency.REQUIRED,
    problems=[credit.InsufficientCreditError],
)
def revoke_credit(
    request: Request, customer_id: CustomerId, currency: CurrencyCode, body: Revocation
) -> CreditEntryView:
    """Take store credit back, for a reason that the customer can read. What is held cannot be taken."""
    return credit.revoke_credit(customer_id, currency, body, cause=request.cause, attempt=request.attempt)


@endpoint.post(
    "/api/customers/{customer_id}/credit/holds",
    status=201,
    idempotency=Idempotency.BY_EFFECT,
    problems=[credit.InsufficientCreditError, TooManyHoldsError, points.EmailNotVerifiedError],
)
def hold_credit(request: Request, customer_id: CustomerId, body: NewCreditHold) -> CreditHoldView:
    """Set store credit aside for a checkout. It comes back by itself when its time is over."""
    by_self = _is_self(request)
    return credit_holds.hold_credit(
        customer_id, body, by_self=by_self, cause=request.cause, signature=request.signature
    )


@endpoint.get("/api/customers/{customer_id}/credit/holds/{hold_id}", problems=[points.EmailNotVerifiedError])
def read_credit_hold(request: Request, customer_id: CustomerId, hold_id: HoldId) -> CreditHoldView:
    """A hold of store credit, and what became of it."""
    return credit_holds.read_hold(customer_id, hold_id, by_self=_is_self(request))


@endpoint.post(
    "/api/customers/{customer_id}/credit/holds/{hold_id}/capture",
    problems=[HoldEndedError, points.EmailNotVerifiedError],
)
def capture_credit(request: Request, customer_id: CustomerId, hold_id: HoldId, body: CreditCapture) -> CreditHoldView:
    """Pay with all of a hold, or with a part and give the rest back. The same again changes nothing."""
    by_self = _is_self(request)
    return credit_holds.capture_hold(customer_id, hold_id, body, by_self=by_self, cause=request.cause)


@endpoint.post(
    "/api/customers/{customer_id}/credit/holds/{hold_id}/release",
    problems=[HoldEndedError, points.EmailNotVerifiedError],
)
def release_credit(request: Request, customer_id: CustomerId, hold_id: HoldId) -> CreditHoldView:
    """Give a hold back: the payment failed, say. Any number of times is once."""
    return credit_holds.release_hold(customer_id, hold_id, by_self=_is_self(request), cause=request.cause)


@endpoint.post(
    "/api/customers/{customer_id}/claims",
    status=201,
    idempotency=Idempotency.REQUIRED,
    problems=[
        points.EmailNotVerifiedError,
        points.InsufficientPointsError,
        claims.RewardNotAvailableError,
        claims.ClaimLimitError,
        claims.OutOfStockError,
    ],
)
def claim_reward(request: Request, customer_id: CustomerId, body: NewClaim) -> ClaimView:
    """Take a reward of the catalogue for points, at what it costs now."""
    by_self = _is_self(request)
    return claims.claim_reward(customer_id, body, by_self=by_self, cause=request.cause, attempt=request.attempt)


@endpoint.get("/api/customers/{customer_id}/claims", problems=[points.EmailNotVerifiedError])
def list_claims(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[ClaimView]:
    """The rewards that a customer took, newest first."""
    return claims.list_claims(customer_id, query, request.cursor(query), by_self=_is_self(request))


@endpoint.get("/api/customers/{customer_id}/claims/{claim_id}", problems=[points.EmailNotVerifiedError])
def read_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """One reward that a customer took, with its code."""
    return claims.read_claim(customer_id, claim_id, by_self=_is_self(request))


@endpoint.post("/api/customers/{customer_id}/claims/{claim_id}/fulfil", problems=[claims.ClaimSettledError])
def fulfil_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """Note that the customer has got what was claimed. Any number of times is once."""
    del request
    return claims.fulfil_claim(customer_id, claim_id)


@endpoint.post("/api/customers/{customer_id}/claims/{claim_id}/cancel", problems=[claims.ClaimSettledError])
def cancel_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """Undo a claim that was not fulfilled: the points come back. Its code is known to somebody, and not given again."""
    return claims.cancel_claim(customer_id, claim_id, request.cause)


@endpoint.post("/api/loyalty/rewards", status=201, idempotency=Idempotency.ACCEPTED)
def add_reward(request: Request, body: NewReward) -> RewardView:
    """Put a reward into the catalogue."""
    return rewards.add_reward(body, attempt=request.attempt)


@endpoint.get("/api/loyalty/rewards")
def list_rewards(request: Request, query: RewardsQuery) -> Page[RewardView]:
    """The catalogue, newest first. Others than staff see what can be had today, whoever may have it."""
    return rewards.list_rewards(query, request.cursor(query), for_staff=_is_staff(request))


@endpoint.get("/api/loyalty/rewards/{reward_id}")
def read_reward(request: Request, reward_id: RewardId) -> RewardView:
    """One reward. For others than staff an archived one is not there."""
    return rewards.read_reward(reward_id, for_staff=_is_staff(request))


@endpoint.patch("/api/loyalty/rewards/{reward_id}", if_match=True)
def change_reward(request: Request, reward_id: RewardId, body: RewardPatch) -> RewardView:
    """Change a reward; what was claimed of it stays as it was. `"status": "active"` brings an archived one back."""
    return rewards.change_reward(reward_id, body, request.if_match)


@endpoint.delete("/api/loyalty/rewards/{reward_id}")
def archive_reward(request: Request, reward_id: RewardId) -> RewardView:
    """Let nobody claim a reward any more. What was claimed stands. Any number of times is once."""
    del request
    return rewards.archive_reward(reward_id)


@endpoint.post("/api/loyalty/rewards/{reward_id}/codes")
def add_codes(request: Request, reward_id: RewardId, body: NewCodes) -> CodesAdded:
    """Add codes, each to be given once. What was posted before is left out, so a batch that failed is posted again."""
    del request
    return rewards.add_codes(reward_id, body)


@endpoint.get("/api/loyalty/programme")
def read_programme(request: Request) -> Reply[ProgrammeView]:
    """The programme in force. Its ETag is that of the newest version, which may still be to come."""
    view = programme.read_programme()
    return Reply(view, headers={"ETag": f'"{view.newest}"'})


@endpoint.put("/api/loyalty/programme", if_match=True)
def change_programme(request: Request, body: NewVersion) -> VersionView:
    """Replace the whole programme from a moment on, as a new version. `If-Match` names the newest one, or `"0"`."""
    return programme.change_programme(body, request.if_match, request.cause)


@endpoint.get("/api/loyalty/programme/versions")
def list_programme_versions(request: Request, query: PageQuery) -> Page[VersionSummary]:
    """All versions of the programme, newest first."""
    return programme.list_versions(query, request.cursor(query))


@endpoint.get("/api/loyalty/programme/versions/{version}")
def read_programme_version(request: Request, version: Number) -> VersionView:
    """One version of the programme, as it was put."""
    return programme.read_version(version)


@endpoint.get("/api/loyalty/presets/{name}")
def read_preset(request: Request, name: Preset) -> PresetView:
    """A programme that is ready to use, in the shop's currency and time zone."""
    return programme.read_preset(name)


@endpoint.post("/api/loyalty/simulate")
def simulate(request: Request, body: Simulation) -> SimulationView:
    """What an order would earn, and by which rules. Nothing is posted."""
    return simulate_order(body)


@endpoint.get("/api/loyalty/liability", problems=[liability.DayNotClosedError])
def report_liability(request: Request, query: LiabilityQuery) -> LiabilityView:
    """What the shop owes its customers, by the month in which it ends, and what became of the rest, at a day's end."""
    del request
    return liability.report_liability(query)


@endpoint.get("/api/loyalty/liability.csv", problems=[liability.DayNotClosedError])
def tabulate_liability(request: Request, query: LiabilityQuery) -> Csv:
    """The same as a table for spreadsheets."""
    del request
    return Csv(liability.tabulate_liability(query))


# The queue, the stream and their bounds come from the template; the decorators take placeholders.
@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:inbox", name="inbox")
def inbox(event: SQSEvent) -> dict[str, Any]:
    """Hear a batch of events."""
    return receive(event.to_dict(), HEARS, event.context)


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s", name="relay")
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    """Tell what the table's items carry."""
    return Relay("loyalty", LoyaltyItem, TELLS, LoyaltySettings.read().bus_name).publish(event.to_dict())


@app.schedule("rate(1 hour)", name="expire")
def expire(event: CloudWatchEvent) -> dict[str, Any]:
    """Do what time does to accounts; hourly, so that what one run leaves is not left for a day."""
    context: Any = event.context
    cause = Cause("schedule:expire", context.aws_request_id)
    run = due.advance_accounts(cause, lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS)
    return {"advanced": run.advanced, "finished": run.finished}


@app.schedule("cron(30 1-23 * * ? *)", name="close")
def close(event: CloudWatchEvent) -> dict[str, Any]:
    """Close the books of each day that is over; hourly, so that what one run leaves is not left for a day."""
    context: Any = event.context
    run = close_days(lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS)
    return {"closed": run.closed, "finished": run.finished}


def _is_staff(request: Request) -> bool:
    return request.principal.kind == "staff"


def _is_self(request: Request) -> bool:
    return request.principal.customer_id is not None
