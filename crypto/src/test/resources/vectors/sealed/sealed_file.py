#!/usr/bin/env python3
"""Sealed files (docs/formats.md) by another hand: SM4, GCM and SM2 in plain Python, SM3 from OpenSSL.

  sealed_file.py write FOLDER          makes the vectors python-*.sealed and python.json
  sealed_file.py check FOLDER          opens every *.sealed that the *.json of the folder describe
  sealed_file.py open FILE SCALAR_HEX CONTEXT_HEX   writes the content to standard output
"""
import hashlib
import hmac
import json
import os
import sys


def sm3(*parts):
    h = hashlib.new('sm3')
    for part in parts:
        h.update(part)
    return h.digest()


def hmac_sm3(key, *parts):
    return hmac.new(key, b''.join(parts), lambda d=b'': hashlib.new('sm3', d)).digest()


# ---- SM4 (GB/T 32907), the S-box from its algebraic definition -----------------------------------

def sbox():
    def multiply(a, b):
        r = 0
        while b:
            if b & 1:
                r ^= a
            a <<= 1
            if a & 0x100:
                a ^= 0x1F5
            b >>= 1
        return r

    def affine(x):
        row, out = 0xD3, 0
        for i in range(8):
            mask = ((0xA7 << i) | (0xA7 >> (8 - i))) & 0xFF
            out |= (bin(x & mask).count('1') & 1) << i
        return out ^ row

    inverse = [0] * 256
    for a in range(1, 256):
        for b in range(1, 256):
            if multiply(a, b) == 1:
                inverse[a] = b
                break
    return [affine(inverse[affine(x)]) for x in range(256)]


SBOX = sbox()
assert SBOX[:4] == [0xD6, 0x90, 0xE9, 0xFE] and SBOX[255] == 0x48


def rotate(x, n):
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def tau(x):
    return SBOX[x >> 24] << 24 | SBOX[x >> 16 & 255] << 16 | SBOX[x >> 8 & 255] << 8 | SBOX[x & 255]


def expand(key):
    k = [int.from_bytes(key[4 * i:4 * i + 4], 'big') ^ f
         for i, f in enumerate((0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC))]
    keys = []
    for i in range(32):
        ck = int.from_bytes(bytes((4 * i + j) * 7 % 256 for j in range(4)), 'big')
        b = tau(k[1] ^ k[2] ^ k[3] ^ ck)
        k = [k[1], k[2], k[3], k[0] ^ b ^ rotate(b, 13) ^ rotate(b, 23)]
        keys.append(k[3])
    return keys


def encrypt_block(keys, block):
    x = [int.from_bytes(block[4 * i:4 * i + 4], 'big') for i in range(4)]
    for rk in keys:
        b = tau(x[1] ^ x[2] ^ x[3] ^ rk)
        x = [x[1], x[2], x[3], x[0] ^ b ^ rotate(b, 2) ^ rotate(b, 10) ^ rotate(b, 18) ^ rotate(b, 24)]
    return b''.join(w.to_bytes(4, 'big') for w in reversed(x))


assert encrypt_block(expand(bytes.fromhex('0123456789abcdeffedcba9876543210')),
                     bytes.fromhex('0123456789abcdeffedcba9876543210')).hex() == '681edf34d206965e86b3e94f536e4246'


# ---- GCM (NIST SP 800-38D), 96-bit nonces --------------------------------------------------------

def ghash(h, data):
    y = 0
    for at in range(0, len(data), 16):
        x = y ^ int.from_bytes(data[at:at + 16], 'big')
        z, v = 0, h
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                z ^= v
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
        y = z
    return y.to_bytes(16, 'big')


def pad(data):
    return data + bytes(-len(data) % 16)


def gcm_run(key, nonce, associated, text, encrypt):
    keys = expand(key)
    h = int.from_bytes(encrypt_block(keys, bytes(16)), 'big')
    out = bytearray()
    for i in range(0, len(text), 16):
        stream = encrypt_block(keys, nonce + (2 + i // 16).to_bytes(4, 'big'))
        out += bytes(a ^ b for a, b in zip(text[i:i + 16], stream))
    cipher = bytes(out) if encrypt else text
    lengths = (8 * len(associated)).to_bytes(8, 'big') + (8 * len(cipher)).to_bytes(8, 'big')
    s = ghash(h, pad(associated) + pad(cipher) + lengths)
    tag = bytes(a ^ b for a, b in zip(s, encrypt_block(keys, nonce + b'\0\0\0\1')))
    return bytes(out), tag


def gcm_encrypt(key, nonce, associated, text):
    out, tag = gcm_run(key, nonce, associated, text, True)
    return out + tag


def gcm_decrypt(key, nonce, associated, sealed):
    if len(sealed) < 16:
        raise ValueError('not authentic')
    out, tag = gcm_run(key, nonce, associated, sealed[:-16], False)
    if not hmac.compare_digest(tag, sealed[-16:]):
        raise ValueError('not authentic')
    return out


# ---- SM2 encryption (GB/T 32918.4), C1 C3 C2 -----------------------------------------------------

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
A = P - 3
G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
     0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)


def add(p, q):
    if p is None or q is None:
        return q if p is None else p
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], -1, P) % P
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P) % P
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def multiply(k, p):
    r = None
    while k:
        if k & 1:
            r = add(r, p)
        p = add(p, p)
        k >>= 1
    return r


def encode(p):
    return b'\4' + p[0].to_bytes(32, 'big') + p[1].to_bytes(32, 'big')


def decode(b):
    return int.from_bytes(b[1:33], 'big'), int.from_bytes(b[33:65], 'big')


def mask(point, length):
    out = b''
    counter = 1
    while len(out) < length:
        out += sm3(encode(point)[1:], counter.to_bytes(4, 'big'))
        counter += 1
    return out[:length]


def sm2_encrypt(public, message, k):
    shared = multiply(k, public)
    c2 = bytes(a ^ b for a, b in zip(message, mask(shared, len(message))))
    z = encode(shared)[1:]
    return encode(multiply(k, G)) + sm3(z[:32], message, z[32:]) + c2


def sm2_decrypt(scalar, cipher):
    shared = multiply(scalar, decode(cipher[:65]))
    message = bytes(a ^ b for a, b in zip(cipher[97:], mask(shared, len(cipher) - 97)))
    z = encode(shared)[1:]
    if sm3(z[:32], message, z[32:]) != cipher[65:97]:
        raise ValueError('not authentic')
    return message


def box_seal(public, context, message, random):
    key, nonce = random(16), random(12)
    k = int.from_bytes(random(32), 'big') % (N - 1) + 1
    return b'\1' + sm2_encrypt(public, key, k) + nonce + gcm_encrypt(key, nonce, context, message)


def box_open(scalar, context, box):
    if box[0] != 1:
        raise ValueError('not authentic')
    return gcm_decrypt(sm2_decrypt(scalar, box[1:114]), box[114:126], context, box[126:])


# ---- the sealed file -----------------------------------------------------------------------------

MAGIC = b'POYSEAL\1'
DOMAIN = b'poyang.sealed-file.v1'
BOX_DOMAIN = b'poyang.sealed-file-key.v1'
ENTRY = 8 + 174


def derive(secret, salt, body, context):
    extracted = hmac_sm3(salt, secret)
    info = DOMAIN + sm3(body) + sm3(context)
    first = hmac_sm3(extracted, info, b'\1')
    second = hmac_sm3(extracted, first, info, b'\2')
    return first[:16], first[16:19], second


def nonce(prefix, number, last):
    return prefix + number.to_bytes(8, 'big') + bytes([last])


def seal(publics, context, content, bits, random):
    secret, salt = random(32), random(16)
    body = MAGIC + bytes([bits]) + len(publics).to_bytes(2, 'big') + salt
    for public in publics:
        body += sm3(encode(public))[:8] + box_seal(public, BOX_DOMAIN + salt, secret, random)
    key, prefix, commitment = derive(secret, salt, body, context)
    out = body + commitment
    size = 1 << bits
    count = max(1, -(-len(content) // size))
    for number in range(count):
        out += gcm_encrypt(key, nonce(prefix, number, number == count - 1), b'',
                           content[number * size:(number + 1) * size])
    return out


def open_sealed(sealed, scalar, context):
    if sealed[:8] != MAGIC or not 12 <= sealed[8] <= 24:
        raise ValueError('no sealed file')
    count = int.from_bytes(sealed[9:11], 'big')
    salt = sealed[11:27]
    body = sealed[:27 + count * ENTRY]
    hint = sm3(encode(multiply(scalar, G)))[:8]
    for at in range(27, len(body), ENTRY):
        if body[at:at + 8] == hint:
            secret = box_open(scalar, BOX_DOMAIN + salt, body[at + 8:at + ENTRY])
            break
    else:
        raise ValueError('no receiver')
    key, prefix, commitment = derive(secret, salt, body, context)
    if not hmac.compare_digest(commitment, sealed[len(body):len(body) + 32]):
        raise ValueError('not authentic')
    rest = sealed[len(body) + 32:]
    size = (1 << sealed[8]) + 16
    chunks = [rest[at:at + size] for at in range(0, len(rest), size)]
    if not chunks or (len(chunks) > 1 and len(chunks[-1]) <= 16):
        raise ValueError('not authentic')
    return b''.join(gcm_decrypt(key, nonce(prefix, number, number == len(chunks) - 1), b'', chunk)
                    for number, chunk in enumerate(chunks))


def seeded(seed):
    state = {'n': 0}

    def random(count):
        out = b''
        while len(out) < count:
            out += sm3(seed, state['n'].to_bytes(8, 'big'))
            state['n'] += 1
        return out[:count]
    return random


def write(folder):
    random = seeded(b'poyang sealed file vectors')
    scalars = [int.from_bytes(random(32), 'big') % (N - 2) + 1 for _ in range(2)]
    publics = [multiply(d, G) for d in scalars]
    made = []
    for name, length, bits, receivers in (('empty', 0, 12, 1), ('one', 1, 16, 1), ('whole', 4096, 12, 2),
                                          ('three', 9000, 12, 2), ('exact', 8192, 12, 1)):
        content = random(length)
        context = ('poyang.vector:' + name).encode()
        sealed = seal(publics[:receivers], context, content, bits, random)
        with open(os.path.join(folder, f'python-{name}.sealed'), 'wb') as out:
            out.write(sealed)
        made.append({'file': f'python-{name}.sealed', 'context': context.hex(), 'length': length,
                     'sm3': sm3(content).hex(), 'scalars': [f'{d:064x}' for d in scalars[:receivers]]})
    with open(os.path.join(folder, 'python.json'), 'w') as out:
        json.dump(made, out, indent=1)
        out.write('\n')


def check(folder):
    tried = 0
    for listing in sorted(n for n in os.listdir(folder) if n.endswith('.json')):
        for vector in json.load(open(os.path.join(folder, listing))):
            sealed = open(os.path.join(folder, vector['file']), 'rb').read()
            context = bytes.fromhex(vector['context'])
            for scalar in vector['scalars']:
                content = open_sealed(sealed, int(scalar, 16), context)
                assert len(content) == vector['length'] and sm3(content).hex() == vector['sm3'], vector['file']
                for bad in (sealed[:-1], sealed[:-17], sealed[:200] + bytes([sealed[200] ^ 1]) + sealed[201:]):
                    try:
                        open_sealed(bad, int(scalar, 16), context)
                    except ValueError:
                        continue
                    raise AssertionError('a changed file opens: ' + vector['file'])
                tried += 1
    print(f'{tried} files opened as they should')


if __name__ == '__main__':
    if sys.argv[1:2] == ['write'] and len(sys.argv) == 3:
        write(sys.argv[2])
    elif sys.argv[1:2] == ['check'] and len(sys.argv) == 3:
        check(sys.argv[2])
    elif sys.argv[1:2] == ['open'] and len(sys.argv) == 5:
        sys.stdout.buffer.write(open_sealed(open(sys.argv[2], 'rb').read(), int(sys.argv[3], 16),
                                            bytes.fromhex(sys.argv[4])))
    else:
        sys.exit(__doc__)
