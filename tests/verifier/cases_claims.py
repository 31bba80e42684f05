# SPDX-License-Identifier: BSD-3-Clause
"""Claims: what is missing, of a wrong type or size, or not what the policy wants. Everything is signed and bound
properly, unless that is the fault."""

import cbor2

from cca_token import *
from corpus import *

PLATFORM_NAMES = {
    "profile": "cca-platform-profile", "challenge": "cca-platform-challenge",
    "implementation_id": "cca-platform-implementation-id", "instance_id": "cca-platform-instance-id",
    "config": "cca-platform-config", "lifecycle": "cca-platform-lifecycle", "components": "cca-platform-sw-components",
    "service": "cca-platform-verification-service", "hash_algo": "cca-platform-hash-algo-id",
}
REALM_NAMES = {
    "challenge": "cca-realm-challenge", "profile": "cca-realm-profile", "rpv": "cca-realm-personalization-value",
    "hash_algo": "cca-realm-hash-algo-id", "public_key": "cca-realm-public-key", "rim": "cca-realm-initial-measurement",
    "rems": "cca-realm-extensible-measurements", "key_hash_algo": "cca-realm-public-key-hash-algo-id",
}
CAEC_NAMES = {"rid": "caec-realm-id", "version": "caec-version", "sharing": "caec-sharing"}


def shown(name):
    return name.replace("\0", "\\x00")


def good(corpus):
    for hash_name in ("sha-256", "sha-384", "sha-512"):
        for caec in (True, False):
            for profile in (True, False):
                name = f"good-{hash_name}{'-caec' if caec else ''}{'-profile' if profile else ''}"
                changes = {} if profile else {"profile": None}
                corpus.case(name, token(realm=realm_claims(hash_name=hash_name, caec=caec, **changes)), ACCEPTED,
                            policy="open")
    for curve, key in RAKS.items():
        for iak_curve, iak in IAKS.items():
            public = cose_key(key)
            corpus.case(f"good-iak-{iak_curve.name}-rak-{curve.name}",
                        token(platform=platform_claims(public), realm=realm_claims(public), iak=iak, rak=key), ACCEPTED,
                        policy="all-keys")
    for hash_name in ("sha-384", "sha-512"):
        corpus.case(f"good-binding-{hash_name}", token(platform=platform_claims(hash_name=hash_name),
                                                       realm=realm_claims(key_hash_name=hash_name)), ACCEPTED,
                    policy="open")
    corpus.case("good-no-service", token(platform=platform_claims(service=None)), ACCEPTED, policy="open")
    corpus.case("good-reversed", token(platform_claims()[::-1], realm_claims()[::-1]), ACCEPTED)
    corpus.case("good-no-sharing", token(realm=realm_claims(sharing=[])), ACCEPTED, policy="open")
    public = cbor2.dumps({1: 2, 2: b"kid", 3: -35, 4: [2], -1: 2, -2: RAK.x(), -3: RAK.y(), -99: "x"})
    corpus.case("good-full-key", token(platform_claims(public), realm_claims(public)), ACCEPTED)
    public = cbor2.dumps({-3: RAK.y(), -2: RAK.x(), -1: 2, 1: 2})
    corpus.case("good-key-order", token(platform_claims(public), realm_claims(public)), ACCEPTED)


def missing_and_mistyped(corpus):
    for half, make, names in (("platform", platform_claims, PLATFORM_NAMES), ("realm", realm_claims, REALM_NAMES),
                              ("realm", realm_claims, CAEC_NAMES)):
        for field, claim in names.items():
            def case(name, status, reason, **changes):
                corpus.case(f"{claim}-{name}", token(**{half: make(**changes)}), status, reason)

            optional = field in ("service",) or (half, field) == ("realm", "profile")
            if field in CAEC_NAMES:
                case("missing", MALFORMED, "some of CAEC's claims, not all three: caec-", **{field: None})
            elif not optional:
                case("missing", MALFORMED, f"{half} claims: no {claim}", **{field: None})
            for kind, value in (("null", None), ("array", [[]]), ("map", {}), ("negative", -1), ("tag", cbor2.CBORTag(0, "")),
                                ("text", 5 if field in ("profile", "hash_algo", "key_hash_algo", "service") else "text")):
                inside = {"sharing": "sharing state: an item", "components": "software component: an array where a map should be"}
                reason = inside[field] if kind == "array" and field in inside else claim
                case(f"is-{kind}", MALFORMED, reason, **{field: Raw(b"\xf6") if value is None else value})
    for half, make in (("platform", platform_claims), ("realm", realm_claims)):
        claims = make()
        corpus.case(f"{half}-claim-twice", token(**{half: claims + claims[1:2]}), MALFORMED, "a map key that comes twice")
        corpus.case(f"{half}-payload-array", token(**{half: bytes(array([]))}), MALFORMED, f"{half} claims: an array where a map should be")
        corpus.case(f"{half}-payload-empty", token(**{half: b""}), MALFORMED, f"{half} claims: cut off")
        corpus.case(f"{half}-payload-trailing", token(**{half: bytes(pairs(claims)) + b"\0"}), MALFORMED,
                    f"{half} claims: bytes behind the end")
        corpus.case(f"{half}-payload-cut", token(**{half: bytes(pairs(claims))[:-1]}), MALFORMED, f"{half} claims: ")


def sizes(corpus):
    def platform(name, status, reason, policy="base", **changes):
        corpus.case(name, token(platform=platform_claims(**changes)), status, reason, policy)

    def realm(name, status, reason, **changes):
        corpus.case(name, token(realm=realm_claims(**changes)), status, reason)

    platform("platform-challenge-31", MALFORMED, "cca-platform-challenge: 31 bytes", challenge=bytes(31))
    platform("implementation-id-33", MALFORMED, "33 bytes where 32 should be", implementation_id=bytes(33))
    platform("instance-id-32", MALFORMED, "32 bytes where 33 should be", instance_id=b"\1" + bytes(31))
    platform("instance-id-type", MALFORMED, "its first byte is not 0x01: 0x02", instance_id=b"\2" + bytes(32))
    for value in (0x0100, 0x3f03, 0x7000, 0x60ff + 1, 0x13003, 2**64 - 1):
        platform(f"lifecycle-{value:x}", MALFORMED, f"not a state of the specification: 0x{value:x}", lifecycle=value)
    platform("platform-other-profile", UNSUPPORTED, "cca-platform-profile",
             profile="tag:arm.com,2023:cca_platform#1.0.1")
    signer = bytes(32)
    for name, components, reason in (
            ("none", [], "cca-platform-sw-components: 0, not 1 to 1024"),
            ("1025", [0] * 1025, "cca-platform-sw-components: 1025, not 1 to 1024"),
            ("not-map", [[]], "software component: an array where a map should be"),
            ("no-measurement", [{1: "x", 5: signer}], "software component: no measurement value"),
            ("no-signer", [{1: "x", 2: bytes(32)}], "software component: no signer id"),
            ("measurement-31", [{2: bytes(31), 5: signer}], "measurement value: 31 bytes"),
            ("signer-0", [{2: bytes(32), 5: b""}], "signer id: 0 bytes"),
            ("type-bytes", [{1: b"x", 2: bytes(32), 5: signer}], "component type: a byte string"),
            ("version-int", [{2: bytes(32), 4: 1, 5: signer}], "version: an unsigned integer"),
            ("algorithm-int", [{2: bytes(32), 5: signer, 6: 1}], "hash algorithm identifier: an unsigned integer"),
            ("default-algorithm", [{2: bytes(64), 5: signer}], "[0]: a measurement of 64 bytes by sha-256, which gives 32"),
            ("own-algorithm", [{2: bytes(32), 5: signer, 6: "sha-512"}], "[0]: a measurement of 32 bytes by sha-512, which gives 64")):
        platform(f"components-{name}", MALFORMED, reason, components=components)
    # A name of which nobody knows the size is no way around the comparison of sizes.
    for name in ("sha3-256", "not-hash-extended", "SHA-256", ""):
        platform(f"platform-hash-{name}", UNSUPPORTED, f'cca-platform-hash-algo-id: "{name}", not sha-256, sha-384 or',
                 hash_algo=name)
        platform(f"components-hash-{name}", UNSUPPORTED, f'software component [1]: hash algorithm "{name}", not sha-256',
                 components=[{2: bytes(32), 5: signer}, {2: bytes(48), 5: signer, 6: name}])
    platform("components-sha-384", ACCEPTED, "", policy="open", components=[{2: bytes(48), 5: signer, 6: "sha-384"}])
    # A fleet's token: as many components as there is room for.
    many = [{1: f"C{i}", 2: digest("sha-256", b"%d" % i), 4: "1.0", 5: signer, 6: "sha-256"} for i in range(600)]
    for count in (65, 600):
        platform(f"components-{count}", ACCEPTED, "", policy="open", components=many[:count])
    # Members that are not known are as claims that are not known.
    other = [{2: bytes(32), 3: 0, 5: signer, "name": {}}]
    platform("components-unknown-member", ACCEPTED, "", policy="open", components=other)
    platform("components-unknown-refused", POLICY, 'platform-other-claims: 2 claims that are not known: 3, "name"',
             policy="no-others", components=other)
    for size in (0, 32, 63, 65):
        realm(f"realm-challenge-{size}", MALFORMED, f"cca-realm-challenge: {size} bytes", challenge=bytes(size))
        realm(f"rpv-{size}", MALFORMED, f"cca-realm-personalization-value: {size} bytes", rpv=bytes(size))
    realm("rim-31", MALFORMED, "cca-realm-initial-measurement: 31 bytes", rim=bytes(31))
    realm("rim-64-of-sha-256", MALFORMED, "cca-realm-initial-measurement: 64 bytes, but sha-256 gives 32", rim=bytes(64))
    realm("rim-padded", MALFORMED, "cca-realm-initial-measurement: 64 bytes, but sha-256 gives 32", hash_name="sha-256",
          rim=digest("sha-256", b"rim").ljust(64, b"\0"))
    for count in (0, 3, 5):
        realm(f"rems-{count}", MALFORMED, f"not an array of 4: of {count}", rems=[bytes(32)] * count)
    realm("rems-one-short", MALFORMED, "31 bytes", rems=[bytes(32)] * 3 + [bytes(31)])
    realm("rems-one-64", MALFORMED, "measurements[3]: 64 bytes, but sha-256 gives 32", rems=[bytes(32)] * 3 + [bytes(64)])
    realm("rems-text", MALFORMED, "text where a byte string", rems=[bytes(32)] * 3 + ["x" * 32])
    for name in ("sha-1", "SHA-256", "sha256", "", "sha-256\0"):
        realm(f"hash-{name.encode().hex()}", UNSUPPORTED, f'cca-realm-hash-algo-id: "{shown(name)}", not sha-256', hash_algo=name)
        realm(f"key-hash-{name.encode().hex()}", UNSUPPORTED,
              f'cca-realm-public-key-hash-algo-id: "{shown(name)}", not sha-256', key_hash_algo=name)
    realm("realm-other-profile", UNSUPPORTED, "cca-realm-profile", profile="tag:arm.com,2023:realm#1.0.1")


def realm_key(corpus):
    """The realm's public key; the platform vouches for each of these, so that only the key itself is at fault."""
    def case(name, public, status, reason, key=RAK):
        corpus.case("key-" + name, token(platform_claims(public), realm_claims(public), rak=key), status, reason)

    x, y = RAK.x(), RAK.y()

    def encoded(**changes):
        fields = {"kty": (1, 2), "crv": (-1, 2), "x": (-2, x), "y": (-3, y)}
        return bytes(pairs([(label, changes.get(name, value)) for name, (label, value) in fields.items()
                            if name not in changes or changes[name] is not None] + changes.get("more", [])))

    case("empty", b"", MALFORMED, "realm public key: cut off")
    case("raw-point", b"\x04" + x + y, MALFORMED, "a point (SEC 1) of 97 bytes where a COSE_Key should be")
    case("not-map", b"\x80", MALFORMED, "realm public key: no map (COSE_Key), but 1 bytes that begin with 0x80 (an array)")
    spki = bytes.fromhex("3076301006072a8648ce3d020106052b81040022036200") + b"\x04" + x + y  # RFC 5480
    case("spki", spki, MALFORMED, "no map (COSE_Key), but 120 bytes that begin with 0x30 (a negative integer)")
    case("trailing", encoded() + b"\0", MALFORMED, "realm public key: bytes behind the end")
    case("twice", encoded(more=[(1, 2)]), MALFORMED, "a map key that comes twice")
    case("no-kty", encoded(kty=None), MALFORMED, "no key type or no curve")
    case("no-crv", encoded(crv=None), MALFORMED, "no key type or no curve")
    case("no-x", encoded(x=None), MALFORMED, "x is not 48 bytes: absent")
    case("no-y", encoded(y=None), MALFORMED, "y is not 48 bytes")
    case("okp", encoded(kty=1), UNSUPPORTED, "a key type other than EC2 (2): 1")
    case("kty-text", encoded(kty="EC2"), UNSUPPORTED, "a key type other than EC2")
    case("kty-tag", encoded(kty=cbor2.CBORTag(2, b"")), UNSUPPORTED, "a key type other than EC2")
    case("secp256k1", encoded(crv=8), UNSUPPORTED, "a curve other than P-256 (1), P-384 (2) and P-521 (3): 8")
    case("compressed", encoded(y=True), UNSUPPORTED, "a compressed point")
    case("compressed-odd", encoded(y=False), UNSUPPORTED, "a compressed point")
    case("x-sign", encoded(x=True), MALFORMED, "x is not 48 bytes")
    case("y-null", encoded(y=Raw(b"\xf6")), MALFORMED, "y is not 48 bytes")
    case("x-short", encoded(x=x[1:]), MALFORMED, "x is not 48 bytes: 47")
    case("x-long", encoded(x=b"\0" + x), MALFORMED, "x is not 48 bytes")
    case("x-number", encoded(x=int.from_bytes(x[:8], "big")), MALFORMED, "x is not 48 bytes: an unsigned integer")
    case("private", encoded(more=[(-4, bytes(48))]), MALFORMED, "a private key")
    case("alg-es256", encoded(more=[(3, -7)]), SIGNATURE, "its algorithm is not that of its curve, P-384: -7")
    case("alg-tag", encoded(more=[(3, cbor2.CBORTag(1, -35))]), SIGNATURE, "its algorithm is not that of its curve")
    case("ops-sign", encoded(more=[(4, [1])]), MALFORMED, "not for verifying")
    case("ops-number", encoded(more=[(4, 2)]), MALFORMED, "not for verifying")
    off = (int.from_bytes(y, "big") ^ 1).to_bytes(48, "big")
    case("off-curve", encoded(y=off), SIGNATURE, "the key is not a point on P-384")
    case("zero", encoded(x=bytes(48), y=bytes(48)), SIGNATURE, "the key is not a point on P-384")
    case("x-p", encoded(x=P384.p.to_bytes(48, "big")), SIGNATURE, "the key is not a point on P-384")
    case("other-point", encoded(y=(P384.p - int.from_bytes(y, "big")).to_bytes(48, "big")), SIGNATURE,
         "realm-signature: not by cca-realm-public-key")
    case("p256-for-es384", cose_key(RAKS[P256]), SIGNATURE, "ES384 with a key on P-256")


def binding(corpus):
    def case(name, platform, realm, **options):
        corpus.case("binding-" + name, token(platform, realm, **options), BINDING,
                    "binding: cca-platform-challenge is not the hash of cca-realm-public-key: ")

    # A realm token of the attacker's own, with a key of the attacker's own, beside a genuine platform token.
    stranger = cose_key(OTHER_RAK)
    case("attacker", platform_claims(), realm_claims(stranger), rak=OTHER_RAK)
    case("challenge", platform_claims(challenge=digest("sha-256", b"x")), realm_claims())
    case("raw-point", platform_claims(challenge=digest("sha-256", b"\x04" + RAK.x() + RAK.y())), realm_claims())
    case("other-hash", platform_claims(hash_name="sha-256"), realm_claims(key_hash_name="sha-512"))
    case("hash-prefix", platform_claims(challenge=digest("sha-512", cose_key(RAK))[:32]),
         realm_claims(key_hash_name="sha-512"))
    reordered = cbor2.dumps({-1: 2, 1: 2, -2: RAK.x(), -3: RAK.y()})
    case("reencoded", platform_claims(), realm_claims(reordered))
    case("wrapped", platform_claims(challenge=digest("sha-256", cbor2.dumps(cose_key(RAK)))), realm_claims())


def nonce(corpus):
    good_token = token()
    corpus.case("nonce-other", good_token, NONCE_WRONG, f"cca-realm-challenge is another: {NONCE.hex()}", nonce=NONCE[:-1] + b"\0")
    corpus.case("nonce-prefix", good_token, NONCE_WRONG, "cca-realm-challenge is another", nonce=NONCE[:32])
    corpus.case("nonce-none", good_token, NONCE_WRONG, "none given", nonce=None)
    corpus.case("nonce-not-wanted", good_token, ACCEPTED, "no nonce was compared", nonce=None, policy="no-nonce")
    corpus.case("nonce-given-anyway", good_token, NONCE_WRONG, "cca-realm-challenge is another", nonce=b"x" * 64,
                policy="no-nonce")
    short = token(realm=realm_claims(challenge=NONCE[:32].ljust(64, b"\0")))
    corpus.case("nonce-32", short, ACCEPTED, nonce=NONCE[:32])
    corpus.case("nonce-32-padded", short, ACCEPTED, nonce=NONCE[:32].ljust(64, b"\0"))
    corpus.case("nonce-31-of-32", short, NONCE_WRONG, "cca-realm-challenge is another", nonce=NONCE[:31])
    corpus.case("nonce-8", token(realm=realm_claims(challenge=b"12345678".ljust(64, b"\0"))), ACCEPTED,
                "the nonce is shorter than the 32 bytes", nonce=b"12345678")


def caec(corpus):
    def case(name, status, reason, policy="base", **changes):
        corpus.case("caec-" + name, token(realm=realm_claims(**changes)), status, reason, policy)

    item = [PROVIDER, PEER_A, RW, 0x1000]
    case("rid-15", MALFORMED, "caec-realm-id: 15 bytes", rid=RID[:15])
    case("version-2", UNSUPPORTED, "caec-version: a major version other than 1: 2", version=0x20000)
    case("version-0", UNSUPPORTED, "caec-version: a major version", version=0)
    case("version-huge", UNSUPPORTED, "caec-version: a major version", version=2**64 - 1)
    for name, broken, reason in (
            ("item-3", item[:3], "not an array of 4: of 3"), ("item-5", item + [0], "not an array of 4"),
            ("item-map", {0: 0}, "a map where an array"), ("role-2", [2] + item[1:], "role: out of range: 2, not 0 to 1"),
            ("role-text", ["p"] + item[1:], "role: text"),
            ("peer-15", [0, PEER_A[:15], 1, 4096], "a peer of 15 bytes"),
            ("peer-text", [0, "peer", 1, 4096], "peer: text"),
            ("permission-0", [0, PEER_A, 0, 4096], "permission: out of range"),
            ("permission-4", [0, PEER_A, 4, 4096], "permission: out of range: 4, not 1 to 3"),
            ("permission-257", [0, PEER_A, 257, 4096], "permission: out of range"),
            ("size-0", [0, PEER_A, 1, 0], "size: out of range"),
            ("size-4097", [0, PEER_A, 1, 4097], "a size that is not whole pages: 4097"),
            ("size-huge", [0, PEER_A, 1, 2**53], "size: out of range"),
            ("size-negative", [0, PEER_A, 1, -4096], "size: a negative integer")):
        case(name, MALFORMED, reason, sharing=[item, broken])
    case("null-first", MALFORMED, "a simple value where an array", sharing=[None, item])
    case("true-last", MALFORMED, "a simple value where an array", sharing=[item, True])
    case("incomplete", POLICY, "caec-sharing: 1 items and more", sharing=[item, None])
    case("incomplete-empty", POLICY, "caec-sharing: 0 items and more", sharing=[None])
    case("incomplete-open", POLICY, "caec-sharing: 1 items and more", policy="open", sharing=[item, None])
    case("incomplete-accepted", ACCEPTED, "the sharing state is not complete", policy="incomplete", sharing=[item, None])
    case("1025", MALFORMED, "1025 items, more than 1024", policy="open", sharing=[item] * 1025)
    case("1024", ACCEPTED, "", policy="open", sharing=[item] * 1024)


def bit_flips(corpus):
    """One bit of each claim, with the signature that was over the claim as it was."""
    good_token = token()
    for half, names, claims in (("platform", PLATFORM_NAMES, platform_claims()),
                                ("realm", {**REALM_NAMES, **CAEC_NAMES}, realm_claims())):
        for (field, claim), (label, value) in zip(names.items(), claims):
            encoding = enc(label) + enc(value)
            at = good_token.index(encoding) + len(encoding) - 1
            if field == "components":
                at -= len(b"\x06\x67sha-512")
            flipped = good_token[:at] + bytes([good_token[at] ^ 1]) + good_token[at + 1:]
            status, reason = SIGNATURE, f"{half}-signature: "
            if field in ("profile", "hash_algo", "key_hash_algo"):
                status, reason = UNSUPPORTED, claim
            elif field == "public_key":
                status, reason = BINDING, "binding: "
            elif field == "sharing":
                status, reason = MALFORMED, "a size that is not whole pages"
            corpus.case(f"flipped-{claim}", flipped, status, reason)


def add(corpus):
    good(corpus)
    missing_and_mistyped(corpus)
    sizes(corpus)
    realm_key(corpus)
    binding(corpus)
    nonce(corpus)
    caec(corpus)
    bit_flips(corpus)
