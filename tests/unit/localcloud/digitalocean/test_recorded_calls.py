"""
The official provider's recorded calls, played against the emulator.

Ids in a recorded call are replaced by those the emulator gave instead. Every status must be the recorded one, and every
field the recorded answer has must be in the emulator's, of the same type.
"""

from __future__ import annotations

import json
import re
from typing import Any

from digitalocean_account import Account

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Line of the recording -> the right status, where the server that was recorded answered wrongly.
WRONG_STATUS = {
    39: 200,  # a registry that was just made was not found
    58: 201,  # the specification knows no 200 for a new uptime check
    64: 200,  # certificates by name were not found
    121: 202,  # NAT gateways were not found
}

# Lines whose recorded bodies have the wrong shape.
WRONG_SHAPE = {
    **dict.fromkeys((26, 27, 28, 30, 32), "a cache with a database in it, and a stray field"),
    110: "a domain record under the word `domain`",
    36: "a key with its secret, which is answered only once",
    39: "an error",
    64: "an error",
    121: "an error",
}

# Requests that were not the provider's own: line -> field -> a value that the account has.
WRONG_REQUEST = {65: {"node_pools": [{"name": "s", "size": "s-2vcpu-4gb", "count": 1}]}}

# What the recorded server did not miss, made before a line.
MISSING = {
    62: [("POST", "/v2/domains", {"name": "example.com"})],
    98: [
        ("POST", "/v2/databases/{8fb53564-9ee2-4a3a-a4e0-ced85aa841d4}/dbs", {"name": "app"}),
        ("POST", "/v2/databases/{8fb53564-9ee2-4a3a-a4e0-ced85aa841d4}/users", {"name": "app"}),
    ],
    111: [("POST", "/v2/vpcs", {"name": "atl", "region": "atl1"})],
}

# The id that a missing thing has in the recording: line -> recorded id.
MISSING_ID = {111: "796c6fe3-2a1d-4da2-9f3e-38239827dc91"}


class Player:
    """Plays recorded calls, remembering which id became which."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.known: dict[str, str] = {}
        self.faults: list[str] = []

    def play(self, number: int, call: dict[str, Any]) -> None:
        for method, path, body in MISSING.get(number, []):
            made = self.account.call(method, self.mapped(path.replace("{", "").replace("}", "")), body)
            if number in MISSING_ID:
                self.known[MISSING_ID[number]] = made["vpc"]["id"]
        request = (call["req"] or {}) | WRONG_REQUEST.get(number, {})
        body = json.loads(self.mapped(json.dumps(request))) if call["req"] else None
        response = self.account.client.request(call["m"], self.mapped(call["p"]), json=body)
        expected = WRONG_STATUS.get(number, call["code"])
        if response.status_code != expected:
            self.faults.append(f"{number} {call['m']} {call['p']}: {response.status_code} {response.text}")
            return
        answer = response.json() if response.text else None
        self.learn(call["resp"], answer)
        if number not in WRONG_SHAPE and call["resp"]:
            self.faults += [f"{number} {call['m']} {call['p']}: {fault}" for fault in shape(call["resp"], answer)]

    def mapped(self, words: str) -> str:
        words = re.sub(r"(/records/)9\b", lambda m: m[1] + self.known.get("record 9", "9"), words)
        return UUID.sub(lambda match: self.known.get(match[0], match[0]), words)

    def learn(self, recorded: Any, answer: Any) -> None:
        """Take the recorded ids of an answer to mean the emulator's."""
        if isinstance(recorded, dict) and isinstance(answer, dict):
            for name, value in recorded.items():
                other = answer.get(name)
                if name == "id" and value == 9:
                    self.known["record 9"] = str(other)
                if isinstance(value, str) and isinstance(other, str) and UUID.fullmatch(value):
                    self.known[value] = other
                self.learn(value, other)
        elif isinstance(recorded, list) and isinstance(answer, list):
            for one, other in zip(recorded, answer, strict=False):
                self.learn(one, other)


def shape(recorded: Any, answer: Any, where: str = "") -> list[str]:
    """Fields of the recorded answer that the answer lacks, or has as another type. A recorded null says nothing."""
    if recorded is None or (isinstance(recorded, int | float) and isinstance(answer, int | float)):
        return []
    if type(recorded) is not type(answer):
        return [f"{where}: {answer!r} instead of {recorded!r}"]
    if isinstance(recorded, dict):
        # The recorded server echoed the provider's `Key`; DigitalOcean writes `key`.
        lower = {name.lower(): value for name, value in answer.items()}
        absent = [f"{where}/{name}: is missing" for name in recorded if name.lower() not in lower]
        return absent + [
            fault
            for name, value in recorded.items()
            if name.lower() in lower
            for fault in shape(value, lower[name.lower()], f"{where}/{name}")
        ]
    if isinstance(recorded, list) and recorded and answer:
        return shape(recorded[0], answer[0], f"{where}/0")
    return []


def test_every_recorded_call_is_answered_alike(account, trace):
    player = Player(account)
    lines = trace.read_text("utf-8").splitlines()

    for number, line in enumerate(lines, 1):
        player.play(number, json.loads(line))

    assert "\n".join(player.faults) == ""
    assert len(lines) == 121
