"""The SDK for programs that use a node: log in, read, sign, submit, and verify offline."""

from quayledger.client.connection import Connection, Problem
from quayledger.client.wallet import Wallet

__all__ = ["Connection", "Problem", "Wallet"]
