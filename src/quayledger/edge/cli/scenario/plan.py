"""The scenario file: organisations, people, steps; `docs/reference/scenario.md` is its manual."""

import datetime
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from quayledger.bootstrap import FounderPerson, Organisation
from quayledger.kernel import Id, Malformed
from quayledger.ledger.intent import new_id, now_ms


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step: somebody does something and expects an outcome.

    `do` is one of act, import, examine, again, read, open. `expect` is `accepted` or the code of
    the refusal. `signers` sign beside the actor, who always does.
    """

    n: int
    name: str
    actor: Id
    do: str
    expect: str = "accepted"
    signers: tuple[Id, ...] = ()
    commands: tuple[dict[str, Any], ...] = ()
    format: str = ""
    file: str = ""
    query: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    contains: str = ""
    of: str = ""
    network: str = ""


_TODAY: Final = re.compile(r"\{\{today([+-][0-9]+)d(?::([%A-Za-z-]+))?\}\}")


def dated(text: str, today: datetime.date) -> str:
    """The text with `{{today-4d}}` and `{{today-4d:%y%m%d}}` as dates: a story is never stale."""

    def fill(found: re.Match[str]) -> str:
        day = today + datetime.timedelta(days=int(found[1]))
        return day.strftime(found[2] or "%Y-%m-%d")

    return _TODAY.sub(fill, text)


class Outcome(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to look when all is done: title, gate and accounts, each as somebody who may see it."""

    title: tuple[Id, str]
    gate: tuple[tuple[Id, str], ...]
    accounts: tuple[Id, ...]
    bundle: Id


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole scenario."""

    name: Id
    title: str
    organisation: tuple[Organisation, ...]
    person: tuple[FounderPerson, ...]
    step: tuple[Step, ...]
    outcome: Outcome


_TOKEN: Final = re.compile(r"@([a-z][a-z0-9-]*)")


class Names:
    """The ids behind a scenario's `@names`: each is made at its first mention."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._now = now_ms()

    def __getitem__(self, name: str) -> str:
        if name not in self._ids:
            self._ids[name] = new_id(now_ms())
        return self._ids[name]

    def fill(self, value: Any) -> Any:
        """The value with every `@name` replaced; `now+3d` counts from the story's beginning."""
        if isinstance(value, str):
            moment = re.fullmatch(r"now([+-][0-9]+)([dhm])", value)
            if moment:
                unit = {"d": 86_400_000, "h": 3_600_000, "m": 60_000}[moment[2]]
                return self._now + int(moment[1]) * unit
            return _TOKEN.sub(lambda found: self[found[1]], value)
        if isinstance(value, dict):
            return {str(self.fill(name)): self.fill(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill(part) for part in value]
        return value


def read_scenario(folder: Path) -> Scenario:
    """Read `scenario.toml`.

    Raises:
        Malformed: If it is not a scenario; names the field.
    """
    path = folder / "scenario.toml"
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Scenario)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Malformed(f"{path}: {error}") from None
