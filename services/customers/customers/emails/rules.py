"""What an e-mail address is, and when two are the same."""

from __future__ import annotations


def normalise(text: str) -> str:
    """The address in its one spelling: stripped, lower-cased, its domain in ASCII (IDNA).

    Dots and plus signs stay: only the provider knows whether they matter. Raises ValueError for what is no address,
    without repeating it.
    """
    # 60 ms of tables and patterns, which the relay and most reads never need.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        found = validate_email(text.strip().lower(), check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("Not an e-mail address") from None
    return f"{found.local_part}@{found.ascii_domain}"
