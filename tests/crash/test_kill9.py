"""kill -9 of the serving process under load: what was acknowledged is there, and verifies."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from quayledger.bootstrap import FounderPerson, Layout, Organisation, found_network
from quayledger.client.connection import check_receipt
from quayledger.client.wallet import Wallet
from quayledger.contracts.consignment.consignment import Open, Role
from quayledger.contracts.membership.public import network_id
from quayledger.ledger import intent as intents

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", "11"))
PASSPHRASE = b"only for this test"
WRITERS = 4


class Service:
    """A served network of two organisations, started and killed by this test only."""

    def __init__(self, folder: Path):
        self.data = folder / "network"
        self.secret = folder / "passphrase"
        self.secret.write_bytes(PASSPHRASE)
        members = [Organisation("ALPHA", "Alpha"), Organisation("BETA", "Beta")]
        people = [FounderPerson("ALPHA.c1", "ALPHA", ("clerk",))]
        self.genesis = found_network(self.data, "kill9", members, people, PASSPHRASE)
        self.wallet = Wallet.open(Layout(self.data).wallet("ALPHA.c1"), PASSPHRASE)

    def start(self):
        command = [
            sys.executable, "-m", "quayledger.edge.cli", "serve", "--data", str(self.data),
            "--passphrase-file", str(self.secret), "--listen", "127.0.0.1:0",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.url = re.search(r"http://\S+/", line)[0]

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def submission(self):
        now = intents.now_ms()
        command = Open(by="ALPHA", consignment=intents.new_id(now), parties={Role.BUYER: "BETA"})
        draft = intents.draft(network_id(self.genesis), [(command, {})], now)
        signature = self.wallet.sign(draft, network_id(self.genesis))
        return intents.payload_of(draft).id, intents.complete(draft, [signature])


@pytest.fixture
def service(tmp_path):
    service = Service(tmp_path)
    yield service
    if service.process.poll() is None:
        service.kill()


def write(service, acknowledged, lock):
    """Submit until the server is gone; remember what it acknowledged."""
    with httpx.Client(base_url=service.url, timeout=30) as http:
        while True:
            id, data = service.submission()
            try:
                answer = http.post("alpha/v1/intents", content=data)
            except httpx.HTTPError:
                return
            assert 201 == answer.status_code, answer.text
            with lock:
                acknowledged[id] = answer.content


def test_no_acknowledged_intent_is_lost(service):
    chance, acknowledged, lock = random.Random(SEED), {}, threading.Lock()
    service.start()
    for _ in range(KILLS):
        wanted = len(acknowledged) + chance.randrange(1, 60)
        threads = [
            threading.Thread(target=write, args=(service, acknowledged, lock))
            for _ in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        while len(acknowledged) < wanted and any(thread.is_alive() for thread in threads):
            threads[0].join(chance.random() / 100)
        service.kill()
        for thread in threads:
            thread.join()
        service.start()
        with httpx.Client(base_url=service.url, timeout=30) as http:
            for id, receipt in list(acknowledged.items())[-200:]:
                assert receipt == http.get(f"alpha/v1/receipts/{id}").content, (SEED, id)
    service.kill()

    for receipt in acknowledged.values():
        check_receipt(receipt, service.genesis.log_key)
    verify = [sys.executable, "-m", "quayledger.edge.cli", "verify", str(service.data)]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    sys.stdout.write(f"seed {SEED}: {KILLS} kills, {len(acknowledged)} acknowledged, none lost\n")
    assert len(acknowledged) >= KILLS
