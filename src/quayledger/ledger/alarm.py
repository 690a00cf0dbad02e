"""The alarm: what a node raises when a ledger shows something that cannot be true."""


class Alarm(Exception):
    """The ledger, or whoever hands it on, is wrong about an entry; nothing of it is believed.

    `n` is the number of the first bad entry, None if the fault is not one entry's.
    """

    def __init__(self, n: int | None, reason: str) -> None:
        super().__init__(reason if n is None else f"entry {n}: {reason}")
        self.n = n
        self.reason = reason
