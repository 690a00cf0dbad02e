"""Container numbers (ISO 6346): the form is a must, a wrong check digit is only a notice.

The field's own samples carry wrong check digits; a wrong form would name no container at all.
"""

import re
import string
from typing import Final

FORM: Final = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
_VALUES: Final = dict(
    zip(
        string.digits + string.ascii_uppercase,
        [n for n in range(39) if n < 10 or n % 11],
        strict=True,
    )
)


def is_formed(number: str) -> bool:
    """Whether it has the form of a container number."""
    return FORM.fullmatch(number) is not None


def check_digit(number: str) -> int:
    """The check digit that the first ten characters ask for."""
    total = sum(_VALUES[sign] << place for place, sign in enumerate(number[:10]))
    return total % 11 % 10


def has_check_digit(number: str) -> bool:
    """Whether the last digit is the one that the standard asks for."""
    return is_formed(number) and int(number[10]) == check_digit(number)
