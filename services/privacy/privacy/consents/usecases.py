"""The consent log. Registrations, unsubscribe links and calls add entries; callers read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privacy.consents import rules
from privacy.consents.models import ConsentsPage, How, LoggedConsent, NewConsent
from privacy.consents.store import ConsentEntry, all_entries, find_state, new_entry, newest_entries, state_of
from privacy.merging.store import survivor_of
from shared import clock, ids
from shared.auth import name_of
from shared.events.customers import Consent, CustomerRegistered
from shared.events.notifications import Unsubscribed
from shared.events.privacy import ConsentChanged
from shared.items.batches import delete_all
from shared.items.table import Delete, Put, commit, retry_lost_races
from shared.runtime.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.http import Attempt, PageQuery
    from shared.messages.cause import Cause
    from shared.messages.inbox import Heard


class LoggedBeforeError(Exception):
    """The log has this entry already: the same event came again."""


def log_registration(heard: Heard[CustomerRegistered]) -> None:
    """Log the consents given with a registration. Tells no event, because CustomerRegistered carries them already."""
    customer_id, consents = heard.data.customer_id, rules.distinct(heard.data.consents)
    if consents:
        _log_heard(
            customer_id, lambda: [_entry(customer_id, c, How.REGISTRATION, heard.cause, heard.id) for c in consents]
        )


def log_unsubscribe(heard: Heard[Unsubscribed]) -> None:
    """Log the withdrawal by an unsubscribe link, and tell ConsentChanged."""
    data = heard.data
    withdrawn = Consent(channel=data.channel, granted=False, decided_at=data.unsubscribed_at)
    _log_heard(
        data.customer_id,
        lambda: [_told_entry(data.customer_id, withdrawn, How.UNSUBSCRIBE_LINK, heard.cause, heard.id)],
    )


def give_consent(customer_id: str, new: NewConsent, *, cause: Cause, attempt: Attempt | None = None) -> LoggedConsent:
    """Log a consent given or withdrawn now, and tell ConsentChanged. Raises ErasedError.

    A consent in a merged customer's name is the survivor's.

    Privacy does not know which customers exist. It logs the consent of an unknown customer like any other, and drops it
    when customers says that nobody has the id.
    """
    decided = Consent(channel=new.channel, granted=new.granted, decided_at=clock.now())
    how, caused_by = rules.how_entered(cause.actor), ids.new_event_id()

    def log() -> LoggedConsent:
        entry = _told_entry(customer_id, decided, how, cause, caused_by)
        view = _view(entry, names_staff=True)  # the caller entered it
        _append(customer_id, [entry], attempt and attempt.receipt(view))
        return view

    try:
        return retry_lost_races(log)
    except rules.ErasedError:
        if (survivor_id := survivor_of(customer_id)) == customer_id:
            raise
        return give_consent(survivor_id, new, cause=cause, attempt=attempt)


def drop_log(customer_id: str) -> None:
    """Drop the log of an id that nobody has. A repetition, or a log that is somebody's, changes nothing."""
    retry_lost_races(lambda: _drop(customer_id))


def read_consents(
    customer_id: str, query: PageQuery, before: str | None, *, as_proof: bool, names_staff: bool
) -> ConsentsPage:
    """The consents in force, and a page of the log, newest first.

    Of a merged customer, the survivor's, except with `as_proof`. Raises ErasedError for an erased customer, except with
    `as_proof`.
    """
    state = find_state(customer_id)
    if state and state.erased_at and not as_proof:
        if (survivor_id := survivor_of(customer_id)) != customer_id:
            return read_consents(survivor_id, query, before, as_proof=as_proof, names_staff=names_staff)
        raise rules.ErasedError
    found = newest_entries(customer_id, before, query.limit + 1)
    rows = found[: query.limit]
    page = ConsentsPage.of(
        [_view(entry, names_staff=names_staff) for entry in rows], rows[-1].sk if len(found) > len(rows) else None
    )
    page.current = list(state.consents().values()) if state else []
    page.erased_at = state.erased_at if state else None
    return page


def _log_heard(customer_id: str, entries: Callable[[], Sequence[ConsentEntry]]) -> None:
    """Log the entries of an event. A repeated event, or an event after the erasure, changes nothing."""
    try:
        retry_lost_races(lambda: _append(customer_id, entries()))
    except (LoggedBeforeError, rules.ErasedError) as error:
        logger.info("consent not logged", extra={"reason": type(error).__name__})


def _drop(customer_id: str) -> None:
    state, entries = find_state(customer_id), all_entries(customer_id)
    if (state and state.erased_at) or rules.is_somebodys(entry.how for entry in entries):
        logger.warning("log of an unknown customer not dropped", extra={"customer_id": customer_id})
        return
    # The state first, at its version: if an erasure or another entry came meanwhile, nothing is lost by this run. One
    # that ends after this line is repeated with its event, and finds the entries.
    commit(Delete(state) if state else None)
    delete_all(entries)


def _append(customer_id: str, entries: Sequence[ConsentEntry], receipt: Put | None = None) -> None:
    state = state_of(customer_id)
    if state.erased_at:
        raise rules.ErasedError
    standing = state.consents()
    for entry in entries:
        standing = rules.stand_after(standing, _consent(entry))
    state.standing = [consent.model_dump(mode="json") for consent in standing.values()]
    state.entries += len(entries)
    commit(*[Put(entry, error=LoggedBeforeError()) for entry in entries], Put(state), receipt)


def _told_entry(customer_id: str, decided: Consent, how: How, cause: Cause, caused_by: str) -> ConsentEntry:
    entry = _entry(customer_id, decided, how, cause, caused_by)
    entry.tell(ConsentChanged, cause)
    return entry


def _entry(customer_id: str, decided: Consent, how: How, cause: Cause, caused_by: str) -> ConsentEntry:
    """A new entry. Each try needs its own: an entry whose write failed cannot be written again."""
    entry = new_entry(customer_id, decided, caused_by)
    entry.how, entry.entered_by, entry.logged_at = how, cause.actor, clock.now()
    return entry


def _consent(entry: ConsentEntry) -> Consent:
    return Consent(channel=entry.channel, granted=entry.granted, decided_at=entry.decided_at)


def _view(entry: ConsentEntry, *, names_staff: bool) -> LoggedConsent:
    return LoggedConsent(
        channel=entry.channel,
        granted=entry.granted,
        decided_at=entry.decided_at,
        how=entry.how,
        entered_by=name_of(entry.entered_by, names_staff=names_staff),
        caused_by=entry.caused_by,
        logged_at=entry.logged_at,
    )
