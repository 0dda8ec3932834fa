"""The environment of the services in tests: an AWS that is not there, and a stage named `test`.

Import it before anything of Regulars: tables are named, and clients made, from it.
"""

from __future__ import annotations

import os

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    # moto does not know the hosts that carry an account id, which streams are else asked at.
    AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
    STAGE="test",
    BUS_NAME="regulars-test",
    POWERTOOLS_METRICS_NAMESPACE="Regulars",
    POWERTOOLS_TRACE_DISABLED="true",
    POWERTOOLS_METRICS_DISABLED="true",
    EMAIL_SECRET_ID="email-secret",
    LINK_SECRET_ID="link-secret",
    APPLE_PASS_SECRET_ID="apple-pass-secret",
    GOOGLE_PASS_SECRET_ID="google-pass-secret",
    GOOGLE_CARD_CLASS="3388000000012345678.card",
    TRANSFER_SECRET_ID="transfer-secret",
    SENDER="Shop <hello@shop.example>",
    BASE_URL="https://shop.example",
    ALLOWED_ORIGINS="https://shop.example",
    DEAD_LETTER_QUEUE_URL="",
)

for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "REGULARS_CLOCK_FILE"):
    os.environ.pop(name, None)
