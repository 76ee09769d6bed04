#!/usr/bin/env python3
"""Hash_DRBG over SM3, written apart from the Java code, to make vectors for it.

Run: python3 drbg_vectors.py > sm3-drbg.json   (needs an OpenSSL whose hashlib knows sm3)
The numbers are integers here, byte arrays there; SP 800-90A rev. 1 10.1.1 was read afresh for it.
Inputs are counters hashed by SHA-512, so a run repeats.
"""
import hashlib
import json

BITS = 440
MOD = 1 << BITS


def h(message):
    return hashlib.new("sm3", message).digest()


def to_bytes(number):
    return number.to_bytes(BITS // 8, "big")


def df(material):
    stream = b"".join(h(bytes([i]) + BITS.to_bytes(4, "big") + material) for i in (1, 2))
    return int.from_bytes(stream[: BITS // 8], "big")


class Drbg:
    def __init__(self, gm, entropy, nonce, personalisation):
        self.gm = gm
        self.load(df(entropy + nonce + personalisation))

    def load(self, seed):
        self.v, self.c, self.n = seed, df(b"\0" + to_bytes(seed)), 1

    def reseed(self, entropy, additional):
        middle = entropy + to_bytes(self.v) if self.gm else to_bytes(self.v) + entropy
        self.load(df(b"\1" + middle + additional))

    def generate(self, count, additional):
        if additional:
            w = int.from_bytes(h(b"\2" + to_bytes(self.v) + additional), "big")
            self.v = (self.v + w) % MOD
        blocks = -(-count // 32)
        out = b"".join(h(to_bytes((self.v + i) % MOD)) for i in range(blocks))[:count]
        self.v = (self.v + int.from_bytes(h(b"\3" + to_bytes(self.v)), "big") + self.c + self.n) % MOD
        self.n += 1
        return out


def material(seed, label, count):
    out, block = b"", 0
    while len(out) < count:
        out += hashlib.sha512(f"{seed} {label} {block}".encode()).digest()
        block += 1
    return out[:count]


def case(seed):
    gm = seed % 2 == 0
    lengths = {"entropy": 32 + seed % 33, "nonce": 16 + seed % 17, "personalisation": seed % 5 * 9,
               "reseedEntropy": 32 + seed % 7, "reseedAdditional": seed % 3 * 20,
               "additional1": seed % 4 * 11, "additional2": seed % 6 * 7}
    given = {name: material(seed, name, length) for name, length in lengths.items()}
    count = 1 + (seed * 5) % 32 if gm else 1 + seed * 13
    drbg = Drbg(gm, given["entropy"], given["nonce"], given["personalisation"])
    one = drbg.generate(count, given["additional1"])
    drbg.reseed(given["reseedEntropy"], given["reseedAdditional"])
    two = drbg.generate(count, given["additional2"])
    three = drbg.generate(count, b"")
    values = {name: value.hex() for name, value in given.items()}
    return {"form": "GMT_0105" if gm else "SP_800_90A", **values,
            "out1": one.hex(), "out2": two.hex(), "out3": three.hex()}


print(json.dumps({"source": "drbg_vectors.py", "cases": [case(s) for s in range(24)]}, indent=1))
