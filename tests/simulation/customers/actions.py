"""Customers are registered and changed, by themselves and by staff."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.simulation.plan import BIRTHDAY, BIRTHDAYS, Person, Step
from tests.simulation.scene import Outcome, Scene
from tests.simulation.steps import key, others
from tests.simulation.tables import Row, Tables, customer_of


def register(scene: Scene, rng: Random, step: Step) -> None:
    """A person registers by their own act; that alone brings somebody back who was erased."""
    register_as(scene, rng, step, rng.choice(scene.people))


def register_as(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """A person, this one, registers."""
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


def merge(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody registered is given the e-mail that they bought with as a guest, and it is verified: two become one."""
    for person in rng.sample(scene.people, len(scene.people)):
        guest = scene.profile_of(person, registered=False)
        profile = scene.profile_of(person, registered=True)
        if guest is not None and profile is not None:
            set_email(scene, rng, profile, guest["email"], by="support")
            verify(scene, rng, customer_of(profile), guest["email"])
            return


def verify(scene: Scene, rng: Random, customer_id: str, email: str) -> None:
    """Staff verify an e-mail, if it is still the customer's."""
    profile = Tables.of(("customers",)).own("customers", customer_id, "PROFILE") or {}
    if profile.get("email") == email:
        _write(scene, rng, "PATCH", profile, {"email_verified": True}, by="support")


def change_oneself(scene: Scene, rng: Random, step: Step) -> None:
    """A customer changes their own name."""
    profile = scene.profile_of(rng.choice(scene.people), registered=True)
    if profile is not None:
        patch = {"last_name": f"Kanarie {step.number}"}
        _write(scene, rng, "PATCH", profile, patch, by=customer_of(profile))


def move_birthday(scene: Scene, rng: Random, step: Step) -> None:
    """A date of birth moves by a month: customers ask for that themselves, and staff do it."""
    profile = scene.profile_of(rng.choice(scene.people), registered=True)
    if profile is not None:
        set_birthday(scene, rng, profile, rng.choice(BIRTHDAYS))


def set_birthday(scene: Scene, rng: Random, profile: Row, born: str) -> None:
    """Somebody has another date of birth from now on, if that is let."""
    by = rng.choice((*["support"] * 4, customer_of(profile)))
    _write(scene, rng, "PATCH", profile, {"date_of_birth": born}, by=by)


def set_email(scene: Scene, rng: Random, profile: Row, email: str, *, by: str | None = None) -> None:
    """Somebody is given another address of theirs, which is not verified by that; the customer does it, or `by`."""
    _write(scene, rng, "PATCH", profile, {"email": email}, by=by or customer_of(profile))


def change_status(scene: Scene, rng: Random, profile: Row, status: str) -> None:
    """Staff ban somebody, or let them back."""
    _write(scene, rng, "PATCH", profile, {"status": status}, by="support")


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
