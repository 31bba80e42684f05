# SPDX-License-Identifier: BSD-3-Clause
"""The platform token and the realm attestation key that TF-A's QEMU port carries as samples: a platform token that
others made. The realm token beside it is made here, with that key.

TF-A does not say by which key its sample token is signed. An ECDSA signature determines it up to a few candidates
(here two), which recover() computes. That the signature verifies under a candidate proves nothing: it does so by
construction, for any bytes. One of the two is the key that others have published as the trust anchor of this token
(PUBLISHED_X); its private half has been published too. So with that anchor the check shows that the verifier's
arithmetic and encoding agree with those of the token's maker, and nothing about any machine."""

import re

import cbor2

from cca_token import *
from cases_policy import base64url, hex_key, jwk
from corpus import *
from nist_ecdsa import recover

# "x" of the JWK that public examples for this token's implementation and instance id name.
PUBLISHED_X = "IShnxS4rlQiwpCCpBWDzlNLfqiG911FP8akBr-fh94uxHU5m-Kijivp2r2oxxN6M"


class Point:
    """A public key without its scalar."""

    def __init__(self, curve, point):
        self.curve, self.point = curve, point

    x, y = Key.x, Key.y


def c_array(path, name):
    text = path.read_text()
    body = re.search(rf"\b{name}\[\] = \{{(.*?)\}};", text, re.S).group(1)
    return bytes(int(byte, 16) for byte in re.findall(r"0x([0-9a-fA-F]{2})", body))


def candidates(platform):
    protected, _, payload, both = cbor2.loads(platform).value
    r, s = int.from_bytes(both[:48], "big"), int.from_bytes(both[48:], "big")
    return [Point(P384, point) for point in recover(P384, sig_structure(protected, payload), r, s)]


def add(corpus, tfa):
    folder = tfa / "plat/qemu/common"
    platform = c_array(folder / "qemu_plat_attest_token.c", "sample_platform_token")
    scalar = c_array(folder / "qemu_realm_attest_key.c", "sample_delegated_key")
    rak = Key(P384, int.from_bytes(scalar, "big"))
    keys = candidates(platform)
    assert len(keys) == 2
    published = [key for key in keys if base64url(key.x()) == PUBLISHED_X]
    assert len(published) == 1

    def policy(name, entries):
        corpus.policy(name, {
            "caec-policy": 1,
            "platform": {"keys": entries} if entries else {"signature": "not-checked"},
            "realm": {"cca-realm-initial-measurement": digest("sha-256", b"rim").hex()},
            "caec": {"caec-sharing": {"allow": [{"peer": [PEER_A.hex(), PEER_B.hex()]}]}}})

    policy("sample", [jwk(published[0])])
    policy("sample-other-candidate", [hex_key(key) for key in keys if key is not published[0]])
    policy("sample-not-checked", None)
    policy("sample-wrong", [hex_key(OTHER_IAK)])

    def combined(first, key=rak, public=None):
        claims = realm_claims(public or cose_key(key))
        return collection(first, sign1(bytes(pairs(claims)), key))

    good = combined(platform)
    corpus.case("sample", good, ACCEPTED, policy="sample")
    corpus.case("sample-other-candidate", good, ACCEPTED, policy="sample-other-candidate")
    corpus.case("sample-not-checked", good, ACCEPTED, "THE PLATFORM'S SIGNATURE WAS NOT CHECKED",
                policy="sample-not-checked")
    corpus.case("sample-wrong-key", good, SIGNATURE, "by none of the policy's keys", policy="sample-wrong")
    # The bit that makes 0x3003 the lifecycle 0x3001.
    at = platform.index(bytes.fromhex("19095b193003")) + 5
    flipped = platform[:at] + bytes([platform[at] ^ 2]) + platform[at + 1:]
    corpus.case("sample-flipped", combined(flipped), SIGNATURE, "by none of the policy's keys", policy="sample")
    corpus.case("sample-flipped-not-checked", combined(flipped), ACCEPTED, "SIGNATURE WAS NOT CHECKED",
                policy="sample-not-checked")
    corpus.case("sample-other-realm-key", combined(platform, RAK), BINDING, "binding: ", policy="sample")
    corpus.case("sample-other-realm-key-not-checked", combined(platform, RAK), BINDING, "binding: ",
                policy="sample-not-checked")
    corpus.case("sample-claimed-realm-key", combined(platform, RAK, cose_key(rak)), SIGNATURE, "realm-signature: ",
                policy="sample")
