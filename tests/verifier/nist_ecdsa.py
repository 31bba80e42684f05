# SPDX-License-Identifier: BSD-3-Clause
"""ECDSA on P-256, P-384 and P-521 (FIPS 186-5), with the nonces of RFC 6979 so that the same input gives the same
signature. Written from the formulas, for tests only: slow, and not hardened against anything.
What it signs is checked by OpenSSL in the tests, so the two can only be wrong together."""

import hashlib
import hmac


class Curve:
    """y^2 = x^3 - 3x + b over the field of p, with a base point of order n."""

    def __init__(self, name, p, b, n, gx, gy, digest, size, cose_curve, cose_alg):
        self.name, self.p, self.b, self.n, self.g = name, p, b, n, (gx, gy)
        self.digest, self.size, self.cose_curve, self.cose_alg = digest, size, cose_curve, cose_alg

    def add(self, s, t):
        if s is None or t is None:
            return s if t is None else t
        if s[0] == t[0]:
            if (s[1] + t[1]) % self.p == 0:
                return None
            slope = (3 * s[0] * s[0] - 3) * pow(2 * s[1], -1, self.p)
        else:
            slope = (t[1] - s[1]) * pow(t[0] - s[0], -1, self.p)
        x = (slope * slope - s[0] - t[0]) % self.p
        return x, (slope * (s[0] - x) - s[1]) % self.p

    def multiply(self, k, point):
        result = None
        while k:
            if k & 1:
                result = self.add(result, point)
            point = self.add(point, point)
            k >>= 1
        return result

    def bits_to_int(self, octets):
        value = int.from_bytes(octets, "big")
        return value >> max(0, len(octets) * 8 - self.n.bit_length())


P256 = Curve("P-256", 2**256 - 2**224 + 2**192 + 2**96 - 1,
             0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
             0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
             0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
             0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5,
             "sha256", 32, 1, -7)
P384 = Curve("P-384", 2**384 - 2**128 - 2**96 + 2**32 - 1,
             0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef,
             0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973,
             0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7,
             0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f,
             "sha384", 48, 2, -35)
P521 = Curve("P-521", 2**521 - 1,
             0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00,
             0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409,
             0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66,
             0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650,
             "sha512", 66, 3, -36)


class Key:
    """A private scalar and its point."""

    def __init__(self, curve, scalar):
        self.curve, self.scalar = curve, scalar
        self.point = curve.multiply(scalar, curve.g)

    @classmethod
    def named(cls, curve, name):
        """A key for tests, made from its name."""
        seed = hashlib.shake_256(name.encode()).digest(curve.size + 8)
        return cls(curve, int.from_bytes(seed, "big") % (curve.n - 1) + 1)

    def x(self):
        return self.point[0].to_bytes(self.curve.size, "big")

    def y(self):
        return self.point[1].to_bytes(self.curve.size, "big")

    def _nonces(self, digest, name):
        """RFC 6979 3.2: h1 is the digest, also if it was made by a hash other than the curve's."""
        curve = self.curve
        size = (curve.n.bit_length() + 7) // 8
        seed = self.scalar.to_bytes(size, "big") + (curve.bits_to_int(digest) % curve.n).to_bytes(size, "big")

        def mac(key, data):
            return hmac.new(key, data, name).digest()

        length = hashlib.new(name).digest_size
        v, k = b"\1" * length, b"\0" * length
        for mark in (b"\0", b"\1"):
            k = mac(k, v + mark + seed)
            v = mac(k, v)
        while True:
            t = b""
            while len(t) < size:
                v = mac(k, v)
                t += v
            nonce = curve.bits_to_int(t[:size])
            if 0 < nonce < curve.n:
                yield nonce
            k = mac(k, v + b"\0")
            v = mac(k, v)

    def sign(self, message, digest_name=None):
        """r and s as integers."""
        curve = self.curve
        name = digest_name or curve.digest
        digest = hashlib.new(name, message).digest()
        z = curve.bits_to_int(digest)
        for nonce in self._nonces(digest, name):
            r = curve.multiply(nonce, curve.g)[0] % curve.n
            s = pow(nonce, -1, curve.n) * (z + r * self.scalar) % curve.n
            if r and s:
                return r, s
        raise AssertionError


def recover(curve, message, r, s):
    """Every public key under which (r, s) is a valid signature of the message (SEC 1, 4.1.6), as points.
    For curves with p = 3 modulo 4, as the three above are."""
    z = curve.bits_to_int(hashlib.new(curve.digest, message).digest())
    found = []
    for x in range(r, curve.p, curve.n):
        square = (x**3 - 3 * x + curve.b) % curve.p
        y = pow(square, (curve.p + 1) // 4, curve.p)
        if y * y % curve.p != square:
            continue
        for point in ((x, min(y, curve.p - y)), (x, max(y, curve.p - y))):
            inverse = pow(r, -1, curve.n)
            found.append(curve.add(curve.multiply(s * inverse % curve.n, point),
                                   curve.multiply(-z * inverse % curve.n, curve.g)))
    return found
