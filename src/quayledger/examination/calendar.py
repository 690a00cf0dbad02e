"""Banking days: Monday to Friday less the bank's holidays (UCP 600 arts 14(b), 29, 33)."""

import datetime
from collections.abc import Collection

DAY = datetime.timedelta(days=1)


def day(text: str) -> datetime.date:
    """A date from ISO 8601."""
    return datetime.date.fromisoformat(text)


def is_banking_day(date: datetime.date, holidays: Collection[str]) -> bool:
    """Whether the bank is open."""
    return date.weekday() < 5 and date.isoformat() not in holidays


def next_banking_day(date: datetime.date, holidays: Collection[str]) -> datetime.date:
    """The date itself, or the first banking day after it (UCP 600 art. 29(a))."""
    while not is_banking_day(date, holidays):
        date += DAY
    return date


def after_banking_days(date: datetime.date, count: int, holidays: Collection[str]) -> datetime.date:
    """The last of so many banking days that follow a date (UCP 600 art. 14(b))."""
    while count:
        date += DAY
        count -= is_banking_day(date, holidays)
    return date
