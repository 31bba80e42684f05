# SPDX-License-Identifier: BSD-3-Clause
"""CCA tokens, good ones and broken ones, made with cbor2: nothing here is shared with the verifier or the monitor."""

import functools
import hashlib

import cbor2

from nist_ecdsa import P256, P384, P521, Key

PLATFORM_PROFILE = "tag:arm.com,2023:cca_platform#1.0.0"
REALM_PROFILE = "tag:arm.com,2023:realm#1.0.0"
OLDER_PROFILE = "http://arm.com/CCA-SSD/1.0.0"

IAK = Key.named(P384, "initial attestation key")
OTHER_IAK = Key.named(P384, "another platform's key")
IAKS = {P256: Key.named(P256, "iak 256"), P384: IAK, P521: Key.named(P521, "iak 521")}
RAK = Key.named(P384, "realm attestation key")
OTHER_RAK = Key.named(P384, "an attacker's key")
RAKS = {P256: Key.named(P256, "rak 256"), P384: RAK, P521: Key.named(P521, "rak 521")}

NONCE = bytes(range(64))
RID = bytes.fromhex("00112233445566778899aabbccddeeff")
PEER_A = bytes.fromhex("a0a1a2a3a4a5a6a7a8a9aaabacadaeaf")
PEER_B = bytes.fromhex("b0b1b2b3b4b5b6b7b8b9babbbcbdbebf")
PROVIDER, CONSUMER = 0, 1
RO, RW, RX = 1, 2, 3


class Raw(bytes):
    """Bytes that go into the encoding as they are."""


def enc(value):
    return bytes(value) if isinstance(value, Raw) else cbor2.dumps(value)


def head(major, value, width=None):
    """The head of an item; width in bytes (0: in the first byte) if it is not to be the shortest."""
    if width is None:
        width = next(w for w, limit in ((0, 24), (1, 1 << 8), (2, 1 << 16), (4, 1 << 32), (8, 1 << 64)) if value < limit)
    if width == 0:
        return bytes([major << 5 | value])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + value.to_bytes(width, "big")


def pairs(items):
    """A map of these pairs, in this order, also if a key comes twice."""
    return Raw(head(5, len(items)) + b"".join(enc(k) + enc(v) for k, v in items))


def array(items):
    return Raw(head(4, len(items)) + b"".join(enc(i) for i in items))


def tag(number, content):
    return Raw(head(6, number) + enc(content))


def bstr(content, width=None):
    return Raw(head(2, len(content), width) + content)


def digest(name, data):
    return hashlib.new(name.replace("-", ""), data).digest()


def cose_key(key):
    """{1: 2, -1: crv, -2: x, -3: y}, as RMM 1.0's realm tokens have it."""
    size = key.curve.size
    return cbor2.dumps({1: 2, -1: key.curve.cose_curve, -2: key.point[0].to_bytes(size, "big"),
                        -3: key.point[1].to_bytes(size, "big")})


@functools.lru_cache(None)
def signature(key, message, digest_name=None):
    r, s = key.sign(message, digest_name)
    return r.to_bytes(key.curve.size, "big") + s.to_bytes(key.curve.size, "big")


def sig_structure(protected, payload, context="Signature1", aad=b""):
    return cbor2.dumps([context, protected, aad, payload])


def sign1(payload, key, protected=None, unprotected=Raw(b"\xa0"), make_signature=None, number=18):
    """A tagged COSE_Sign1. make_signature(protected, payload, key) gives the signature's bytes."""
    if protected is None:
        protected = cbor2.dumps({1: key.curve.cose_alg})
    if make_signature is None:
        def make_signature(header, content, signer):
            return signature(signer, sig_structure(header, content))
    return tag(number, array([protected, unprotected, payload, make_signature(protected, payload, key)]))


def platform_claims(public=None, hash_name="sha-256", **changes):
    """As a list of (label, value). changes: name=value; None drops a claim."""
    signer = digest("sha-256", b"signer")
    claims = {
        "profile": (265, PLATFORM_PROFILE),
        "challenge": (10, digest(hash_name, public if public is not None else cose_key(RAK))),
        "implementation_id": (2396, b"implementation".ljust(32, b"\0")),
        "instance_id": (256, b"\1" + bytes(range(32))),
        "config": (2401, b"\xcf\xcf\xcf\xcf"),
        "lifecycle": (2395, 0x3003),
        "components": (2399, [
            {1: "BL1", 2: digest("sha-256", b"bl1"), 4: "3.4.2", 5: signer, 6: "sha-256"},
            {1: "RMM", 2: digest("sha-256", b"rmm"), 4: "1.0", 5: signer},
            {2: digest("sha-512", b"config"), 5: signer, 6: "sha-512"}]),
        "service": (2400, "https://verifier.example/"),
        "hash_algo": (2402, "sha-256"),
    }
    return changed(claims, changes)


def realm_claims(public=None, hash_name="sha-256", key_hash_name="sha-256", caec=True, **changes):
    claims = {
        "challenge": (10, NONCE),
        "profile": (265, REALM_PROFILE),
        "rpv": (44235, b"personal".ljust(64, b"\0")),
        "hash_algo": (44236, hash_name),
        "public_key": (44237, public if public is not None else cose_key(RAK)),
        "rim": (44238, digest(hash_name, b"rim")),
        "rems": (44239, [digest(hash_name, b"rem%d" % i) for i in range(4)]),
        "key_hash_algo": (44240, key_hash_name),
    }
    if caec:
        claims["rid"] = (-76001, RID)
        claims["version"] = (-76002, 0x10000)
        claims["sharing"] = (-76003, [[PROVIDER, PEER_A, RW, 0x200000], [CONSUMER, PEER_B, RO, 0x1000]])
    return changed(claims, changes)


def changed(claims, changes):
    result = [(label, changes.get(name, value)) for name, (label, value) in claims.items()
              if name not in changes or changes[name] is not None]
    return result + changes.get("more", [])


def collection(platform, realm):
    return bytes(tag(399, pairs([(44234, bytes(platform)), (44241, bytes(realm))])))


def halves(platform=None, realm=None, iak=IAK, rak=RAK):
    """The two COSE_Sign1 of token()."""
    return tuple(bytes(sign1(bytes(pairs(claims)), key)) for claims, key in (
        (platform_claims() if platform is None else platform, iak), (realm_claims() if realm is None else realm, rak)))


def record(half, content_type=263, *indicator):
    """A CMW record (draft-ietf-rats-msg-wrap)."""
    return array([content_type, bytes(half), *indicator])


def cmw(platform, realm, more=()):
    """The collection of draft-ffm-rats-cca-token, of records."""
    return bytes(tag(907, pairs([(44234, platform), (44241, realm), *more])))


def token(platform=None, realm=None, iak=IAK, rak=RAK, platform_options=None, realm_options=None):
    """The claims as lists of pairs or as encoded bytes; options go to sign1()."""
    def payload(claims):
        return bytes(claims) if isinstance(claims, bytes) else bytes(pairs(claims))

    return collection(
        sign1(payload(platform_claims() if platform is None else platform), iak, **(platform_options or {})),
        sign1(payload(realm_claims() if realm is None else realm), rak, **(realm_options or {})))
