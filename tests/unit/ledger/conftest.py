"""A small network, and a ledger of it, for every test that asks."""

import pytest
from kit.world import build


@pytest.fixture
def world(tmp_path):
    world = build(tmp_path)
    yield world
    for ledger in world.ledgers:
        ledger.close()


@pytest.fixture
def ledger(world):
    return world.open()
