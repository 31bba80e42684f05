# SPDX-License-Identifier: BSD-3-Clause
"""Faults of the encoding and of COSE. All signatures are right for what is signed, unless that is the fault."""

import base64

import cbor2

from cca_token import *
from corpus import *


def outer(corpus):
    good = token()
    platform = bytes(sign1(bytes(pairs(platform_claims())), IAK))
    realm = bytes(sign1(bytes(pairs(realm_claims())), RAK))
    both = [(44234, platform), (44241, realm)]

    def bad(name, content, reason):
        corpus.case("outer-" + name, bytes(content), MALFORMED, reason)

    bad("empty", b"", "cut off before an item")
    bad("truncated", good[:-1], "a string longer than what is left, at byte")
    bad("half", good[:len(good) // 2], "a string longer than what is left")
    bad("trailing", good + b"\0", f"bytes behind the end, at byte {len(good)} of {len(good) + 1}")
    bad("twice", good + good, "bytes behind the end")
    bad("too-long", good + b"\0" * 65536, "more than 65536")
    bad("no-tag", pairs(both), "no tag 399 or 907, but a map")
    bad("wrong-tag", tag(400, pairs(both)), "no tag 399 or 907, but tag 400")
    for name, text in (("base64", base64.encodebytes(good)), ("hex", good.hex().encode()), ("pem", b"-----BEGIN CCA\n")):
        bad(name, text, f'CCA token: {len(text)} characters of text, "')
    bad("tag-twice", tag(399, tag(399, pairs(both))), "CCA token: a tag where a map should be")
    bad("long-tag", Raw(head(6, 399, 4) + pairs(both)), "not in its shortest form")
    bad("array", tag(399, array([platform, realm])), "CCA token: an array where a map should be")
    bad("third-member", tag(399, pairs(both + [(44242, b"")])), "CCA token: a member that is not known: 44242")
    bad("text-key", tag(399, pairs(both + [("44234", b"")])), 'CCA token: a member that is not known: "44234"')
    bad("no-platform", tag(399, pairs(both[1:])), "no cca-platform-token (44234)")
    bad("no-realm", tag(399, pairs(both[:1])), "no cca-realm-delegated-token (44241)")
    for name, first, second, found in (("swapped", realm, platform, f'platform-profile: a profile that is not known: "{REALM_PROFILE}"'),
                                       ("both-realm", realm, realm, f'platform-profile: a profile that is not known: "{REALM_PROFILE}"'),
                                       ("both-platform", platform, platform,
                                        f'realm-profile: a profile that is not known: "{PLATFORM_PROFILE}"')):
        corpus.case("outer-" + name, collection(first, second), UNSUPPORTED, "cca-" + found)
    bad("not-wrapped", tag(399, pairs([(44234, Raw(platform)), (44241, Raw(realm))])), "a tag where a byte string")
    bad("duplicate-key", tag(399, pairs(both + [(44234, platform)])), "a map key that comes twice")
    bad("long-key", tag(399, pairs([(Raw(head(0, 44234, 4)), platform), (44241, realm)])), "not in its shortest form")
    bad("long-length", tag(399, pairs([(44234, bstr(platform, 4)), (44241, realm)])), "not in its shortest form")
    bad("indefinite-map", Raw(head(6, 399) + b"\xbf" + enc(44234) + enc(platform) + enc(44241) + enc(realm) + b"\xff"),
        "an indefinite length")
    bad("indefinite-string", tag(399, pairs([(44234, Raw(b"\x5f" + enc(platform) + b"\xff")), (44241, realm)])),
        "an indefinite length")
    bad("order-reversed-trailing", tag(399, Raw(pairs(both[::-1]) + b"\xf6")), "bytes behind the end")
    corpus.case("outer-order-reversed", bytes(tag(399, pairs(both[::-1]))), ACCEPTED)
    for name, start in (("string", b"\x5b"), ("text", b"\x7b"), ("array", b"\x9b"), ("map", b"\xbb")):
        bad("huge-" + name, Raw(head(6, 399) + start + b"\xff" * 8), "CCA token: ")
        bad("large-" + name, Raw(head(6, 399) + bytes([start[0] - 1]) + b"\x7f" + b"\xff" * 3), "CCA token: ")
    bad("nested", b"\x81" * 60000 + b"\0", "nested too deep")
    bad("nested-tags", b"\xc1" * 60000 + b"\0", "nested too deep")
    bad("nested-maps", b"\xa1\x00" * 30000 + b"\0", "nested too deep")


def well_formedness(corpus):
    """Faults inside the claims, where they are as a claim that is not known: only the reader can refuse them."""
    def with_claim(value, key=-99):
        return token(realm=realm_claims(more=[(key, value)]))

    def bad(name, value, reason, key=-99):
        corpus.case("item-" + name, with_claim(value, key), MALFORMED, "realm claims: " + reason)

    for name, content, reason in (
            ("float16", b"\xf9\x3c\x00", "a floating point number"),
            ("float32", b"\xfa\x3f\x80\x00\x01", "a floating point number"),
            ("float64", b"\xfb" + b"\x3f" * 8, "a floating point number"),
            ("undefined", b"\xf7", "a floating point number or simple value"),
            ("simple", b"\xe0", "a floating point number or simple value"),
            ("simple-byte", b"\xf8\x20", "a floating point number or simple value"),
            ("break", b"\xff", "an indefinite length, or a break"),
            ("reserved", b"\x1c", "a reserved encoding"),
            ("indefinite-array", b"\x9f\x01\xff", "an indefinite length"),
            ("indefinite-map", b"\xbf\xff", "an indefinite length"),
            ("indefinite-text", b"\x7f\x61a\xff", "an indefinite length"),
            ("long-1", b"\x18\x17", "a head that is not in its shortest form"),
            ("long-2", b"\x19\x00\xff", "a head that is not in its shortest form"),
            ("long-4", b"\x1a\x00\x00\xff\xff", "a head that is not in its shortest form"),
            ("long-8", b"\x1b\0\0\0\0\xff\xff\xff\xff", "a head that is not in its shortest form"),
            ("long-negative", b"\x38\x17", "a head that is not in its shortest form"),
            ("long-string", b"\x58\x01a", "a head that is not in its shortest form"),
            ("long-array", b"\x98\x01\x00", "a head that is not in its shortest form"),
            ("huge-array", b"\x9b\x7f" + b"\xff" * 7, "cut off"),
            ("text-continuation", b"\x61\x80", "text that is not UTF-8"),
            ("text-overlong", b"\x62\xc0\xaf", "text that is not UTF-8"),
            ("text-surrogate", b"\x63\xed\xa0\x80", "text that is not UTF-8"),
            ("text-cut", b"\x62\xe2\x82", "text that is not UTF-8"),
            ("text-beyond", b"\x64\xf4\x90\x80\x80", "text that is not UTF-8")):
        bad(name, Raw(content), reason)
    bad("bytes-key", 0, "a map key that is neither integer nor text", key=b"key")
    bad("array-key", 0, "a map key that is neither integer nor text", key=(1, 2))
    bad("nested-map-twice", pairs([(1, 2), (3, 4), (1, 2)]), "a map key that comes twice")
    bad("nested-text-twice", pairs([("a", 2), ("b", 4), ("a", 3)]), "a map key that comes twice")
    bad("map-257", pairs([(i, 0) for i in range(257)]), "a map of too many pairs (more than 256)")
    bad("depth-13", Raw(b"\x81" * 12 + b"\0"), "nested too deep (more than 12 levels)")
    for name, value in (("depth-12", Raw(b"\x81" * 11 + b"\0")), ("map-256", pairs([(i, 0) for i in range(256)])),
                        ("values", [True, False, None, 2**64 - 1, -2**64, "é∂𝄞", cbor2.CBORTag(1, 0)])):
        corpus.case("item-" + name, with_claim(value), ACCEPTED)


def changed_header(corpus):
    """What can be wrong in a COSE_Sign1, in both tokens."""
    def with_options(half, **options):
        return token(**{half + "_options": options})

    for half, key in (("platform", IAK), ("realm", RAK)):
        def case(name, status, reason, half=half, **options):
            corpus.case(f"{half}-{name}", with_options(half, **options), status, reason)

        def signs(how):
            return {"make_signature": how}

        def structure(how):
            return signs(lambda header, content, signer: signature(signer, how(header, content)))

        es384 = cbor2.dumps({1: -35})
        wrong = f"{half}-signature: "
        case("tag-17", MALFORMED, "not a COSE_Sign1 with tag 18: tag 17", number=17)
        case("tag-98", MALFORMED, "not a COSE_Sign1 with tag 18", number=98)
        case("no-alg", MALFORMED, "the protected header names no algorithm", protected=b"")
        case("no-alg-map", MALFORMED, "the protected header names no algorithm", protected=b"\xa0")
        case("protected-array", MALFORMED, "the protected header is not a map: an array", protected=b"\x80")
        case("protected-map", MALFORMED, "the protected header is not a byte string: a map", protected={1: -35},
             **signs(lambda header, content, signer: bytes(96)))
        case("protected-long", MALFORMED, "protected header: a head that is not in its shortest form",
             protected=b"\xa1\x18\x01\x38\x22")
        case("protected-trailing", MALFORMED, "protected header: bytes behind the end", protected=es384 + b"\0")
        case("protected-twice", MALFORMED, "protected header: a map key that comes twice",
             protected=b"\xa2\x01\x38\x22\x01\x38\x22")
        case("alg-null", MALFORMED, "alg is a simple value", protected=cbor2.dumps({1: None}))
        case("alg-text", UNSUPPORTED, 'and ES512 (-36): "ES384"', protected=cbor2.dumps({1: "ES384"}))
        case("alg-eddsa", UNSUPPORTED, "an algorithm other than ES256 (-7), ES384 (-35) and ES512 (-36): -8", protected=cbor2.dumps({1: -8}))
        case("alg-hmac", UNSUPPORTED, "(-36): 5", protected=cbor2.dumps({1: 5}))
        case("alg-huge", UNSUPPORTED, "(-36): a negative integer", protected=cbor2.dumps({1: -2**64}))
        case("alg-es256", SIGNATURE, wrong, protected=cbor2.dumps({1: -7}))
        case("alg-es512", SIGNATURE, wrong, protected=cbor2.dumps({1: -36}))
        case("crit", UNSUPPORTED, "critical header parameters", protected=cbor2.dumps({1: -35, 2: [1]}))
        case("unprotected-array", MALFORMED, "the unprotected header is not a map: an array", unprotected=[])
        case("unprotected-alg", MALFORMED, "alg or crit in the unprotected header", unprotected={1: -35})
        case("unprotected-crit", MALFORMED, "alg or crit in the unprotected header", unprotected={2: [1]})
        case("kid-twice", MALFORMED, "a parameter in both headers: 4", protected=cbor2.dumps({1: -35, 4: b"k"}),
             unprotected={4: b"k"})
        case("kid", ACCEPTED, "", unprotected={4: b"k"})
        case("protected-kid", ACCEPTED, "", protected=cbor2.dumps({4: b"k", 1: -35}))
        case("signature-text", MALFORMED, "the signature is not a byte string: text", **signs(lambda *_: "signature"))
        case("signature-empty", SIGNATURE, wrong, **signs(lambda *_: b""))
        case("signature-zero", SIGNATURE, wrong, **signs(lambda *_: bytes(96)))
        case("signature-ones", SIGNATURE, wrong, **signs(lambda *_: b"\xff" * 96))

        def sign(header, content, signer):
            return signature(signer, sig_structure(header, content))

        case("signature-short", SIGNATURE, wrong, **signs(lambda *a: sign(*a)[:-1]))
        case("signature-long", SIGNATURE, wrong, **signs(lambda *a: sign(*a) + b"\0"))
        case("signature-r-only", SIGNATURE, wrong, **signs(lambda *a: sign(*a)[:48] + bytes(48)))
        case("signature-s-only", SIGNATURE, wrong, **signs(lambda *a: bytes(48) + sign(*a)[48:]))
        case("signature-swapped", SIGNATURE, wrong, **signs(lambda *a: sign(*a)[48:] + sign(*a)[:48]))
        n = P384.n.to_bytes(48, "big")
        case("signature-r-n", SIGNATURE, wrong, **signs(lambda *a: n + sign(*a)[48:]))
        for bit in (0, 383, 384, 767):
            def flipped(*a, bit=bit):
                return (int.from_bytes(sign(*a), "big") ^ 1 << bit).to_bytes(96, "big")
            case(f"signature-bit-{bit}", SIGNATURE, wrong, **signs(flipped))

        def der(*a):
            def number(octets):
                octets = octets.lstrip(b"\0")
                octets = b"\0" * (octets[0] >> 7) + octets
                return b"\x02" + bytes([len(octets)]) + octets
            both = sign(*a)
            body = number(both[:48]) + number(both[48:])
            return b"\x30" + bytes([len(body)]) + body
        case("signature-der", SIGNATURE, wrong, **signs(der))
        case("signed-sha256", SIGNATURE, wrong, **signs(
            lambda header, content, signer: signature(signer, sig_structure(header, content), "sha256")))
        case("signed-payload-only", SIGNATURE, wrong, **structure(lambda header, content: content))
        case("signed-context", SIGNATURE, wrong, **structure(lambda h, c: sig_structure(h, c, context="Signature")))
        case("signed-aad", SIGNATURE, wrong, **structure(lambda h, c: sig_structure(h, c, aad=b"x")))
        case("signed-other-header", SIGNATURE, wrong, **structure(lambda h, c: sig_structure(b"", c)))
        case("signed-by-stranger", SIGNATURE, wrong,
             **signs(lambda header, content, signer: sign(header, content, OTHER_RAK)))
        payload = bytes(pairs(platform_claims() if half == "platform" else realm_claims()))
        for name, parts in (("array-3", [es384, Raw(b"\xa0"), payload]),
                            ("array-5", [es384, Raw(b"\xa0"), payload, bytes(96), 0])):
            broken = tag(18, array(parts))
            good = {"platform": sign1(bytes(pairs(platform_claims())), IAK),
                    "realm": sign1(bytes(pairs(realm_claims())), RAK), half: broken}
            corpus.case(f"{half}-{name}", collection(good["platform"], good["realm"]), MALFORMED,
                        f"{half} token: a COSE_Sign1 that is not an array of 4: of {name[-1]}")
        for name, content in (("payload-nil", None), ("payload-map", Raw(payload))):
            broken = tag(18, array([es384, Raw(b"\xa0"), content, bytes(96)]))
            good = {"platform": sign1(bytes(pairs(platform_claims())), IAK),
                    "realm": sign1(bytes(pairs(realm_claims())), RAK), half: broken}
            corpus.case(f"{half}-{name}", collection(good["platform"], good["realm"]), MALFORMED,
                        f"{half} token: the payload is not a byte string")
    # ECDSA's other signature, n - s, is valid too; nothing here rests on signatures being unique.
    def twin(header, content, signer):
        r, s = signer.sign(sig_structure(header, content))
        return r.to_bytes(48, "big") + (P384.n - s).to_bytes(48, "big")
    corpus.case("realm-signature-twin", token(realm_options={"make_signature": twin}), ACCEPTED)


def large_header(corpus):
    """Two headers as large as they can be, of which one is not to be read for each label of the other."""
    def keys(count):
        return [head(major, i) for i in range(count // 2) for major in (0, 1)]

    wide = head(5, 256) + b"".join(key + b"\0" for key in keys(256))
    protected = head(5, 2) + enc(1) + enc(P384.cose_alg) + enc(10000) + head(4, 80) + wide * 80
    unprotected = head(5, 255) + b"".join(enc(1000 + i) + b"\0" for i in range(255))
    corpus.case("header-large", token(platform_options={"protected": protected, "unprotected": Raw(unprotected)}),
                ACCEPTED)
    last = head(5, 255) + b"".join(enc(9746 + i) + b"\0" for i in range(255))
    corpus.case("header-large-both", token(platform_options={"protected": protected, "unprotected": Raw(last)}),
                MALFORMED, "platform token: a parameter in both headers: 10000")


def add(corpus):
    large_header(corpus)
    outer(corpus)
    well_formedness(corpus)
    changed_header(corpus)
