"""What customers is told by its environment."""

from __future__ import annotations

from shared.settings import Settings


class CustomersSettings(Settings):
    """`email_secret_id` names the secret that keys the hashes of e-mail addresses; it must never change."""

    email_secret_id: str = ""
