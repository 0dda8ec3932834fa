"""The form of an e-mail address, and the one spelling by which addresses are compared."""

from __future__ import annotations

from typing import Final

# RFC 5321, 4.5.3.1.1.
_LONGEST_LOCAL_PART: Final = 64


def is_mailable(email: str) -> bool:
    """Whether SES sends to a normalised address: it takes only ASCII before the @, and at most 64 characters.

    Apart from `normalise`, because addresses of before this rule are still read and compared.
    """
    local, _, _ = email.rpartition("@")
    return local.isascii() and len(local) <= _LONGEST_LOCAL_PART


def normalise(text: str) -> str:
    """The address in its one spelling: stripped, lower-cased, its domain in ASCII (IDNA).

    Dots and plus signs stay: only the provider knows whether they matter. Raises ValueError if the text is no address.
    The error does not repeat the text.
    """
    # Its tables and patterns take 60 ms to import, and the relay and most reads never need them.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        found = validate_email(text.strip().lower(), check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("Not an e-mail address") from None
    return f"{found.local_part}@{found.ascii_domain}"


def folded(email: str) -> str:
    """One address for all that most providers deliver to one mailbox: without dots and plus-part before the @.

    Only to recognise somebody who was rewarded before. Never to identify a person or to send mail.
    """
    local, _, domain = email.rpartition("@")
    return f"{local.partition('+')[0].replace('.', '') or local}@{domain}"
