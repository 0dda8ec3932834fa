"""What the functions of notifications are told by their environment."""

from __future__ import annotations

from shared.settings import Settings


class NotificationsSettings(Settings):
    """`sender` is an address of an identity verified in SES; `base_url` is the API's, without a slash at the end.

    `shop_name` and `shop_address` (the postal one that many laws ask for) stand in every mail.
    """

    sender: str
    base_url: str
    link_secret_id: str
    shop_name: str = "our shop"
    shop_address: str = ""
