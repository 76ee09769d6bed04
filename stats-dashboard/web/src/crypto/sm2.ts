// SM2 signatures with the parity of kG, and sealed boxes, as `poyang.crypto` defines them. The curve
// arithmetic is sm-crypto-v2's; what is signed is put together here.
import { sm2, sm4 } from 'sm-crypto-v2';
import { concat, fromHex, random, toHex, type Octets } from './bytes';

const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const WRAPPED_BYTES = 65 + 32 + 16;
const HEAD_BYTES = 1 + WRAPPED_BYTES + 12;

/** r ‖ s (64 bytes) and the parity of the y coordinate of kG. */
export interface Signature {
  rs: Octets;
  parity: number;
}

/** A person's key, in memory only. `close` overwrites it; it never leaves this object. */
export class PersonKey {
  #scalar: Octets;
  readonly publicKey: Octets;

  constructor(scalar: Uint8Array) {
    const d = BigInt('0x' + toHex(scalar));
    if (scalar.length !== 32 || d < 1n || d > N - 2n) throw new Error('not an SM2 private key');
    this.#scalar = Uint8Array.from(scalar);
    this.publicKey = fromHex(sm2.getPublicKeyFromPrivateKey(toHex(scalar)));
  }

  get closed(): boolean {
    return this.#scalar.every((octet) => octet === 0);
  }

  sign(message: Uint8Array): Signature {
    this.#open();
    const d = BigInt('0x' + toHex(this.#scalar));
    const e = BigInt('0x' + sm2.getHash(message, toHex(this.publicKey)));
    for (;;) {
      const point = sm2.getPoint();
      const r = (e + point.x1) % N;
      if (r === 0n || r + point.k === N) continue;
      const s = mod(inverse(d + 1n) * mod(point.k - r * d));
      if (s === 0n) continue;
      const y = parseInt(point.publicKey.slice(-2), 16);
      return { rs: concat(octets(r), octets(s)), parity: y & 1 };
    }
  }

  /** Opens a sealed box; a foreign, damaged or misplaced box is refused without saying why. */
  unseal(context: Uint8Array, sealed: Uint8Array): Octets {
    this.#open();
    try {
      if (sealed.length < HEAD_BYTES + 16 || sealed[0] !== 1 || sealed[1] !== 4) throw new Error('malformed');
      const wrapped = toHex(sealed.subarray(2, 1 + WRAPPED_BYTES));
      const inner = sm2.doDecrypt(wrapped, toHex(this.#scalar), 1, { output: 'array' });
      if (inner.length !== 16) throw new Error('wrong key');
      return sm4Open(inner, sealed.subarray(1 + WRAPPED_BYTES, HEAD_BYTES), context, sealed.subarray(HEAD_BYTES));
    } catch {
      throw new Error('the sealed box is not authentic');
    }
  }

  close(): void {
    this.#scalar.fill(0);
  }

  #open(): void {
    if (this.closed) throw new Error('the key is closed');
  }
}

export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Signature): boolean {
  return sm2.doVerifySignature(message, toHex(signature.rs), toHex(publicKey), { hash: true });
}

/** version 1 · SM2 ciphertext of a fresh SM4 key (C1 ‖ C3 ‖ C2) · nonce · SM4-GCM ciphertext ‖ tag. */
export function seal(to: Uint8Array, context: Uint8Array, plaintext: Uint8Array): Octets {
  const key = random(16);
  const nonce = random(12);
  const wrapped = sm2.doEncrypt(key, toHex(to), 1);
  const head = fromHex(wrapped.length === 2 * WRAPPED_BYTES ? wrapped : '04' + wrapped);
  if (head.length !== WRAPPED_BYTES) throw new Error('length of an SM2 ciphertext');
  return concat(new Uint8Array([1]), head, nonce, sm4Seal(key, nonce, context, plaintext));
}

export function sm4Seal(key: Uint8Array, nonce: Uint8Array, context: Uint8Array, plaintext: Uint8Array): Octets {
  const made = sm4.encrypt(plaintext, key, {
    mode: 'gcm', iv: nonce, associatedData: context, output: 'array', outputTag: true,
  });
  if (made.tag === undefined || made.tag.length !== 16) throw new Error('no tag');
  return concat(made.output, made.tag);
}

export function sm4Open(key: Uint8Array, nonce: Uint8Array, context: Uint8Array, sealed: Uint8Array): Octets {
  if (sealed.length < 16) throw new Error('too short');
  const opened = sm4.decrypt(sealed.subarray(0, sealed.length - 16), key, {
    mode: 'gcm', iv: nonce, associatedData: context, output: 'array', tag: sealed.subarray(sealed.length - 16),
  });
  return Uint8Array.from(opened);
}

function octets(value: bigint): Octets {
  return fromHex(value.toString(16).padStart(64, '0'));
}

function mod(value: bigint): bigint {
  const rest = value % N;
  return rest < 0n ? rest + N : rest;
}

/** By Fermat: the exponent is public and its length fixed. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = mod(value);
  for (let exponent = N - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = mod(result * base);
    base = mod(base * base);
  }
  return result;
}
