"""A connection to a node's API, for one person."""

from collections.abc import Sequence
from typing import Any, Final, Self

import httpx
import msgspec

from quayledger.client.wallet import Wallet
from quayledger.kernel import Malformed
from quayledger.kernel.codec import encode
from quayledger.kernel.merkle import leaf_hash, verify_inclusion
from quayledger.ledger.identity.login import Question, answer
from quayledger.ledger.intent import Draft, Signature, complete
from quayledger.ledger.log.checkpoint import read_checkpoint
from quayledger.ledger.port import Receipt, read_receipt

_TIMEOUT_S: Final = 60


class Problem(Exception):
    """An answer that is not a success (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail", f"HTTP {status}"))
        self.status = status
        self.title = str(problem.get("title", ""))
        self.code = str(problem.get("code") or problem.get("type", "").rpartition("/")[2])
        self.where = str(problem.get("where", ""))


class Connection:
    """Talks to one node as one person; a context manager.

    Args:
        url: The node's address, such as `http://127.0.0.1:8800/carrier`.
        wallet: The person's wallet.
        transport: Another HTTP transport than the network, for tests.
    """

    def __init__(
        self, url: str, wallet: Wallet, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.wallet = wallet
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/v1/", timeout=_TIMEOUT_S, transport=transport
        )
        about = self.get("network")
        self.network = str(about["network"])
        self._log_key = str(about["log_key"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def log_in(self) -> None:
        """Answer the node's challenge with the wallet's key.

        Raises:
            Problem: If the node refuses.
            Malformed: If the question is not for the network that we know.
        """
        data = self._answer(self._http.post("challenges"))
        question = msgspec.json.decode(data, type=Question)
        if question.network != self.network:
            raise Malformed("log-in: the node asks for another network")
        login = answer(question, self.wallet.person, self.wallet.key)
        body = self._answer(self._http.post("sessions", content=encode(login)))
        token = msgspec.json.decode(body)["token"]
        self._http.headers["authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: str) -> Any:
        """Read JSON.

        Raises:
            Problem: If the answer is not a success.
        """
        return msgspec.json.decode(self.read(path, **query))

    def read(self, path: str, **query: str) -> bytes:
        """Read bytes.

        Raises:
            Problem: If the answer is not a success.
        """
        return self._answer(self._http.get(path, params=query))

    def post(self, path: str, body: bytes, **query: str) -> bytes:
        """Send bytes.

        Raises:
            Problem: If the answer is not a success.
        """
        return self._answer(self._http.post(path, params=query, content=body))

    def draft(self, commands: Sequence[dict[str, Any]]) -> Draft:
        """Have the node prepare an intent.

        Raises:
            Problem: If the node refuses.
        """
        data = self.post("drafts", encode({"commands": list(commands)}))
        return msgspec.json.decode(data, type=Draft)

    def submit(self, draft: Draft, signatures: Sequence[Signature]) -> Receipt:
        """Submit a signed draft and check the receipt.

        Raises:
            Problem: If the ledger refuses the intent.
            Malformed: If the receipt does not prove what it says.
        """
        return self.submit_bytes(complete(draft, signatures))

    def submit_bytes(self, submission: bytes) -> Receipt:
        """Submit canonical bytes and check the receipt.

        Raises:
            Problem: If the ledger refuses the intent.
            Malformed: If the receipt does not prove what it says.
        """
        return check_receipt(self.post("intents", submission), self._log_key)

    def _answer(self, response: httpx.Response) -> bytes:
        if response.is_success:
            return response.content
        try:
            problem = msgspec.json.decode(response.content, type=dict[str, Any])
        except msgspec.MsgspecError:
            problem = {"detail": f"HTTP {response.status_code}: {response.text[:200]}"}
        raise Problem(response.status_code, problem)


def check_receipt(data: bytes, log_key: str) -> Receipt:
    """Read a receipt and check, offline, that its entry is under its checkpoint.

    Raises:
        Malformed: If it is not.
    """
    receipt = read_receipt(data)
    checkpoint = read_checkpoint(receipt.checkpoint, log_key)
    leaf = leaf_hash(encode(receipt.entry))
    if not verify_inclusion(receipt.n, checkpoint.size, leaf, receipt.path(), checkpoint.log_root):
        raise Malformed(f"receipt: entry {receipt.n} is not under its checkpoint")
    return receipt
