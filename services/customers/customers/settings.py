"""The settings of customers."""

from __future__ import annotations

from shared.runtime.settings import Settings


class CustomersSettings(Settings):
    """`email_secret_id` names the secret that keys the hashes of e-mail addresses. The secret must never change."""

    email_secret_id: str = ""
