"""`make run`: starts the whole platform on this machine and sends real purchases through it."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import CalledProcessError
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from infra.bundle import HOST as HOST_ARCHITECTURE
from infra.bundle import Bundle, PackagingError, bundle
from infra.console import console, fail
from infra.local.cloud import CloudError, refuse_taken
from infra.local.stage import LocalStage, local_stage, remembered
from infra.local.state import alone
from infra.replay.expected import STYLES
from infra.replay.main import MismatchError, replay
from infra.replay.orders import NotTakenError
from infra.replay.progress import StuckError
from infra.replay.sample import USD, Currency
from infra.replay.storefront import RefusedError, Storefront
from infra.stacks import DeploymentError
from infra.tokens import MACHINE, STAFF_ROLES

_FAILURES: Final = (
    CloudError,
    PackagingError,
    DeploymentError,
    CalledProcessError,
    ClientError,
    BotoCoreError,
    NotTakenError,
    RefusedError,
    StuckError,
    MismatchError,
)


def main() -> None:
    """Starts the platform, replays the purchases, and runs until Ctrl-C or `make stop`."""
    chosen = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with alone():
            refuse_taken(chosen.port)
            with _step("Bundling the five services"):
                bundles = bundle(HOST_ARCHITECTURE)
            _serve(bundles, chosen)
    except KeyboardInterrupt:
        console.print("\nStopped.")
    except _FAILURES as error:
        fail(str(error))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--customers", type=_how_many, default=300, help="how many of the sample's buyers, or `all`")
    parser.add_argument("--preset", choices=sorted(STYLES), default="classic", help="loyalty's programme")
    parser.add_argument("--currency", type=_currency, default=USD, help="the shop's, by its ISO 4217 code")
    parser.add_argument("--leave", action="store_true", help="end after the replay instead of staying up")
    return parser.parse_args()


def _how_many(text: str) -> int | None:
    return None if text == "all" else int(text)


def _currency(code: str) -> Currency:
    try:
        return Currency.of(code)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _serve(bundles: list[Bundle], chosen: argparse.Namespace) -> None:
    step = _step("Starting the local cloud and deploying to it")
    settings = {"Preset": chosen.preset, "Currency": chosen.currency.code}
    with step as ended, local_stage(chosen.port, bundles=bundles, settings=settings) as stage, remembered(stage):
        ended()
        storefront = replay(stage, chosen.customers, chosen.preset, chosen.currency)
        if not chosen.leave:
            _invite(stage, storefront)
            _stay()


@contextmanager
def _step(what: str) -> Iterator[Callable[[], None]]:
    """Print the step's name, and its duration once: at its end, or when the yielded function is called."""
    began = time.monotonic()
    console.print(f"{what} …")
    told = False

    def ended() -> None:
        nonlocal told
        if not told:
            console.print(f"  {time.monotonic() - began:.1f} s", style="dim")
        told = True

    yield ended
    ended()


def _invite(stage: LocalStage, storefront: Storefront) -> None:
    console.rule("The platform keeps running; Ctrl-C or `make stop` ends it")
    console.print(f"Base URL  {stage.base_url}\nMails     {stage.mails_url}\nLogs      {stage.cloud.log}", markup=False)
    for role in (*STAFF_ROLES, MACHINE):
        console.print(f"\n{role.upper()}={storefront.token(role)}", soft_wrap=True, markup=False)
    customer_id = _some_customer(storefront)
    console.print(f"\nID={customer_id}\nCUSTOMER={storefront.token(customer_id)}", soft_wrap=True, markup=False)
    console.print(
        "\nPaste the lines above into a shell (`make token ROLE=support` prints a fresh token). Then try these calls:\n"
    )
    for call in _calls(stage.base_url):
        console.print(f"  {call}", soft_wrap=True, markup=False)


def _some_customer(storefront: Storefront) -> str:
    """The id of the newest customer who registered."""
    newest = storefront.get("/api/customers?limit=100", "support")["data"]
    return str(next(customer["id"] for customer in newest if customer["registered"]))


def _calls(base_url: str) -> list[str]:
    person = '{"email": "you@example.com", "first_name": "You"}'
    json_body = f"-H 'Content-Type: application/json' -d '{person}'"
    return [
        f'curl -s {base_url}/api/segments -H "Authorization: Bearer $MARKETING"',
        f'curl -s {base_url}/api/customers/$ID/points -H "Authorization: Bearer $CUSTOMER"',
        f'curl -s {base_url}/api/registrations -H "Authorization: Bearer $STOREFRONT" {json_body}',
    ]


def _stay() -> None:
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
