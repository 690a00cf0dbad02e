"""What other modules may know of declarations."""

from quayledger.contracts.customs.declaration import (
    DECLARATION,
    Declaration,
    DeclarationId,
    Direction,
    Lane,
    Lodge,
)
from quayledger.contracts.customs.declaration import Status as DeclarationStatus
from quayledger.kernel import Env, Id, key

__all__ = [
    "DECLARATION",
    "Declaration",
    "DeclarationId",
    "DeclarationStatus",
    "Direction",
    "Lane",
    "Lodge",
    "declaration",
    "lets_go",
]


def declaration(env: Env, id: Id) -> Declaration | None:
    """The declaration as the asking party may see it."""
    found = env.read(key("customs.declaration", id))
    return found if isinstance(found, Declaration) else None


def lets_go(declaration: Declaration | None, container: Id) -> bool:
    """Whether customs lets the container go: a released declaration names it, no hold is open."""
    return (
        declaration is not None
        and declaration.status == DeclarationStatus.RELEASED
        and not declaration.holds
        and container in declaration.containers
    )
