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
from infra.local.ports import pair, port_number
from infra.local.stage import LocalStage, local_stage, remembered
from infra.local.state import alone
from infra.replay.expected import STYLES
from infra.replay.main import MismatchError, replay
from infra.replay.orders import NotTakenError
from infra.replay.progress import StuckError
from infra.replay.sample import USD, Currency
from infra.replay.storefront import RefusedError, Storefront
from infra.stacks import DeploymentError
from infra.tokens import MACHINE, STAFF_ROLES, token

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
            for port in pair(chosen.port):
                refuse_taken(port)
            with _step("Bundling the five services"):
                bundles = bundle(HOST_ARCHITECTURE)
            _serve(bundles, chosen)
    except KeyboardInterrupt:
        console.print("\nStopped.")
    except _FAILURES as error:
        fail(str(error))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=port_number, default=8080)
    parser.add_argument(
        "--customers",
        type=_how_many,
        default=300,
        help="how many of the sample's buyers, or `all`; 0: an empty platform",
    )
    parser.add_argument("--preset", choices=sorted(STYLES), default="classic", help="loyalty's programme")
    parser.add_argument("--currency", type=_currency, default=USD, help="the shop's, by its ISO 4217 code")
    parser.add_argument("--leave", action="store_true", help="end after the replay instead of staying up")
    chosen = parser.parse_args()
    if chosen.leave and chosen.customers == 0:
        parser.error("without customers there is nothing to replay: `make run CUSTOMERS=0` starts an empty platform")
    return chosen


def _how_many(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("CUSTOMERS is a number from 0, or `all`")
    return int(text)


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
        storefront = Storefront(stage.base_url, lambda role: token(stage.deployment, role))
        if chosen.customers != 0:
            _say_that_it_answers(stage)
            replay(stage, storefront, chosen.customers, chosen.preset, chosen.currency)
        if not chosen.leave:
            _invite(stage, storefront)
            _stay()


def _say_that_it_answers(stage: LocalStage) -> None:
    console.print(
        f"From now on {stage.base_url} takes calls, also yours. The figures below are compared with the file: "
        "leave the sample's customers and orders alone until then.",
        markup=False,
    )


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
    if customer_id := _some_customer(storefront):
        console.print(f"\nID={customer_id}\nCUSTOMER={storefront.token(customer_id)}", soft_wrap=True, markup=False)
    console.print(
        "\nPaste the lines above into a shell (`make token ROLE=support` prints a fresh token). Then try these calls:\n"
    )
    for call in _calls(stage.base_url, with_customer=customer_id is not None):
        console.print(f"  {call}", soft_wrap=True, markup=False)


def _some_customer(storefront: Storefront) -> str | None:
    """The id of the newest customer who registered. None if there is nobody, as on an empty platform."""
    newest = storefront.get("/api/customers?limit=100", "support")["data"]
    return next((str(customer["id"]) for customer in newest if customer["registered"]), None)


def _calls(base_url: str, *, with_customer: bool) -> list[str]:
    person = '{"email": "you@example.com", "first_name": "You"}'
    json_body = f"-H 'Content-Type: application/json' -d '{person}'"
    own = [f'curl -s {base_url}/api/customers/$ID/points -H "Authorization: Bearer $CUSTOMER"']
    return [
        f'curl -s {base_url}/api/segments -H "Authorization: Bearer $MARKETING"',
        *(own if with_customer else []),
        f'curl -s {base_url}/api/registrations -H "Authorization: Bearer $STOREFRONT" {json_body}',
    ]


def _stay() -> None:
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
