# SPDX-License-Identifier: BSD-3-Clause
"""What test_pair makes a peer's tokens from: tokens whose challenge, RID and RIM are changed and which are signed anew,
the key for that, and a policy for them."""

import json

from cca_token import *


def private_key(key):
    """ECPrivateKey of RFC 5915, on P-384."""
    scalar = key.scalar.to_bytes(48, "big")
    return bytes.fromhex("3081a40201010430") + scalar + bytes.fromhex("a00706052b81040022a16403620004") + key.x() + key.y()


def write(folder):
    policy = {"caec-policy": 1, "platform": {"keys": [{"crv": "P-384", "x": IAK.x().hex(), "y": IAK.y().hex()}]},
              "realm": {"cca-realm-initial-measurement": digest("sha-256", b"rim").hex()},
              "caec": {"caec-sharing": {"allow": "any"}}}
    (folder / "pair.json").write_text(json.dumps(policy))
    (folder / "pair.key").write_bytes(private_key(RAK))
    (folder / "pair-realm.cbor").write_bytes(token())
    (folder / "pair-plain.cbor").write_bytes(token(realm=realm_claims(caec=False)))
