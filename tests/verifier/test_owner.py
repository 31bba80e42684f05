#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_owner.py [CAEC-OWNER]: what an owner answers to a host that says things again, and what it does not take. The
realm is played here: its tokens are made as for the verifier's tests, and nothing that is sealed has to be read."""

import base64
import hashlib
import json
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True

from cca_token import *
from corpus import BAD_POLICY, FAILURE, MALFORMED, USAGE

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import cases  # noqa: E402

# include/caec/tenant.h
LABEL = b"CAEC tenant 1"
EVIDENCE = 2
NONCE_SIZE, KEY_SIZE, COUNTER_SIZE = 32, 65, 8

PEER_NONCE = bytes(NONCE_SIZE)

POLICY = {"caec-policy": 1, "platform": {"keys": [{"crv": "P-384", "x": IAK.x().hex(), "y": IAK.y().hex()}]},
          "realm": {"cca-realm-initial-measurement": "any"}, "caec": {"caec-sharing": {"allow": "any"}}}


class Owner:
    def __init__(self, program, folder, content=POLICY):
        self.public = new_key(program, folder / "key.pem")
        policy = folder / "policy.json"
        policy.write_text(json.dumps(content))
        self.process = subprocess.Popen([program, "provider", folder / "key.pem", policy, self.public.hex(), policy],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.hear().startswith("NONCE ")

    def hear(self):
        return self.process.stdout.readline().strip()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.hear()

    def hello(self):
        """(nonce, ephemeral key) of the HELLO for our nonce, which is always the same."""
        said = bytes.fromhex(self.ask(f"peer-nonce {PEER_NONCE.hex()}").split()[1])
        return said[1:1 + NONCE_SIZE], said[1 + NONCE_SIZE:]

    def evidence(self, hello, realm):
        """What a realm with this ephemeral key answers."""
        nonce, ephemeral = hello
        point = b"\4" + realm.x() + realm.y()
        challenge = hashlib.sha512(LABEL + nonce + self.public + ephemeral + point).digest()
        return bytes([EVIDENCE]) + point + token(realm=realm_claims(challenge=challenge))

    def accepts(self, evidence):
        answer = self.ask(f"realm {evidence.hex()}")
        assert answer == f"ACCEPTED own {RID.hex()}", answer
        assert self.hear().startswith("EVIDENCE ")

    def refuses(self, evidence):
        answer = self.ask(f"realm {evidence.hex()}")
        assert answer.startswith("REFUSED own: nonce: "), answer

    def counter(self):
        """Of the next command."""
        sealed = bytes.fromhex(self.ask("get").split()[1])
        return int.from_bytes(sealed[1:1 + COUNTER_SIZE], "big")

    def end(self):
        self.process.stdin.close()
        said, warnings = self.process.stdout.read(), self.process.stderr.read()
        assert self.process.wait() == 0 and said == ""
        self.process.stdout.close()
        self.process.stderr.close()
        return warnings


def new_key(program, file):
    run = subprocess.run([program, "--new-key", file], capture_output=True, text=True, check=True)
    return bytes.fromhex(run.stdout.split()[1])


def test_evidence_again(program, folder):
    """It never opens a session with the keys of one that was: counters would begin again, and so would GCM's nonces."""
    owner = Owner(program, folder)
    first, second = Key.named(P256, "a realm's ephemeral key"), Key.named(P256, "its next one")
    hello = owner.hello()
    evidence = owner.evidence(hello, first)
    owner.accepts(evidence)
    assert owner.counter() == 1
    owner.refuses(evidence)
    assert owner.counter() == 2
    # Nor by way of another session: what the realm says to a HELLO that the host repeats.
    owner.refuses(owner.evidence(hello, second))
    owner.refuses(evidence)
    assert owner.counter() == 3
    # Nor if the host says the other owner's nonce again. The session is there until there is another.
    hello = owner.hello()
    owner.refuses(evidence)
    assert owner.counter() == 4
    owner.accepts(owner.evidence(hello, first))
    assert owner.counter() == 1
    owner.end()


def test_numbers(program, folder):
    """A number that is too large for the message is refused, not cut to another one."""
    owner = Owner(program, folder)
    evidence = owner.evidence(owner.hello(), Key.named(P256, "a realm's ephemeral key"))
    assert owner.ask(f"realm {evidence.hex()}").startswith("ACCEPTED own")
    # The other owner's key is ours, so this is the peer's evidence, too.
    passed_on = owner.hear().split()[1]
    assert owner.ask(f"peer {passed_on}").startswith("ACCEPTED peer")
    for line in ("share", "share 258", "share -254", "share 2x", "share  2", "attach", "attach -1", "attach x",
                 "attach 18446744073709551616"):
        answer = owner.ask(line)
        assert answer.startswith("REFUSED command: not a number"), (line, answer)
    for line in ("share 2", "attach 18446744073709551615"):
        assert owner.ask(line).startswith("SEND "), line
    owner.end()


def test_long_line(program, folder):
    """One line, one answer: who reads the answers has to know what each is for."""
    owner = Owner(program, folder)
    assert owner.ask("realm " + "02" * 200000).startswith("REFUSED")
    assert owner.ask("get").startswith("REFUSED command")
    owner.end()


def test_warnings(program, folder):
    """The policy accepts any image, and says so; here it looks at no signature, either."""
    policy = {**POLICY, "platform": {"signature": "not-checked"}}
    owner = Owner(program, folder, policy)
    owner.accepts(owner.evidence(owner.hello(), Key.named(P256, "a realm's ephemeral key")))
    warnings = owner.end().splitlines()
    assert all(line.startswith("caec-owner: warning: own: ") for line in warnings), warnings
    assert any("SIGNATURE WAS NOT CHECKED" in line for line in warnings), warnings
    assert any("any realm image is accepted" in line for line in warnings), warnings


def no_new_key(program, file):
    run = subprocess.run([program, "--new-key", file], capture_output=True, text=True)
    assert run.returncode != 0 and run.stdout == "" and "can't be written: " in run.stderr, run
    return run.stderr


def test_new_key(program, folder):
    """A private key is somebody's: nothing that is there is overwritten, nor is anything left that is half a key."""
    key, link = folder / "key.pem", folder / "link.pem"
    os.umask(0)
    new_key(program, key)
    assert key.stat().st_mode & 0o777 == 0o600, oct(key.stat().st_mode)
    kept = key.read_bytes()
    assert "File exists" in no_new_key(program, key)
    assert key.read_bytes() == kept
    link.symlink_to(folder / "nowhere.pem")
    assert "File exists" in no_new_key(program, link)
    assert "No such file" in no_new_key(program, folder / "absent" / "key.pem")
    # A file system that is full, at the first byte.
    small = subprocess.run(["sh", "-c", 'ulimit -f 0 && trap "" XFSZ && exec "$0" --new-key "$1"', program,
                            folder / "full.pem"], capture_output=True, text=True)
    assert small.returncode != 0 and "can't be written: " in small.stderr, small
    with open("/dev/full", "w") as full:
        run = subprocess.run([program, "--new-key", folder / "unprinted.pem"], stdout=full, stderr=subprocess.PIPE,
                             text=True)
    assert run.returncode != 0 and "can't be printed" in run.stderr, run
    assert sorted(path.name for path in folder.iterdir()) == ["key.pem", "link.pem"]


def refusal_to_start(program, status, key, policy, role="provider", peer="04" * KEY_SIZE):
    """The reason; the exit status and the word before it are those of docs/exit-status.md."""
    names = {USAGE: "usage", MALFORMED: "malformed", BAD_POLICY: "bad-policy", FAILURE: "failure"}
    run = subprocess.run([program, role, key, policy, peer, policy], stdin=subprocess.DEVNULL, capture_output=True,
                         text=True)
    assert run.returncode == status and run.stdout == "", run
    assert run.stderr.startswith(f"caec-owner: {names[status]}: "), run
    return run.stderr


def test_start(program, folder):
    key, policy = folder / "key.pem", folder / "policy.json"
    new_key(program, key)
    # What is behind the first MiB counts.
    policy.write_text(json.dumps(POLICY).ljust(1 << 20) + "and more")
    assert "end of file expected" in refusal_to_start(program, BAD_POLICY, key, policy)
    assert "Is a directory" in refusal_to_start(program, FAILURE, key, folder)
    assert "No such file" in refusal_to_start(program, FAILURE, key, folder / "absent")
    # secp256k1 (SEC 2), with the scalar 1: its points have the size of those of P-256.
    policy.write_text(json.dumps(POLICY))
    content = bytes.fromhex("303e020100301006072a8648ce3d020106052b8104000a0427302502010104 20".replace(" ", "")
                            + "00" * 31 + "01")
    key.write_text(f"-----BEGIN PRIVATE KEY-----\n{base64.encodebytes(content).decode()}-----END PRIVATE KEY-----\n")
    assert "not a key of P-256" in refusal_to_start(program, MALFORMED, key, policy)
    assert "not a private key in PEM" in refusal_to_start(program, MALFORMED, policy, policy)
    # A key that is not there is no bad key.
    assert "absent: No such file" in refusal_to_start(program, FAILURE, folder / "absent", policy)
    assert "Is a directory" in refusal_to_start(program, FAILURE, folder, policy)
    new_key(program, folder / "good.pem")
    assert "no role" in refusal_to_start(program, USAGE, folder / "good.pem", policy, role="boss")
    assert "130 hex digits" in refusal_to_start(program, USAGE, folder / "good.pem", policy, peer="04")


program = sys.argv[1] if sys.argv[1:] else ROOT / "build/native/owner/caec-owner"
cases.run((test_evidence_again, test_numbers, test_long_line, test_warnings, test_new_key, test_start), program)
