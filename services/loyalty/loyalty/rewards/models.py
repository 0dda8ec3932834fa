"""What the routes of the catalogue take and answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from loyalty.catalogue.items import StoredReward
from loyalty.catalogue.rules import DEFAULT_CODE, SHORTEST_CODE, CodeSource, RewardKind, RewardStatus
from loyalty.programme.sections import MOST_POINTS, MOST_TIERS, Value
from shared.events.loyalty import TierId
from shared.http import PageQuery
from shared.ids import RewardId
from shared.model import NAME, PRINTABLE, STORED, ApiModel, Input

MOST_CODES: Final = 1_000

_REWARD: Final[dict[str, Any]] = {
    "name": "$5 off your next order",
    "kind": "discount_code",
    "points": 500,
    "value": 500,
    "description": "One order of $20 or more, not together with other offers.",
    "valid_from": "2026-12-01",
    "valid_until": "2027-02-28",
    "stock": 200,
    "limit_per_customer": 1,
    "tiers": ["silver", "gold"],
    "status": "active",
    "codes": {"source": "generated", "prefix": "THANKS-", "length": 12},
}

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), NAME]
Price = Annotated[int, Field(ge=1, le=MOST_POINTS, description="What one costs, in points.")]
Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), PRINTABLE]
FirstDay = Annotated[date, Field(description="The first day on which it can be claimed, in the shop's time zone.")]
LastDay = Annotated[date, Field(description="The last day on which it can be claimed, in the shop's time zone.")]
InAll = Annotated[
    int,
    Field(ge=0, le=10**9, description="How many there are in all, those claimed included; null: no end."),
]
EachCustomer = Annotated[int, Field(ge=1, le=1_000, description="How many one customer can have; null: no end.")]
Tiers = Annotated[tuple[TierId, ...], Field(max_length=MOST_TIERS, description="Who can have it; empty: everybody.")]
Prefix = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,16}$")]
Length = Annotated[
    int,
    Field(
        ge=SHORTEST_CODE,
        le=32,
        description="Of what is random in a generated code. Each character is one of 26: 12 of them have 56 bits.",
    ),
]
Worth = Annotated[
    Value, Field(description="What one is worth in the minor unit of the shop's currency, for the books.")
]


class Codes(Input):
    """Where the codes come from that claims are given. Prefix and length are those of generated ones."""

    source: Annotated[CodeSource, Field(description="It cannot be changed.")] = CodeSource.NONE
    prefix: Prefix | None = None
    length: Length = DEFAULT_CODE


class NewReward(Input):
    """Something that customers can have for points."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REWARD]})

    name: Name
    kind: RewardKind
    points: Price
    value: Worth | None = None
    description: Description | None = None
    valid_from: FirstDay | None = None
    valid_until: LastDay | None = None
    stock: InAll | None = None
    limit_per_customer: EachCustomer | None = None
    tiers: Tiers = ()
    status: Annotated[RewardStatus, Field(description="A draft is archived until it is made active.")] = (
        RewardStatus.ACTIVE
    )
    codes: Codes = Field(default_factory=Codes)

    @field_validator("valid_until")
    @classmethod
    def _ends_after_it_begins(cls, until: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("valid_from")
        if until and begins and until < begins:
            raise ValueError("Must not be before valid_from")
        return until

    @classmethod
    def of(cls, reward: StoredReward) -> Self:
        """What staff said of a reward."""
        return cls.model_validate(_described(reward), context=STORED)

    def describe(self, reward: StoredReward) -> None:
        """Let a reward be as this says."""
        reward.name, reward.reward_kind, reward.points, reward.value = self.name, self.kind, self.points, self.value
        reward.description, reward.status = self.description, self.status
        reward.valid_from, reward.valid_until = self.valid_from, self.valid_until
        reward.stock, reward.limit_per_customer = self.stock, self.limit_per_customer
        reward.tiers = self.tiers or None
        reward.code_source, reward.code_prefix = self.codes.source, self.codes.prefix
        reward.code_length = self.codes.length


class CodesPatch(Input):
    """What to change of how codes are made; null removes the prefix, and gives the length its default."""

    source: CodeSource | None = None
    prefix: Prefix | None = None
    length: Length | None = None


class RewardPatch(Input):
    """What to change of a reward. Claims made before keep what they cost and were.

    null removes value, description, days, stock, limit and tiers, and makes the reward active. It is an error for name,
    kind, points, and codes that a reward has.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"stock": 250, "valid_until": None, "status": "active"}]})

    name: Name | None = None
    kind: RewardKind | None = None
    points: Price | None = None
    value: Worth | None = None
    description: Description | None = None
    valid_from: FirstDay | None = None
    valid_until: LastDay | None = None
    stock: InAll | None = None
    limit_per_customer: EachCustomer | None = None
    tiers: Tiers | None = None
    status: RewardStatus | None = None
    codes: CodesPatch | None = None


class RewardView(ApiModel):
    """A reward. `value`, `stock`, `codes` and `codes_left` are for staff alone."""

    id: RewardId
    name: str
    kind: RewardKind
    points: int
    description: str | None
    valid_from: FirstDay | None
    valid_until: LastDay | None
    left: Annotated[
        int | None,
        Field(
            description="How many can still be had; those in open checkouts cannot. Null where no stock limits them."
        ),
    ]
    limit_per_customer: int | None
    tiers: Tiers
    status: RewardStatus
    value: Worth | None = None
    stock: InAll | None = None
    codes: Codes | None = None
    codes_left: Annotated[
        int | None,
        Field(description="Of imported codes, how many are left, counted to 1,000 at most; not in lists."),
    ] = None
    created_at: AwareDatetime
    version: int

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "rew_01JZ0000000000000000000000",
                    **_REWARD,
                    "left": 187,
                    "codes_left": None,
                    "created_at": "2026-11-20T09:30:00Z",
                    "version": 3,
                }
            ]
        }
    )

    @classmethod
    def of(
        cls,
        reward: StoredReward,
        gone: int,
        *,
        for_staff: bool,
        version: int | None = None,
        codes_left: int | None = None,
        **more: Any,
    ) -> Self:
        """A reward of which so many are `gone`, at `version`, which may be the one it is about to be written with.

        `more` are the fields that a view has beside these.
        """
        about = _described(reward)
        if not for_staff:
            about |= dict.fromkeys(("value", "stock", "codes"))
        return cls(
            id=reward.id,
            left=max(reward.stock - gone, 0) if reward.stock is not None else None,
            codes_left=codes_left,
            created_at=reward.created_at,
            version=version if version is not None else reward.version or 0,
            **about,
            **more,
        )


class RewardsQuery(PageQuery):
    """Which rewards to list."""

    status: Annotated[
        RewardStatus | None, Field(description="Staff see all; others what can be had today, whatever this says.")
    ] = None


class NewCodes(Input):
    """Codes to be given with a reward's claims, one each."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"codes": ["SPRING-7F3K-9QXW", "SPRING-2MHD-4TRA"]}]})

    codes: Annotated[
        list[Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x7e]{1,100}$")]],
        Field(min_length=1, max_length=MOST_CODES),
    ]


class CodesAdded(ApiModel):
    """What became of codes that were posted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"added": 998, "duplicates": 2}]})

    added: int
    duplicates: Annotated[int, Field(description="Posted for this reward before, or twice at once: left out.")]


def _described(reward: StoredReward) -> dict[str, Any]:
    return {
        "name": reward.name,
        "kind": reward.reward_kind,
        "points": reward.points,
        "value": reward.value,
        "description": reward.description,
        "valid_from": reward.valid_from,
        "valid_until": reward.valid_until,
        "stock": reward.stock,
        "limit_per_customer": reward.limit_per_customer,
        "tiers": reward.tiers or (),
        "status": reward.status,
        "codes": Codes(source=reward.code_source, prefix=reward.code_prefix, length=reward.code_length),
    }
