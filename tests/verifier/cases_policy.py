# SPDX-License-Identifier: BSD-3-Clause
"""Policies: what they accept, what they refuse, and policies that are not any."""

import base64
import copy
import json

from cca_token import *
from corpus import *


def hex_key(key):
    return {"crv": key.curve.name, "x": key.x().hex(), "y": key.y().hex()}


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def jwk(key, **more):
    return {"jwk": {"kty": "EC", "crv": key.curve.name, "x": base64url(key.x()), "y": base64url(key.y()), **more}}


# SubjectPublicKeyInfo up to the point, for each curve (RFC 5480): id-ecPublicKey and the curve's identifier.
SPKI = {
    P256: "3059301306072a8648ce3d020106082a8648ce3d030107034200",
    P384: "3076301006072a8648ce3d020106052b81040022036200",
    P521: "30819b301006072a8648ce3d020106052b8104002303818600",
}


def pem(key):
    return pem_text(bytes.fromhex(SPKI[key.curve]) + b"\4" + key.x() + key.y())


def base_policy():
    """Everything that the default token says, each claim named."""
    signer = digest("sha-256", b"signer").hex()
    return {
        "caec-policy": 1,
        "description": "what the tests' default token says",
        "platform": {
            "signature": "required",
            "keys": [hex_key(IAK)],
            "cca-platform-implementation-id": b"implementation".ljust(32, b"\0").hex(),
            "cca-platform-instance-id": [(b"\1" + bytes(range(32))).hex()],
            "cca-platform-config": ["00", "CFCFCFCF"],
            "cca-platform-lifecycle": ["secured"],
            "cca-platform-hash-algo-id": "sha-256",
            "cca-platform-verification-service": ["https://verifier.example/"],
            "cca-platform-sw-components": {"require": [
                {"component-type": "BL1", "measurement-value": digest("sha-256", b"bl1").hex(), "version": "3.4.2",
                 "signer-id": signer, "hash-algo-id": "sha-256"},
                {"component-type": "RMM", "measurement-value": digest("sha-256", b"rmm").hex(), "signer-id": signer}],
                "allow": [{"measurement-value": [digest("sha-512", b"config").hex()]}]},
            "other-claims": "ignore",
        },
        "realm": {
            "cca-realm-challenge": "nonce",
            "cca-realm-profile": "required",
            "cca-realm-initial-measurement": digest("sha-256", b"rim").hex(),
            "cca-realm-extensible-measurements": [digest("sha-256", b"rem%d" % i).hex() for i in range(4)],
            "cca-realm-personalization-value": b"personal".ljust(64, b"\0").hex(),
            "cca-realm-hash-algo-id": "sha-256",
            "cca-realm-public-key-hash-algo-id": "sha-256",
            "other-claims": "ignore",
        },
        "caec": {
            "presence": "required",
            "caec-realm-id": RID.hex(),
            "caec-version": [0x10000],
            "caec-sharing": {
                "require": [{"peer": PEER_A.hex(), "role": "provider", "permission": "rw"}],
                "allow": [{"peer": [PEER_B.hex()], "role": ["consumer"], "permission": ["ro", "rx"],
                           "min-size": 4096, "max-size": 4096}],
                "forbid": [{"peer": "ff" * 16}],
                "incomplete": "refuse",
            },
        },
    }


def variant(**changes):
    """The base policy with members changed: section__member=value; None removes."""
    policy = copy.deepcopy(base_policy())
    for place, value in changes.items():
        section, member = place.split("__", 1)
        member = member.replace("_", "-")
        if value is None:
            del policy[section][member]
        else:
            policy[section][member] = value
    return policy


def open_policy(**platform):
    return {"caec-policy": 1, "platform": {"keys": [hex_key(IAK)], **platform},
            "realm": {"cca-realm-initial-measurement": "any"}, "caec": {"caec-sharing": {"allow": "any"}}}


def common(corpus):
    (corpus.folder / "no-openssl.cnf").write_text("openssl_conf = all\n[all]\nalg_section = algorithms\n"
                                                  "[algorithms]\ndefault_properties = fips=yes\n")
    corpus.policy("base", base_policy())
    corpus.policy("open", open_policy())
    corpus.policy("all-keys", open_policy(keys=[hex_key(k) for k in IAKS.values()]))
    corpus.policy("no-others", open_policy(**{"other-claims": "refuse"}))
    corpus.policy("no-nonce", variant(realm__cca_realm_challenge="not-checked"))
    policy = open_policy()
    policy["caec"]["caec-sharing"]["incomplete"] = "accept"
    corpus.policy("incomplete", policy)
    corpus.case("policy-base", token(), ACCEPTED)


def claims(corpus):
    """One claim other than what the base policy names, with everything else right."""
    def platform(name, reason, status=POLICY, **changes):
        corpus.case(f"policy-{name}", token(platform=platform_claims(**changes)), status, reason)

    def realm(name, reason, status=POLICY, **changes):
        corpus.case(f"policy-{name}", token(realm=realm_claims(**changes)), status, reason)

    platform("implementation-id", "cca-platform-implementation-id: ", implementation_id=bytes(32))
    platform("instance-id", "cca-platform-instance-id: ", instance_id=b"\1" + bytes(32))
    platform("config", "cca-platform-config: ", config=b"\xcf\xcf\xcf\xce")
    platform("config-longer", "cca-platform-config: ", config=b"\xcf" * 5)
    platform("config-empty", "cca-platform-config: ", config=b"")
    platform("config-other", "", ACCEPTED, config=b"\0")
    for state in (0x0003, 0x1003, 0x2003, 0x4003, 0x5003, 0x6003):
        platform(f"lifecycle-{state:04x}", "cca-platform-lifecycle: ", lifecycle=state)
    platform("lifecycle-30ff", "", ACCEPTED, lifecycle=0x30ff)
    platform("hash-algo", "cca-platform-hash-algo-id: ", hash_algo="sha-512", components=[
        {2: bytes(64), 5: digest("sha-256", b"signer")}])
    platform("service", "cca-platform-verification-service: ", service="https://attacker.example/")
    platform("service-missing", "cca-platform-verification-service: absent", service=None)
    realm("no-profile", "cca-realm-profile: absent", profile=None)
    realm("rim", "cca-realm-initial-measurement: ", rim=digest("sha-256", b"another"))
    for i in range(4):
        rems = [digest("sha-256", b"rem%d" % j) for j in range(4)]
        rems[i] = bytes(32)
        realm(f"rem-{i}", f"cca-realm-extensible-measurements: [{i}]", rems=rems)
    realm("rems-swapped", "cca-realm-extensible-measurements: [0]",
          rems=[digest("sha-256", b"rem%d" % i) for i in (1, 0, 2, 3)])
    realm("rpv", "cca-realm-personalization-value: ", rpv=bytes(64))
    corpus.case("policy-realm-hash", token(realm=realm_claims(hash_name="sha-512")), POLICY, "not accepted")
    corpus.case("policy-key-hash", token(platform_claims(hash_name="sha-512"), realm_claims(key_hash_name="sha-512")),
                POLICY, "cca-realm-public-key-hash-algo-id: ")
    realm("rid", "caec-realm-id: ", rid=RID[::-1])
    realm("version-minor", "caec-version: 1.1", version=0x10001)
    corpus.case("policy-caec-required", token(realm=realm_claims(caec=False)), POLICY, "caec-presence: absent")


def variants(corpus):
    """Tokens against variants of the base policy."""
    plain, without = token(), token(realm=realm_claims(caec=False))

    def case(name, policy, status, reason="", content=plain):
        corpus.policy("v-" + name, policy)
        corpus.case("variant-" + name, content, status, reason, policy="v-" + name)

    case("rim-any", variant(realm__cca_realm_initial_measurement="any"), ACCEPTED, "any realm image is accepted")
    case("rim-list", variant(realm__cca_realm_initial_measurement=["00" * 32, digest("sha-256", b"rim").hex()]), ACCEPTED)
    case("rem-any", variant(realm__cca_realm_extensible_measurements=["any"] * 4), ACCEPTED)
    case("rem-one", variant(realm__cca_realm_extensible_measurements=["any", "any", ["00" * 32], "any"]), POLICY,
         "cca-realm-extensible-measurements: [2]")
    case("lifecycle-default", variant(platform__cca_platform_lifecycle=None), POLICY, "cca-platform-lifecycle: decomm",
         token(platform=platform_claims(lifecycle=0x6000)))
    case("lifecycle-debug", variant(platform__cca_platform_lifecycle=["secured", "recoverable-cca-platform-rot-debug"]),
         ACCEPTED, "the platform is not in the secured state", token(platform=platform_claims(lifecycle=0x5001)))
    case("lifecycle-not-secured", variant(platform__cca_platform_lifecycle=["recoverable-cca-platform-rot-debug"]), POLICY,
         "cca-platform-lifecycle: secured")
    case("lifecycle-any", variant(platform__cca_platform_lifecycle="any"), ACCEPTED,
         "the platform is not in the secured state", token(platform=platform_claims(lifecycle=0)))
    more = {"more": [(-99, 1)]}
    for half in ("platform", "realm"):
        changed_token = token(**{half: (platform_claims if half == "platform" else realm_claims)(**more)})
        case(f"{half}-other-refused", variant(**{f"{half}__other_claims": "refuse"}), POLICY,
             f"{half}-other-claims: 1 claims that are not known: -99", changed_token)
        case(f"{half}-other-none", variant(**{f"{half}__other_claims": "refuse"}), ACCEPTED)
        corpus.case(f"variant-{half}-other-ignored", changed_token, ACCEPTED)
    case("forbidden", variant(caec__presence="forbidden"), POLICY, "caec-presence: present")
    minimal = {"caec-policy": 1, "platform": {"keys": [hex_key(IAK)]}, "realm": {"cca-realm-initial-measurement": "any"}}
    case("minimal-sharing", minimal, POLICY, "caec-sharing: [0] provider, peer a0a1a2a3a4a5a6a7a8a9aaabacadaeaf, rw, "
         "0x200000 bytes: not allowed")
    case("minimal", minimal, ACCEPTED, "", without)
    case("minimal-nothing-shared", minimal, ACCEPTED, "", token(realm=realm_claims(sharing=[])))
    case("absent-rid", {**minimal, "caec": {"caec-realm-id": RID.hex()}}, POLICY, "caec-realm-id: absent", without)
    case("absent-version", {**minimal, "caec": {"caec-version": [65536]}}, POLICY, "caec-version: absent", without)
    case("absent-require", {**minimal, "caec": {"caec-sharing": {"require": [{}]}}}, POLICY,
         "caec-sharing: nothing as require[0] wants", without)
    case("forbidden-absent", {**minimal, "caec": {"presence": "forbidden"}}, ACCEPTED, "", without)


def sharing(corpus):
    def case(name, rules, items, status, reason=""):
        policy = open_policy()
        policy["caec"]["caec-sharing"] = rules
        corpus.policy("s-" + name, policy)
        corpus.case("sharing-" + name, token(realm=realm_claims(sharing=items)), status, reason, policy="s-" + name)

    one = [[PROVIDER, PEER_A, RW, 0x2000]]
    two = one + [[CONSUMER, PEER_B, RO, 0x1000]]
    peer_a, peer_b = PEER_A.hex(), PEER_B.hex()
    case("allow-none", {"allow": []}, one, POLICY, "[0] provider")
    case("allow-none-nothing", {"allow": []}, [], ACCEPTED)
    case("allow-any", {"allow": "any"}, two, ACCEPTED)
    case("allow-peers", {"allow": [{"peer": [peer_a, peer_b]}]}, two, ACCEPTED)
    case("allow-one-of-two", {"allow": [{"peer": peer_a}]}, two, POLICY, "[1] consumer, peer b0b1")
    case("allow-role", {"allow": [{"role": "provider"}]}, two, POLICY, "[1] consumer")
    case("allow-roles", {"allow": [{"role": ["provider", "consumer"]}]}, two, ACCEPTED)
    case("allow-ro", {"allow": [{"permission": "ro"}]}, two, POLICY, "[0] provider")
    case("allow-rx", {"allow": [{"permission": "rx"}]}, one, POLICY, "not allowed")
    case("allow-rx-rx", {"allow": [{"permission": "rx"}]}, [[PROVIDER, PEER_A, RX, 0x2000]], ACCEPTED)
    case("allow-parts-apart", {"allow": [{"peer": peer_a, "role": "consumer"}, {"peer": peer_b, "role": "provider"}]},
         two, POLICY, "[0] provider")
    case("size-most", {"allow": [{"max-size": 0x2000}]}, two, ACCEPTED)
    case("size-over", {"allow": [{"max-size": 0x1fff}]}, two, POLICY, "[0] provider")
    case("size-least", {"allow": [{"min-size": 0x2000}]}, two, POLICY, "[1] consumer")
    case("require", {"require": [{"peer": peer_a}, {"peer": peer_b}]}, two, ACCEPTED)
    case("require-missing", {"require": [{"peer": peer_a}, {"peer": peer_b}]}, one, POLICY, "nothing as require[1] wants, of 1 items")
    case("require-not-more", {"require": [{"peer": peer_a}]}, two, POLICY, "[1] consumer")
    case("require-and-any", {"require": [{"peer": peer_a}], "allow": "any"}, two, ACCEPTED)
    case("forbid", {"allow": "any", "forbid": [{"peer": peer_b}]}, two, POLICY, "[1] consumer, peer b0b1b2b3b4b5b6b7b8b9ba"
         "bbbcbdbebf, ro, 0x1000 bytes: forbidden")
    case("forbid-writable", {"allow": "any", "forbid": [{"role": "provider", "permission": "rw"}]}, two, POLICY,
         "[0] provider")
    case("forbid-wins", {"require": [{"peer": peer_a}], "forbid": [{"peer": peer_a}]}, one, POLICY, "forbidden")
    case("forbid-other", {"allow": "any", "forbid": [{"peer": peer_a, "role": "consumer"}]}, two, ACCEPTED)


def components(corpus):
    def case(name, rules, status, reason="", claims_given=None):
        corpus.policy("c-" + name, open_policy(**{"cca-platform-sw-components": rules}))
        corpus.case("components-" + name, token(platform=claims_given), status, reason, policy="c-" + name)

    rmm = {"component-type": "RMM"}
    signer = digest("sha-256", b"signer").hex()
    case("signer", {"allow": [{"signer-id": signer}]}, ACCEPTED)
    case("other-signer", {"allow": [{"signer-id": "00" * 32}]}, POLICY, '[0] type "BL1"')
    case("type", {"allow": [rmm]}, POLICY, '[0] type "BL1"')
    case("types", {"allow": [{"component-type": ["RMM", "BL1"]}]}, POLICY, '[2] type ""')
    case("require", {"require": [{**rmm, "measurement-value": digest("sha-256", b"rmm").hex()}], "allow": "any"}, ACCEPTED)
    case("require-other", {"require": [{**rmm, "measurement-value": "00" * 32}], "allow": "any"}, POLICY,
         "no component as require[0] wants, of 3")
    case("require-version", {"require": [{**rmm, "version": ["1.0", "1.1"]}], "allow": "any"}, ACCEPTED)
    case("require-other-version", {"require": [{**rmm, "version": ["1.1"]}], "allow": "any"}, POLICY, "require[0]")
    case("require-algorithm", {"require": [{**rmm, "hash-algo-id": "sha-256"}], "allow": "any"}, POLICY, "require[0]")
    case("forbid", {"allow": "any", "forbid": [{"measurement-value": digest("sha-256", b"rmm").hex()}]}, POLICY,
         '[1] type "RMM", measurement ' + digest("sha-256", b"rmm").hex()[:19] + "...: forbidden")
    case("forbid-version", {"allow": "any", "forbid": [{"component-type": "BL1", "version": "3.4.1"}]}, ACCEPTED)
    evil = platform_claims(components=[{1: "\x1b[2Jé\\", 2: bytes(32), 5: bytes(32)}])
    case("escape", {"allow": []}, POLICY, 'type "\\x1b[2J\\xc3\\xa9\\x5c", measurement', evil)


def keys(corpus):
    good = token()

    def case(name, entries, status, reason="", content=good, **member):
        corpus.policy("k-" + name, open_policy(keys=entries, **member))
        corpus.case("keys-" + name, content, status, reason, policy="k-" + name)

    instance = (b"\1" + bytes(range(32))).hex()
    for name, how in (("hex", hex_key), ("jwk", jwk), ("pem", pem)):
        case(name, [how(IAK)], ACCEPTED)
        case(name + "-other", [how(OTHER_IAK)], SIGNATURE, "by none of the policy's keys")
        case(name + "-second", [how(OTHER_IAK), how(IAK)], ACCEPTED)
        for curve, key in IAKS.items():
            case(f"{name}-{curve.name}", [how(key)], ACCEPTED, "", token(iak=key))
    case("jwk-members", [jwk(IAK, alg="ES384", use="sig", kid="1", key_ops=["verify"])], ACCEPTED)
    case("other-curve", [hex_key(IAKS[P256])], SIGNATURE, "no key of the policy (of 1) is for ES384 and instance id 01")
    case("instance", [{**hex_key(IAK), "cca-platform-instance-id": instance}], ACCEPTED)
    case("other-instance", [{**hex_key(IAK), "cca-platform-instance-id": "01" + "ff" * 32}], SIGNATURE,
         "no key of the policy (of 1) is for ES384 and instance id 01")
    tied = {"cca-platform-instance-id": instance}
    for name, entries in (
            ("first", [{**hex_key(IAK), **tied}, {**hex_key(OTHER_IAK), **tied}]),
            ("second", [{**hex_key(OTHER_IAK), **tied}, {**hex_key(IAK), **tied}]),
            ("any", [{**hex_key(OTHER_IAK), **tied}, hex_key(IAK)]),
            ("list", [{**hex_key(IAK), "cca-platform-instance-id": ["01" + "00" * 32, instance, "01" + "ff" * 32]}])):
        case("instance-" + name, entries, ACCEPTED)
    neighbours = [{**hex_key(IAK), "cca-platform-instance-id": f"{int(instance, 16) + step:066x}"} for step in (-1, 1)]
    case("instance-neighbours", neighbours, SIGNATURE,
         f"no key of the policy (of 2) is for ES384 and instance id {instance}")
    case("instance-tried", neighbours + [{**hex_key(OTHER_IAK), **tied}], SIGNATURE,
         f"by none of the policy's keys: 1 tried for instance id {instance}")
    case("100", [hex_key(OTHER_IAK)] * 99 + [hex_key(IAK)], ACCEPTED)
    case("realm-key", [hex_key(RAK)], SIGNATURE, "by none of the policy's keys")
    forged = token(iak=OTHER_IAK)
    corpus.case("keys-forged", forged, SIGNATURE, "platform-signature: by none of the policy's keys")
    policy = open_policy(signature="not-checked")
    del policy["platform"]["keys"]
    corpus.policy("unsigned", policy)
    corpus.case("keys-not-checked", good, ACCEPTED, "THE PLATFORM'S SIGNATURE WAS NOT CHECKED", policy="unsigned")
    # What that means: anybody's platform token is accepted.
    corpus.case("keys-not-checked-forged", forged, ACCEPTED, "THE PLATFORM'S SIGNATURE WAS NOT CHECKED",
                policy="unsigned")


def bad_policies(corpus):
    good = token()

    def case(name, policy, reason):
        corpus.policy("bad-" + name, policy)
        corpus.case("bad-policy-" + name, good, BAD_POLICY, reason, policy="bad-" + name)

    def key_case(name, entry, reason):
        case("key-" + name, variant(platform__keys=[hex_key(IAK), entry]), "platform.keys[1]" + reason)

    case("empty", "", "line 1, column 0: ")
    case("syntax", '{\n "caec-policy": 1,\n "platform": {,}\n}', "line 3, column 15: ")
    case("trailing", json.dumps(base_policy()) + "x", "end of file expected")
    case("duplicate", '{"caec-policy": 1,\n"caec-policy": 1}', "line 2, column 13: duplicate object key")
    case("list", "[]", "policy: an object is expected")
    case("version", {**base_policy(), "caec-policy": 2}, "caec-policy: the format is not version 1: 2")
    case("version-text", {**base_policy(), "caec-policy": "1"}, 'caec-policy: the format is not version 1: "1"')
    for member in ("caec-policy", "platform", "realm"):
        policy = base_policy()
        del policy[member]
        case("no-" + member, policy, member + ": missing")
    case("no-rim", variant(realm__cca_realm_initial_measurement=None),
         "realm.cca-realm-initial-measurement: missing")
    case("unknown", {**base_policy(), "plattform": {}}, "plattform: not a member known here")
    case("unknown-escape", {**base_policy(), "\x1b[2J": {}}, "\\x1b[2J: not a member known here")
    case("unknown-platform", variant(platform__cca_platform_lifecycel="secured"),
         "platform.cca-platform-lifecycel: not a member known here")
    case("unknown-realm", variant(realm__rim="00"), "realm.rim: not a member known here")
    case("unknown-caec", variant(caec__sharing={}), "caec.sharing: not a member known here")
    case("unknown-share", variant(caec__caec_sharing={"allow": [{}, {"perm": "ro"}]}),
         "caec.caec-sharing.allow[1].perm: not a member known here")
    case("unknown-component", variant(platform__cca_platform_sw_components={"forbid": [{"type": "x"}]}),
         "platform.cca-platform-sw-components.forbid[0].type: not a member known here")
    for name, value, reason in (
            ("number", 5, "a string or a list"), ("empty-list", [], "an empty list accepts nothing"),
            ("odd", "abc", "not an even number of hex digits"), ("not-hex", "zz" * 32, 'not an even number of hex digits: "zzzz'),
            ("short", "00" * 31, "31 bytes where 32, 48 or 64 are expected"), ("null", None, "a string or a list")):
        policy = base_policy()
        policy["realm"]["cca-realm-initial-measurement"] = value
        case("rim-" + name, policy, "realm.cca-realm-initial-measurement: " + reason)
    case("rim-second", variant(realm__cca_realm_initial_measurement=["00" * 32, 1]),
         "realm.cca-realm-initial-measurement[1]: a string of hex digits is expected")
    case("rems-3", variant(realm__cca_realm_extensible_measurements=["any"] * 3), "measurements: a list of 4 is expected, not of 3")
    case("rid-15", variant(caec__caec_realm_id="00" * 15), "caec.caec-realm-id: 15 bytes where 16 are expected")
    case("lifecycle", variant(platform__cca_platform_lifecycle="locked"),
         'platform.cca-platform-lifecycle: one of "unknown", ')
    case("lifecycle-empty", variant(platform__cca_platform_lifecycle=[]), "an empty list accepts nothing")
    case("challenge", variant(realm__cca_realm_challenge="any"), 'one of "nonce", "not-checked" is expected, not "any"')
    case("presence", variant(caec__presence=True), 'one of "optional", "required", "forbidden" is expected, not true')
    case("text", variant(platform__cca_platform_hash_algo_id=[1]), "cca-platform-hash-algo-id[0]: a string is expected")
    case("hash", variant(realm__cca_realm_hash_algo_id="sha256"),
         'realm.cca-realm-hash-algo-id: "sha-256", "sha-384" or "sha-512" is expected, not "sha256"')
    case("key-hash", variant(realm__cca_realm_public_key_hash_algo_id=["sha-256", "SHA-512"]),
         'realm.cca-realm-public-key-hash-algo-id: "sha-256", "sha-384" or "sha-512" is expected')
    case("version-list", variant(caec__caec_version=65536), "caec.caec-version: a list is expected")
    case("version-empty", variant(caec__caec_version=[]), "caec.caec-version: an empty list")
    case("size", variant(caec__caec_sharing={"allow": [{"max-size": -1}]}), "allow[0].max-size: an integer")
    case("size-text", variant(caec__caec_sharing={"allow": [{"max-size": "1"}]}), "allow[0].max-size: an integer")
    for rules in ("allow", "require", "forbid"):
        case(f"size-{rules}-nothing", variant(caec__caec_sharing={rules: [{"min-size": 4097, "max-size": 4096}]}),
             f"caec-sharing.{rules}[0]: min-size is more than max-size")
    case("permission", variant(caec__caec_sharing={"allow": [{"permission": "wx"}]}), 'one of "ro", "rw", "rx"')
    case("allow", variant(caec__caec_sharing={"allow": "all"}), "caec-sharing.allow: a list is expected")
    case("description", {**base_policy(), "description": 1}, "description: a string is expected")
    case("no-keys", variant(platform__keys=None), "platform.keys: no key to check")
    case("keys-empty", variant(platform__keys=[]), "platform.keys: no key to check")
    case("keys-unused", variant(platform__signature="not-checked"), "platform.keys: keys for a signature")
    key_case("none", {}, ": one of")
    key_case("two", {**hex_key(IAK), **pem(IAK)}, ": one of")
    key_case("curve", {**hex_key(IAK), "crv": "P-224"}, '.crv: one of "P-256", "P-384", "P-521" is expected, not "P-224"')
    key_case("short", {**hex_key(IAK), "x": "00"}, '.x: 96 hex digits are expected, not the 2 characters "00"')
    key_case("no-y", {"crv": "P-384", "x": IAK.x().hex()}, ".y: 96 hex digits are expected")
    key_case("off-curve", {**hex_key(IAK), "y": IAK.x().hex()}, ": not a point on P-384")
    key_case("unknown", {**hex_key(IAK), "z": ""}, ".z: not a member known here")
    key_case("pem", {"pem": "-----BEGIN PUBLIC KEY-----\n"}, ".pem: not a PUBLIC KEY in PEM")
    key_case("pem-rsa", pem_rsa(), ".pem: not a key on an elliptic curve")
    key_case("pem-k1", pem_secp256k1(), ".pem: not on P-256, P-384 or P-521")
    key_case("pem-public-encrypted", pem_encrypted(), ".pem: not a PUBLIC KEY in PEM")
    key_case("pem-private", pem_private(IAK), ".pem: a private key")
    key_case("pem-and-private", {"pem": pem(IAK)["pem"] + pem_private(IAK)["pem"]}, ".pem: a private key")
    key_case("pem-private-first", {"pem": pem_private(IAK)["pem"] + pem(IAK)["pem"]}, ".pem: a private key")
    key_case("pem-encrypted", {"pem": pem_private(IAK)["pem"].replace("PRIVATE", "ENCRYPTED PRIVATE")},
             ".pem: a private key")
    key_case("pem-two", {"pem": pem(OTHER_IAK)["pem"] + pem(IAK)["pem"]}, ".pem: more than one key")
    key_case("pem-broken-second", {"pem": pem(IAK)["pem"] + pem(IAK)["pem"][:99]}, ".pem: not a PUBLIC KEY in PEM")
    key_case("pem-other-second", {"pem": pem(IAK)["pem"] + pem(IAK)["pem"].replace("PUBLIC KEY", "CERTIFICATE")},
             ".pem: not a PUBLIC KEY in PEM")
    key_case("pem-trailing", pem_trailing(IAK), ".pem: not a PUBLIC KEY in PEM")
    key_case("pem-number", {"pem": 1}, ".pem: a string is expected")
    key_case("jwk-private", jwk(IAK, d="AA"), ".jwk: a private key")
    key_case("jwk-kty", {"jwk": {**jwk(IAK)["jwk"], "kty": "OKP"}}, '.jwk.kty: "EC" is expected')
    key_case("jwk-alg", jwk(IAK, alg="ES256"), '.jwk.alg: "ES384" is expected, not "ES256"')
    key_case("jwk-use", jwk(IAK, use="enc"), '.jwk.use: "sig" is expected')
    key_case("jwk-padded", {"jwk": {**jwk(IAK)["jwk"], "x": base64url(IAK.x()) + "="}}, ".jwk.x: 48 bytes")
    key_case("jwk-short", {"jwk": {**jwk(IAK)["jwk"], "x": base64url(IAK.x()[1:])}}, ".jwk.x: 48 bytes")
    key_case("jwk-base64", {"jwk": {**jwk(IAK)["jwk"], "x": "+" + base64url(IAK.x())[1:]}}, ".jwk.x: 48 bytes")
    key_case("jwk-list", {"jwk": []}, ".jwk: an object is expected")
    key_case("instance", {**hex_key(IAK), "cca-platform-instance-id": "00"}, ".cca-platform-instance-id: 1 bytes")
    case("key-bits", variant(platform__keys=[jwk_spare_bits()]), "platform.keys[0].jwk.x: 32 bytes")


def jwk_spare_bits():
    """32 bytes are 43 characters, with two bits to spare: they must be zero."""
    entry = jwk(IAKS[P256])
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    x = entry["jwk"]["x"]
    entry["jwk"]["x"] = x[:-1] + alphabet[alphabet.index(x[-1]) + 1]
    return entry


def der(tag_byte, content):
    size = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag_byte]) + size + content


def pem_text(spki):
    return {"pem": "-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki).decode() + "-----END PUBLIC KEY-----\n"}


def pem_encrypted():
    """IAK's public key, encrypted with the password "secret" as RFC 1421 does it: AES-128-CBC, key by OpenSSL's MD5 of
    password and salt. (openssl enc -aes-128-cbc made it.)"""
    body = """j0Q3QbGrBbkGpkx+4SyKQ1ZiJW4e/uJCcxidv6HrQmOovrxAo2bQGb1aeRqXl1J0
Z9aSGH8ruSN0bqnyvtK8AOboPPnKFWU01dna3jV8JDwzD2t4iMzIMtXmeX9a878D
TicNl0sbFawFLA3knmEVSjRMec8PHKLkBH9WzHwgQ2E="""
    return {"pem": "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
                   "DEK-Info: AES-128-CBC,000102030405060708090A0B0C0D0E0F\n\n" + body + "\n-----END PUBLIC KEY-----\n"}


def pem_private(key):
    """A PrivateKeyInfo (RFC 5958) with an ECPrivateKey (RFC 5915) that has no public half."""
    private = der(0x30, der(2, b"\1") + der(4, key.scalar.to_bytes(key.curve.size, "big")))
    algorithm = bytes.fromhex(SPKI[key.curve])[2:]
    algorithm = algorithm[:2 + algorithm[1]]
    info = der(0x30, der(2, b"\0") + algorithm + der(4, private))
    return {"pem": pem_text(info)["pem"].replace("PUBLIC", "PRIVATE")}


def pem_trailing(key):
    """A byte behind the SubjectPublicKeyInfo."""
    return pem_text(bytes.fromhex(SPKI[key.curve]) + b"\4" + key.x() + key.y() + b"\0")


def pem_rsa():
    """A SubjectPublicKeyInfo (RFC 8017 A.1) of a modulus of 1024 bits, for reading only."""
    key = der(0x30, der(2, b"\0" + b"\xc5" * 128) + der(2, b"\1\0\1"))
    return pem_text(der(0x30, der(0x30, bytes.fromhex("06092a864886f70d0101010500")) + der(3, b"\0" + key)))


def pem_secp256k1():
    """Its base point (SEC 2, 2.4.1) as a key."""
    point = bytes.fromhex("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                          "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")
    return pem_text(der(0x30, der(0x30, bytes.fromhex("06072a8648ce3d020106052b8104000a")) + der(3, b"\0" + point)))


def add(corpus):
    common(corpus)
    claims(corpus)
    variants(corpus)
    sharing(corpus)
    components(corpus)
    keys(corpus)
    bad_policies(corpus)
