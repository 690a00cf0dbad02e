"""The rules in force: every contract of the network."""

from typing import Final

from quayledger.contracts.consignment.public import CONSIGNMENT, CONTAINER, DOCUMENT
from quayledger.contracts.customs.public import DECLARATION
from quayledger.contracts.ebl.public import BILL
from quayledger.contracts.finance.public import ACCOUNT, CREDIT, PRESENTATION
from quayledger.contracts.membership.public import ORGANISATION, PERSON
from quayledger.contracts.port.public import CALL, PLAN
from quayledger.contracts.release.public import RIGHT
from quayledger.contracts.tracking.public import BATCH
from quayledger.kernel import Rulebook

RULEBOOK: Final = Rulebook(
    (
        ORGANISATION,
        PERSON,
        CONSIGNMENT,
        CONTAINER,
        DOCUMENT,
        BILL,
        RIGHT,
        CREDIT,
        PRESENTATION,
        ACCOUNT,
        DECLARATION,
        BATCH,
        CALL,
        PLAN,
    )
)
