"""Runs all of Regulars on the local cloud: packaged for this machine, deployed like an account, behind one address."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.bundle import HOST as HOST_ARCHITECTURE
from infra.bundle import Bundle, bundle
from infra.deploy import LOCAL_SENDER, Deployment, deploy
from infra.local.cloud import REGION, ROOT, Cloud, free_port, refuse_taken, session, start, write_clock
from infra.local.front import Front
from infra.local.ports import HOST
from infra.local.state import FILE, STAGE, Running, forget, remember
from infra.stacks import Outputs


@dataclass(frozen=True)
class LocalStage:
    """A deployed stage on a running local cloud."""

    cloud: Cloud
    deployment: Deployment
    base_url: str
    outputs: dict[str, Outputs]

    @property
    def mails_url(self) -> str:
        """The address that lists all sent mails as JSON."""
        return f"{self.cloud.endpoint}/_ministack/ses/messages"

    def set_clock_ahead(self, seconds: float) -> None:
        """Set the functions' clock ahead of the real time, from the next event on."""
        write_clock(self.cloud.clock, seconds)


@contextmanager
def local_stage(
    port: int | None = None,
    home: Path = ROOT / ".local",
    bundles: list[Bundle] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[LocalStage]:
    """Regulars on `port`, with the local cloud on the next port. Without a `port` both take free ports.

    `settings` are more parameters of the stacks. The stage ends with the context. Raises CloudError if a port is taken,
    and the errors of packaging and deploying.
    """
    chosen = port or free_port()
    refuse_taken(chosen)
    packaged = bundles or bundle(HOST_ARCHITECTURE)
    with start(port + 1 if port else free_port(), home) as cloud:
        base_url = f"http://{HOST}:{chosen}"
        deployment = _deployment(cloud, base_url, settings or {})
        _verify_sender(cloud)
        outputs = deploy(deployment, packaged)
        front = Front(
            chosen, cloud.endpoint, {bundle.service: outputs[bundle.service]["RestAPIId"] for bundle in packaged}
        )
        front.start()
        try:
            yield LocalStage(cloud, deployment, base_url, outputs)
        finally:
            front.stop()


@contextmanager
def remembered(stage: LocalStage) -> Iterator[None]:
    """Note the stage while the context lasts, so that `make stop`, `make token` and `make redrive` find it."""
    remember(Running(os.getpid(), stage.cloud.process.pid, stage.cloud.endpoint, stage.base_url))
    try:
        yield
    finally:
        forget(FILE)


def _deployment(cloud: Cloud, base_url: str, chosen: Mapping[str, str]) -> Deployment:
    # Two simultaneous batches for each service are the most that a small machine handles without waiting. And nobody
    # verifies the addresses of the sample's buyers.
    settings = {
        "BaseUrl": base_url,
        "Sender": LOCAL_SENDER,
        "Pace": "few",
        "MarketingOptIn": "single",
        **chosen,
    }
    return Deployment(STAGE, settings, REGION, cloud.endpoint, session())


def _verify_sender(cloud: Cloud) -> None:
    ses = session().client("sesv2", endpoint_url=cloud.endpoint)
    ses.create_email_identity(EmailIdentity=LOCAL_SENDER.rpartition("@")[2])
