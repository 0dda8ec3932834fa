"""Who answers which path: the one table that the front of an account and the local front are both made from.

The first pattern that matches wins, so the specific ones stand before the general. A star matches slashes too.
"""

from fnmatch import fnmatchcase

SERVICES = ("customers", "loyalty", "segments", "notifications", "privacy")

PATHS: tuple[tuple[str, str], ...] = (
    ("/api/customers/*/points*", "loyalty"),
    ("/api/customers/*/card*", "loyalty"),
    ("/api/customers/*/referral*", "loyalty"),
    ("/api/customers/*/tier*", "loyalty"),
    ("/api/customers/*/holds*", "loyalty"),
    ("/api/customers/*/redemptions*", "loyalty"),
    ("/api/customers/*/checkout-quote*", "loyalty"),
    ("/api/customers/*/credit*", "loyalty"),
    ("/api/customers/*/claims*", "loyalty"),
    ("/api/customers/*/segments*", "segments"),
    ("/api/customers/*/messages*", "notifications"),
    ("/api/customers/*/consents*", "privacy"),
    ("/api/customers*", "customers"),
    ("/api/registrations*", "customers"),
    ("/api/orders*", "customers"),
    ("/api/loyalty*", "loyalty"),
    ("/api/segments*", "segments"),
    ("/api/privacy*", "privacy"),
    ("/unsubscribe*", "notifications"),
)


def service_for(path: str) -> str | None:
    """The service that answers this path, or None where nobody does."""
    return next((service for pattern, service in PATHS if fnmatchcase(path, pattern)), None)
