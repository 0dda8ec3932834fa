"""Money: an integer in the currency's minor unit, with its ISO 4217 code.

Also of the currencies that ISO 4217 has withdrawn since 1990: orders of their time are still told, repeated and
refunded.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Final

from pydantic import AfterValidator, Field

# 10^12 minor units (ten thousand million dollars): far above any real order, and exact in JSON.
LARGEST_AMOUNT = 10**12


def _known_currency(code: str) -> str:
    exponent(code)
    return code


CurrencyCode = Annotated[
    str,
    Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code", examples=["USD"]),
    AfterValidator(_known_currency),
]
Amount = Annotated[
    int,
    Field(ge=0, le=LARGEST_AMOUNT, description="In the currency's minor unit: 2933 is $29.33"),
]


def exponent(currency: str) -> int:
    """The number of digits of the minor unit: 2 for USD, 0 for JPY, 3 for BHD (ISO 4217), also of withdrawn currencies.

    Raises ValueError for a code that ISO 4217 does not list, and for one that is no money: without a minor unit are
    metals (XAU), units of account (XDR), the code for tests (XTS) and the code for no currency (XXX).
    """
    import iso4217  # noqa: PLC0415  # reads the standard's XML: imported only when money is met

    try:
        digits = iso4217.Currency(currency).exponent
    except ValueError:
        digits = _withdrawn_exponent(currency)
    if digits is None:
        msg = "not an ISO 4217 currency"
        raise ValueError(msg)
    return digits


def one_unit(currency: str) -> int:
    """One unit of money in minor units: 100 for USD, 1 for JPY, 1,000 for KWD. Raises ValueError as `exponent`."""
    return int(10 ** exponent(currency))


def check_in_use(currency: str, moment: datetime) -> None:
    """Raises ValueError if the currency was withdrawn before the moment."""
    over_at = withdrawn().get(currency)
    if over_at and over_at <= moment:
        msg = "withdrawn before that time"
        raise ValueError(msg)


def in_major_units(amount: int, currency: str) -> Decimal:
    """The amount in major units: 2933 and USD give 29.33."""
    return Decimal(amount).scaleb(-exponent(currency))


@cache
def withdrawn() -> dict[str, datetime]:
    """The first moment (UTC) at which each withdrawn currency is over: the beginning of the month after its last."""
    rows = (line.split() for line in _WITHDRAWN.split("\n") if line)
    return {code: _month_after(month) for month, *codes in rows for code in codes}


def _withdrawn_exponent(code: str) -> int | None:
    """The number of digits of a withdrawn currency's minor unit; None for a code that was not withdrawn."""
    if code not in withdrawn():
        return None
    return 0 if code in _WITHOUT_MINOR_UNIT else 2


def _month_after(month: str) -> datetime:
    year, number = map(int, month.split("-"))
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


# The months are those of ISO 4217's list three (published 2026-01-01), without units of account such as XEU. The
# package iso-4217 contains this list, and tests/unit/shared/test_money.py compares the two. The list has no minor
# units; those are of OpenJDK's currency.properties. ANG has the month until which shops took it (CLDR 47).
_WITHDRAWN: Final = """
1990-01 YUD
1990-02 BUK
1990-03 BEC BEL BRN LUC LUL
1990-07 DDM
1990-10 NIC
1990-12 SUR
1991-03 AOK
1991-07 PEI
1991-09 YDD
1992-01 ARA
1993-01 MXP
1993-03 BRE CSK UYP
1993-07 LTT
1994-02 ZRZ
1994-07 BRR
1994-12 ESB LVR
1995-01 HRD
1995-03 ZAL
1995-10 GEK
1995-11 YUN
1996-09 UAK
1997-01 PLZ
1997-05 GWP
1998-06 SDP
1998-07 BAD
1999-06 ZRN
2000-02 AON AOR
2000-09 ECS ECV
2001-01 BYB
2001-04 TJR
2002-03 ATS BEF DEM ESP FIM FRF GRD IEP ITL LUF NLG PTE
2002-11 TPE
2003-01 AFA
2003-07 ADP YUM
2003-11 BGL
2003-12 SRG
2004-01 RUR
2004-11 CHC
2004-12 MGF
2005-06 ROL
2005-10 AYM
2005-12 AZM TRL
2006-06 MZM
2006-09 ZWN
2006-10 CSD
2007-01 SIT
2007-06 GHP
2007-07 SDD
2008-01 CYP GHC MTL VEB
2008-08 ZWD
2009-01 SKK TMM
2009-06 ZWR
2011-01 EEK
2012-12 ZMK
2014-01 LVL
2014-03 USS
2014-12 LTL
2017-01 BYR
2017-12 MRO STD
2018-08 VEF
2021-06 CUC
2023-01 HRK
2023-12 SLL
2024-09 ZWL
2025-06 ANG
2026-01 BGN
"""
_WITHOUT_MINOR_UNIT: Final = frozenset(
    {"ADP", "BEF", "BYB", "BYR", "ESP", "GRD", "ITL", "LUF", "MGF", "PTE", "TPE", "TRL"}
)
