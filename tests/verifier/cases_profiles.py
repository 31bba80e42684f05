# SPDX-License-Identifier: BSD-3-Clause
"""The other forms of a token that there are: in a CMW collection, as RMM 2.0 writes it, and of the profile before RMM
1.0, with the realm's key as a point."""

import cbor2

from cca_token import *
from cases_policy import hex_key, open_policy
from corpus import *

TAG_EAT_CWT = 0x63740101 + 263 // 255 * 256 + 263 % 255  # RFC 9277 4.3


def point(key, form=b"\x04"):
    return form + key.x() + (key.y() if form == b"\x04" else b"")


def collections(corpus):
    """The halves are those of the tests' default token: what it says and what it is accepted with stay the same."""
    platform, realm = halves()

    def good(name, content):
        corpus.case("cmw-good-" + name, content, ACCEPTED)

    def case(name, status, reason, content):
        corpus.case("cmw-" + name, bytes(content), status, reason)

    good("263", cmw(record(platform), record(realm)))
    good("media-type", cmw(record(platform, "application/eat+cwt"), record(realm, "Application/EAT+CWT")))
    good("parameter", cmw(record(platform, f'application/eat+cwt; eat_profile="{PLATFORM_PROFILE}"'),
                          record(realm, "application/eat+cwt;eat_profile=x")))
    good("indicator", cmw(record(platform, 263, 4), record(realm, 263, 5)))
    good("tags", cmw(tag(TAG_EAT_CWT, platform), tag(TAG_EAT_CWT, realm)))
    good("type", cmw(record(platform), record(realm), [("__cmwc_t", "tag:arm.com,2023:cca")]))
    good("reversed", bytes(tag(907, pairs([(44241, record(realm)), (44234, record(platform))]))))
    good("array", bytes(tag(907, array([record(platform), record(realm)]))))

    case("no-record", MALFORMED, "cca-platform-token: a byte string where an array should be", cmw(platform, record(realm)))
    case("record-in-399", MALFORMED, "cca-platform-token: an array where a byte string should be",
         tag(399, pairs([(44234, record(platform)), (44241, record(realm))])))
    case("not-wrapped", MALFORMED, "cca-platform-token: a tag where a byte string should be",
         cmw(array([263, Raw(platform)]), record(realm)))
    case("record-1", MALFORMED, "cca-platform-token: a record of 1 items, not 2 or 3", cmw(array([263]), record(realm)))
    case("record-4", MALFORMED, "cca-realm-delegated-token: a record of 4 items, not 2 or 3",
         cmw(record(platform), record(realm, 263, 4, 4)))
    for name, content_type, shown in (("264", 264, "264"), ("61", 61, "61"), ("json", "application/eat+jwt", '"application/eat+jwt"'),
                                      ("longer", "application/eat+cwtx", '"application/eat+cwtx"'), ("empty", "", '""'),
                                      ("prefix", "application/eat", '"application/eat"'), ("bytes", b"x", "a byte string"),
                                      ("negative", -264, "-264")):
        case("content-" + name, UNSUPPORTED, f"cca-realm-delegated-token: of type {shown}, not 263 (application/eat+cwt)",
             cmw(record(platform), record(realm, content_type)))
    case("tag", UNSUPPORTED, f"cca-platform-token: of tag {TAG_EAT_CWT + 1}, not {TAG_EAT_CWT}",
         cmw(tag(TAG_EAT_CWT + 1, platform), record(realm)))
    case("tag-text", MALFORMED, "cca-platform-token: text where a byte string should be",
         cmw(tag(TAG_EAT_CWT, "x"), record(realm)))
    for value in (0, 1, 2, 8, 2**64 - 5):
        case(f"indicator-{value}", UNSUPPORTED, f"cca-platform-token: its indicator does not say evidence (4): {value}",
             cmw(record(platform, 263, value), record(realm)))
    case("indicator-text", MALFORMED, "cca-platform-token: text where an unsigned integer should be",
         cmw(record(platform, 263, "evidence"), record(realm)))
    case("no-realm", MALFORMED, "CCA token: no cca-realm-delegated-token (44241)", tag(907, pairs([(44234, record(platform))])))
    case("device", UNSUPPORTED, "CCA token: a CMW with a member that is not known: 44258",
         cmw(record(platform), record(realm), [(44258, array([601, b"x"]))]))
    case("label", UNSUPPORTED, 'a member that is not known: "__cmwc_u"', cmw(record(platform), record(realm), [("__cmwc_u", "x")]))
    case("many", UNSUPPORTED, "a member that is not known: 0",
         cmw(record(platform), record(realm), [("__cmwc_t", "x")] + [(i, 0) for i in range(20)]))
    case("twice", MALFORMED, "a map key that comes twice", cmw(record(platform), record(realm), [(44241, record(realm))]))
    case("array-1", UNSUPPORTED, "a CMW of 1 records, not the platform's and the realm's", tag(907, array([record(platform)])))
    case("array-3", UNSUPPORTED, "a CMW of 3 records", tag(907, array([record(platform), record(realm), record(realm)])))
    case("array-swapped", UNSUPPORTED, f'cca-platform-profile: a profile that is not known: "{REALM_PROFILE}"',
         tag(907, array([record(realm), record(platform)])))
    case("text", MALFORMED, "CCA token: text where a map should be", tag(907, "x"))
    case("twice-tagged", MALFORMED, "CCA token: a tag where a map should be", tag(907, Raw(cmw(record(platform), record(realm)))))
    forged = halves(iak=OTHER_IAK)
    case("forged", SIGNATURE, "platform-signature: by none", cmw(record(forged[0]), record(forged[1])))
    stranger = halves(realm=realm_claims(cose_key(OTHER_RAK)), rak=OTHER_RAK)
    case("attacker", BINDING, "binding: ", cmw(record(platform), record(stranger[1])))


def unknown_profiles(corpus):
    """Of those the claims may mean anything: they are not looked at."""
    for name, changes, reason in (
            ("2024", {"platform": platform_claims(profile="tag:arm.com,2024:cca_platform#2.0.0", challenge=None,
                                                  more=[(2408, bytes(32))])},
             'cca-platform-profile: a profile that is not known: "tag:arm.com,2024:cca_platform#2.0.0"'),
            ("realm-2026", {"realm": realm_claims(profile="tag:arm.com,2026:realm#2.0.0", rim=None)},
             'cca-realm-profile: a profile that is not known: "tag:arm.com,2026:realm#2.0.0"'),
            ("older-1", {"platform": platform_claims(profile=OLDER_PROFILE + "x")}, f'not known: "{OLDER_PROFILE}x"')):
        corpus.case("profile-" + name, token(**changes), UNSUPPORTED, reason, policy="older")
        p, r = halves(**changes)
        corpus.case("cmw-profile-" + name, cmw(record(p), record(r)), UNSUPPORTED, reason, policy="older")


def older(corpus):
    policy = {**open_policy(), "profiles": [PLATFORM_PROFILE, OLDER_PROFILE]}
    corpus.policy("older", policy)
    corpus.policy("older-any", {**policy, "profiles": "any"})
    corpus.policy("older-only", {**policy, "profiles": OLDER_PROFILE})
    refused = f'profiles: {OLDER_PROFILE} is not among "profiles" of the policy'

    def platform(public, **changes):
        return platform_claims(public, **{"profile": OLDER_PROFILE, **changes})

    def realm(public, **changes):
        return realm_claims(public, **{"profile": None, "caec": False, **changes})

    def case(name, status, reason="", policy="older", public=point(RAK), rak=RAK, of_platform={}, of_realm={}):
        corpus.case("older-" + name, token(platform(public, **of_platform), realm(public, **of_realm), rak=rak), status,
                    reason, policy)

    for curve, key in RAKS.items():
        case(f"raw-{curve.name}", ACCEPTED, "the token is of a profile older than RMM 1.0", public=point(key), rak=key)
    case("cose-key", ACCEPTED, "older than RMM 1.0", public=cose_key(RAK))
    case("realm-profile", ACCEPTED, public=cose_key(RAK), of_realm={"profile": REALM_PROFILE})
    case("caec", ACCEPTED, of_realm={"caec": True})
    case("any", ACCEPTED, "older than RMM 1.0", policy="older-any")
    case("only", ACCEPTED, "older than RMM 1.0", policy="older-only")
    case("off", UNSUPPORTED, refused, policy="open")
    case("off-base", UNSUPPORTED, refused, policy="base")
    corpus.case("older-only-newer", token(), UNSUPPORTED, f'{PLATFORM_PROFILE} is not among "profiles"', "older-only")
    corpus.case("older-newer", token(), ACCEPTED, "", "older")
    p, r = halves(platform(point(RAK)), realm(point(RAK)))
    corpus.case("older-cmw", cmw(record(p), record(r)), ACCEPTED, "older than RMM 1.0", "older")

    case("raw-with-profile", MALFORMED, "a point (SEC 1) of 97 bytes where a COSE_Key should be",
         of_realm={"profile": REALM_PROFILE})
    corpus.case("older-raw-newer", token(platform_claims(point(RAK)), realm_claims(point(RAK), profile=None)), MALFORMED,
                "a point (SEC 1) of 97 bytes where a COSE_Key should be", "older")
    case("compressed", UNSUPPORTED, "a compressed point (SEC 1) of 49 bytes", public=point(RAK, b"\x02"))
    for size in (1, 64, 66, 96, 98, 134):
        case(f"raw-size-{size}", MALFORMED, f"a point (SEC 1) of {size} bytes, not 65, 97 or 133",
             public=point(RAK).ljust(size, b"\0")[:size])
    case("raw-off-curve", SIGNATURE, "the key is not a point on P-384", public=point(RAK)[:-1] + bytes([point(RAK)[-1] ^ 1]))
    case("raw-other", SIGNATURE, "realm-signature: not by cca-realm-public-key", public=point(OTHER_RAK))
    case("binding", BINDING, "binding: ", of_platform={"challenge": digest("sha-256", cose_key(RAK))})
    case("rim-64", MALFORMED, "cca-realm-initial-measurement: 64 bytes, but sha-256 gives 32", of_realm={"rim": bytes(64)})
    unknown = "a hash algorithm of the platform's is not known"
    signer = bytes(32)
    case("hash", ACCEPTED, unknown, of_platform={"hash_algo": "not-hash-extended"})
    case("component-hash", ACCEPTED, unknown, of_platform={"components": [{2: bytes(32), 5: signer, 6: "TF-M_SHA256"}]})
    case("component-size", MALFORMED, "[0]: a measurement of 64 bytes by sha-256, which gives 32",
         of_platform={"components": [{2: bytes(64), 5: signer}]})
    corpus.case("older-forged", token(platform(point(RAK)), realm(point(RAK)), iak=OTHER_IAK), SIGNATURE,
                "platform-signature: by none", "older")
    for name, value, reason in (("unknown", ["tag:arm.com,2024:cca_platform#2.0.0"], 'profiles[0]: one of "tag:arm.com,2023'),
                                ("empty", [], "profiles: an empty list accepts nothing"),
                                ("number", 1, "profiles: one of ")):
        corpus.policy("bad-profiles-" + name, {**policy, "profiles": value})
        corpus.case("bad-policy-profiles-" + name, token(), BAD_POLICY, reason, policy="bad-profiles-" + name)


def add(corpus):
    older(corpus)
    collections(corpus)
    unknown_profiles(corpus)
