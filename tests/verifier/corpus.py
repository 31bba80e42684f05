# SPDX-License-Identifier: BSD-3-Clause
"""The files that the tests read: tokens, policies, and a manifest of what is expected of each pair."""

import json
import pathlib

import cbor2

from cca_token import NONCE

ACCEPTED, USAGE, MALFORMED, SIGNATURE, BINDING, NONCE_WRONG, POLICY, BAD_POLICY, FAILURE, UNSUPPORTED = range(10)


class Corpus:
    """The manifest has a line for each case: name, token file, policy file, nonce or "-", status, and a part of the
    reason (of a warning, if accepted); separated by tabs."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lines = []
        self.names = set()
        self.tokens = {}

    def policy(self, name, content):
        """content: an object, or text that may be no JSON."""
        text = content if isinstance(content, str) else json.dumps(content, indent=1)
        (self.folder / f"{name}.json").write_text(text)

    def case(self, name, token, status, reason="", policy="base", nonce=NONCE):
        assert name not in self.names, name
        assert status == ACCEPTED or reason, name
        self.names.add(name)
        if token not in self.tokens:
            self.tokens[token] = f"{name}.cbor"
            (self.folder / f"{name}.cbor").write_bytes(token)
        self.lines.append("\t".join((name, self.tokens[token], f"{policy}.json", nonce.hex() if nonce else "-",
                                     str(status), reason)))

    def claims(self):
        """For the fuzzer: the claims of both halves of each token that has any, one behind the other."""
        folder = self.folder / "claims"
        folder.mkdir(exist_ok=True)
        for token, name in self.tokens.items():
            try:
                halves = cbor2.loads(token).value
                halves = [halves[label] for label in (44234, 44241)]
                parts = [cbor2.loads(h[1] if isinstance(h, list) else h).value[2] for h in halves]
                content = b"".join(parts)
            except (ValueError, AttributeError, TypeError, KeyError, IndexError, RecursionError,
                    cbor2.CBORDecodeError):
                continue
            (folder / name).write_bytes(content)

    def finish(self):
        self.claims()
        (self.folder / "manifest").write_text("\n".join(self.lines) + "\n")
