"""What people, staff and the shop's systems do, one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from tests.simulation import carriage
from tests.simulation.plan import BIRTHDAY, Person, Step
from tests.simulation.scene import Adjustment, Outcome, Scene, customer_of
from tests.simulation.tables import Row, Tables

Action = Callable[[Scene, Random, Step], None]

_ACCEPTED: Final = 202
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def register(scene: Scene, rng: Random, step: Step) -> None:
    """A person registers by their own act; that alone brings somebody back who was erased."""
    person = rng.choice(scene.people)
    scene.promises.own_acts.add(person.email)
    consents = [{"channel": "email", "granted": rng.random() < 0.8}]
    body = _details(person, step, rng) | {"consents": consents if rng.random() < 0.9 else []}
    answer = scene.call(
        rng,
        "POST",
        "/api/registrations",
        by="storefront",
        body=body,
        headers=key(step),
        meanwhile=others(scene, rng, "customers"),
    )
    _note_view(scene, answer, 201)
    if answer is not None and answer.status == 201:
        _is_a_beginning(scene, body, answer.json)


def create(scene: Scene, rng: Random, step: Step) -> None:
    """Staff or the storefront register somebody; they may not bring back who was erased."""
    person = rng.choice(scene.people)
    body = _details(person, step, rng)
    answer = scene.call(
        rng,
        "POST",
        "/api/customers",
        by=rng.choice(("support", "storefront")),
        body=body,
        headers=key(step),
        meanwhile=others(scene, rng, "customers"),
    )
    _note_view(scene, answer, 201)


def change(scene: Scene, rng: Random, step: Step) -> None:
    """Staff change somebody, now and then from a view that is old."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    person = next(one for one in scene.people if one.owns(profile["email"]))
    if rng.random() < 0.2:
        details = _details(person, step, rng) | {"status": profile["status"], "email_verified": rng.random() < 0.5}
        _write(scene, rng, "PUT", profile, details, by="support")
        return
    patch: dict[str, Any] = rng.choice(
        (
            {"last_name": f"Kanarie {step.number}"},
            {"email": rng.choice((person.email, person.other_email))},
            {"status": rng.choice(("active", "active", "inactive", "banned"))},
            {"phone": None, "email_verified": True},
            {"locale": "nl-NL", "phone": person.phone},
        )
    )
    _write(scene, rng, "PATCH", profile, patch, by="support")


def change_oneself(scene: Scene, rng: Random, step: Step) -> None:
    """A customer changes their own name."""
    profile = scene.profile_of(rng.choice(scene.people), registered=True)
    if profile is not None:
        patch = {"last_name": f"Kanarie {step.number}"}
        _write(scene, rng, "PATCH", profile, patch, by=customer_of(profile))


def adjust(scene: Scene, rng: Random, step: Step) -> None:
    """Staff add or take points, with words that name the person; now and then the customer is not to hear of it."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    points = rng.choice((-5_000, -300, -1, 1, 50, 100, 4_000))
    reason = f"For {profile['email']}, at step {step.number}"
    path = f"/api/customers/{customer_of(profile)}/points"
    body = {"points": points, "reason": reason, "notify": step.number % 4 > 0}
    answer = scene.call(
        rng, "POST", path, by="support", body=body, headers=key(step), meanwhile=others(scene, rng, "loyalty")
    )
    asked = scene.promises.adjustments[reason] = Adjustment(customer_of(profile), points, scene.outcome(answer, 201))
    if answer is not None and answer.status == _ACCEPTED:
        # Nothing is posted before a second person approves.
        asked.outcome = Outcome.REFUSED
        scene.promises.proposals[answer.json["id"]] = (asked.customer_id, reason)


def consent(scene: Scene, rng: Random, step: Step) -> None:
    """Staff, the storefront or the customer say yes or no to marketing by a channel."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    customer_id = customer_of(profile)
    body = {"channel": rng.choice(("email", "email", "sms")), "granted": rng.random() < 0.5}
    path = f"/api/customers/{customer_id}/consents"
    by = rng.choice(("support", "storefront", customer_id))
    answer = scene.call(rng, "POST", path, by=by, body=body, headers=key(step), meanwhile=others(scene, rng, "privacy"))
    scene.promises.consents.append((customer_id, scene.outcome(answer, 201)))


def unsubscribe(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody uses the link of a mail; a scanner opened it before."""
    links = [mail.link for mail in scene.world.mails if mail.link]
    if not links:
        return
    path = "/unsubscribe/" + rng.choice(links).rpartition("/")[2]
    scene.call(rng, "GET", path, by=None)
    scene.call(
        rng,
        "POST",
        path,
        by=None,
        body=b"List-Unsubscribe=One-Click",
        headers=_FORM,
        meanwhile=others(scene, rng, "notifications"),
    )


def erase(scene: Scene, rng: Random, step: Step) -> None:
    """Compliance enters an erasure and approves it, most of the time."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    customer_id = _survivor(scene, customer_of(profile))
    request_id = _enter_request(scene, rng, customer_id, step)
    if request_id is None:
        return
    if rng.random() < 0.15:
        scene.call(rng, "POST", f"/api/privacy/requests/{request_id}/cancel", by="compliance")
        return
    scene.promises.erased[customer_id] = next(one for one in scene.people if one.owns(profile["email"]))
    _note_letters(scene, customer_id, request_id)
    path = f"/api/privacy/requests/{request_id}/approve"
    answer = scene.call(rng, "POST", path, by="compliance", meanwhile=others(scene, rng, "privacy"))
    if scene.outcome(answer, 200) is Outcome.DONE:
        scene.promises.erasures[customer_id] = request_id


def _survivor(scene: Scene, customer_id: str) -> str:
    """Who a customer was told to be: an erasure is asked for under the id that stays, while somebody is there."""
    stays = customer_id
    while stays in scene.promises.merged:
        stays = scene.promises.merged[stays]
    profile = Tables.of(("customers",)).own("customers", stays, "PROFILE") or {}
    return stays if profile.get("kind") == "profile" else customer_id


def poison(scene: Scene, rng: Random, step: Step) -> None:
    """An event that no handler can read, about somebody: it ends among the dead letters, planted."""
    told = [event for event in scene.world.told if event["detail-type"] == "CustomerRegistered"]
    if not told:
        return
    event = rng.choice(told)
    broken = {**event, "id": f"poison-{step.number}", "detail": {**event["detail"], "metadata": {}}}
    scene.world.send(broken)


def _note_letters(scene: Scene, customer_id: str, request_id: str) -> None:
    """Keep which planted dead letters name the person: the erasure that begins now has to find them."""
    request = Tables.of(("privacy",)).at("privacy", f"REQUEST#{request_id}", "REQUEST")
    if request is None or request["status"] != "received":
        return  # it began before, and a sweep may be over
    for service, queue in scene.world.queues.items():
        for letter in queue.dead:
            if carriage.is_planted(letter) and customer_id in letter.body:
                scene.promises.dead_before[(service, letter.id)] = customer_id


def _enter_request(scene: Scene, rng: Random, customer_id: str, step: Step) -> str | None:
    body = {"kind": "erase", "customer_id": customer_id}
    answer = scene.call(
        rng,
        "POST",
        "/api/privacy/requests",
        by="compliance",
        body=body,
        headers=key(step),
        meanwhile=others(scene, rng, "privacy"),
    )
    if answer is None:
        return None
    if answer.status == 409:
        already: str | None = answer.json.get("open_request_id")
        return already
    return str(answer.json["id"]) if answer.status == 201 else None


def _write(scene: Scene, rng: Random, method: str, profile: Row, body: Mapping[str, Any], *, by: str) -> None:
    is_old = rng.random() < 0.15
    scene.world.disorder["change of an old version"] += is_old
    version = profile["version"] - is_old
    answer = scene.call(
        rng,
        method,
        f"/api/customers/{customer_of(profile)}",
        by=by,
        body=body,
        headers={"If-Match": f'"{version}"'},
        meanwhile=others(scene, rng, "customers", customer_of(profile)),
    )
    _note_view(scene, answer, 200)


def _note_view(scene: Scene, answer: Any, success: int) -> None:
    """Keep what was answered; two different answers at one version are an update lost."""
    if scene.outcome(answer, success) is not Outcome.DONE:
        return
    view = answer.json
    known = scene.promises.views.setdefault((view["id"], view["version"]), view)
    if known != view:
        scene.world.violations.append(f"version {view['version']} of {view['id']} was answered with two contents")


def others(scene: Scene, rng: Random, service: str, about: str | None = None) -> Callable[[], None]:
    """Something else that the same service does meanwhile, about the same customer if there is anything."""
    return lambda: carriage.deliver_to(scene, rng, service, count=1, about=about)


def _is_a_beginning(scene: Scene, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
    """Whoever registers by their own act is who they say, and nothing of the guest whose e-mail it was."""
    for name in ("first_name", "last_name", "phone", "date_of_birth", "locale"):
        if view[name] != body.get(name):
            scene.world.violations.append(f"{view['id']} registered and has a {name} that is not their own")
    if view["email_verified"]:
        scene.world.violations.append(f"{view['id']} registered and need not show that the e-mail is theirs")


def _details(person: Person, step: Step, rng: Random) -> dict[str, Any]:
    """What somebody says of a person; now and then the e-mail alone."""
    if rng.random() < 0.25:
        return {"email": person.email}
    return {
        "email": person.email,
        "first_name": "Kanarie",
        "last_name": f"Kanarie {step.number}",
        "phone": person.phone,
        "date_of_birth": BIRTHDAY,
    }


def key(step: Step) -> dict[str, str]:
    return {"Idempotency-Key": f"step-{step.number}"}
