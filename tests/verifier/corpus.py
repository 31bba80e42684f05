# SPDX-License-Identifier: BSD-3-Clause
"""The files that the tests read: tokens, policies, and a manifest of what is expected of each pair."""

import json
import pathlib

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

    def finish(self):
        (self.folder / "manifest").write_text("\n".join(self.lines) + "\n")
