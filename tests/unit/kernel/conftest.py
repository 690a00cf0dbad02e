"""A toy contract: a light that its keeper switches and hands on."""

from collections.abc import Mapping
from enum import StrEnum
from types import SimpleNamespace
from typing import Annotated

import pytest
from msgspec import Meta, field
from msgspec.structs import replace

from quayledger.kernel import (
    Command,
    Contract,
    Id,
    Party,
    Record,
    RefusalCode,
    Rule,
    Rulebook,
    key,
    require,
)

LampId = Annotated[Id, Meta(extra={"record": "toy.lamp"})]


class Status(StrEnum):
    OFF = "OFF"
    ON = "ON"
    DIM = "DIM"


class Code(RefusalCode):
    NOT_FOUND = 0, "no such lamp"
    WRONG_STATUS = 1, "not in this state"
    NOT_KEEPER = 2, "only the keeper"


class Lamp(Record, frozen=True, tag="toy.lamp"):
    id: LampId
    keeper: Party
    maker: Party | None = None
    status: Status = Status.OFF

    def relations(self) -> Mapping[str, Party | None]:
        return {"keeper": self.keeper, "maker": self.maker}


class Put(Command, frozen=True, tag="toy.PUT"):
    lamp: LampId
    to: Party


class Switch(Command, frozen=True, tag="toy.SWITCH"):
    lamp: LampId
    to: Party | None = None


class Dim(Command, frozen=True, tag="toy.DIM"):
    lamp: LampId
    status: str


class Pair(Command, frozen=True, tag="toy.PAIR"):
    lamp: LampId
    others: tuple[LampId, ...] = ()
    by_role: dict[str, Party] = field(default_factory=dict)
    spare: LampId | None = None


class Stray(Command, frozen=True, tag="toy.STRAY"):
    lamp: LampId
    how: str


def put(_, __, command):
    return Lamp(id=command.lamp, keeper=command.to, maker=command.by)


def switch(_, lamp, command):
    require(lamp.keeper == command.by, Code.NOT_KEEPER)
    return replace(lamp, keeper=command.to or lamp.keeper)


def dim(_, lamp, command):
    return replace(lamp, status=Status(command.status))


def pair(env, lamp, command):
    names = [key(Lamp, other) for other in command.others]
    return {key(Lamp, lamp.id): lamp} | {
        name: replace(env.read(name) or Lamp(id=name[9:], keeper=lamp.keeper), status=Status.ON)
        for name in names
    }


def stray(env, lamp, command):
    other = key(Lamp, "elsewhere")
    if command.how == "read":
        env.read(other)
    if command.how == "write":
        return {key(Lamp, lamp.id): lamp, other: replace(lamp, id="elsewhere")}
    if command.how == "kind":
        return {key(Lamp, lamp.id): lamp, "toy.chair/x": lamp}
    return lamp


def never_dim_without_maker(_, writes):
    return all(lamp.status is not Status.DIM or lamp.maker for lamp in writes.values())


CONTRACT = Contract(
    "toy.lamp",
    "lamp",
    Code,
    (
        Rule(Put, None, Status.OFF, "LampPut", put, role="smith", eyes=2),
        Rule(Switch, Status.OFF, Status.ON, "LampSwitched", switch, stated=True),
        Rule(Switch, Status.ON, Status.OFF, "LampSwitched", switch, stated=True),
        Rule(Dim, Status.ON, (Status.DIM, Status.ON), "LampDimmed", dim),
        Rule(Pair, Status.OFF, Status.OFF, "LampsPaired", pair),
        Rule(Stray, Status.OFF, Status.OFF, "LampStrayed", stray),
    ),
    (never_dim_without_maker,),
    (Lamp,),
)


@pytest.fixture
def toy():
    return SimpleNamespace(
        Lamp=Lamp,
        Put=Put,
        Switch=Switch,
        Dim=Dim,
        Pair=Pair,
        Stray=Stray,
        Code=Code,
        Status=Status,
        CONTRACT=CONTRACT,
        RULEBOOK=Rulebook((CONTRACT,)),
    )
