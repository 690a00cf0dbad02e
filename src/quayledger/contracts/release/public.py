"""What other modules may know of release rights."""

from quayledger.contracts.release.right import RIGHT, Right
from quayledger.contracts.release.right import Status as RightStatus

__all__ = ["RIGHT", "Right", "RightStatus"]
