"""`quay answer`: answer a node's log-in question where the wallet is."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from quayledger.client.wallet import Wallet
from quayledger.kernel import Malformed
from quayledger.kernel.codec import encode
from quayledger.ledger.identity import login


def answer(
    question: Annotated[Path, typer.Argument(help="The question, as the log-in page shows it.")],
    wallet: Annotated[Path, typer.Option(help="Your wallet.")],
    passphrase_file: Annotated[Path, typer.Option(help="A file that holds its passphrase.")],
) -> None:
    """Answer a log-in question with your key; the key stays in the wallet."""
    own = Wallet.open(wallet, passphrase_file.read_bytes().strip())
    try:
        asked = msgspec.json.decode(question.read_bytes(), type=login.Question)
    except msgspec.MsgspecError as error:
        raise Malformed(f"{question}: no log-in question ({error})") from None
    typer.echo(encode(login.answer(asked, own.person, own.key)).decode())
