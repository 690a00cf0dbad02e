"""Minor units of currencies (ISO 4217), for those that do not have two."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

EXPONENTS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def minor(currency: str, amount: str) -> int | None:
    """An amount in minor units; None if it is no amount, or finer than the currency is."""
    try:
        value = Decimal(amount.replace(",", ".")).scaleb(EXPONENTS.get(currency, 2))
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and value == value.to_integral_value() else None
