// Sealed files as docs/formats.md defines them: an envelope to each receiver, the content in chunks of
// SM4-GCM, each authentic in its place, the last one marked.
import { concat, equal, toHex, utf8, type Octets } from './bytes';
import { sm4Open, type PersonKey } from './sm2';
import { hmacSm3, sm3 } from './sm3';

const MAGIC = '504f595345414c01';
const SALT_AT = 11;
const FIXED_BYTES = 27;
const HINT_BYTES = 8;
const ENTRY_BYTES = HINT_BYTES + 174;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;

/** The whole content, or an error that does not say why: not authentic, not whole, not for this key. */
export function openSealed(key: PersonKey, context: Uint8Array, sealed: Uint8Array): Octets {
  try {
    return open(key, context, sealed);
  } catch {
    throw new Error('the sealed file is not authentic or not whole');
  }
}

function open(key: PersonKey, context: Uint8Array, sealed: Uint8Array): Octets {
  const bits = sealed[8]!;
  const receivers = (sealed[9]! << 8) | sealed[10]!;
  const bodyBytes = FIXED_BYTES + receivers * ENTRY_BYTES;
  const start = bodyBytes + COMMITMENT_BYTES;
  if (toHex(sealed.subarray(0, 8)) !== MAGIC || bits < 12 || bits > 24 || receivers < 1 || receivers > 256 || sealed.length < start) {
    throw new Error('no sealed file');
  }
  const body = sealed.subarray(0, bodyBytes);
  const salt = sealed.subarray(SALT_AT, FIXED_BYTES);
  const extracted = hmacSm3(salt, secret(key, body, salt));
  const info = concat(utf8('poyang.sealed-file.v1'), sm3(body), sm3(context));
  const first = hmacSm3(extracted, concat(info, new Uint8Array([1])));
  const second = hmacSm3(extracted, concat(first, info, new Uint8Array([2])));
  if (!equal(second, sealed.subarray(bodyBytes, start))) throw new Error('another secret, head or context');
  return chunks(sealed.subarray(start), 2 ** bits, first.subarray(0, 16), first.subarray(16, 19));
}

function secret(key: PersonKey, body: Uint8Array, salt: Uint8Array): Octets {
  const hint = sm3(key.publicKey).subarray(0, HINT_BYTES);
  for (let at = FIXED_BYTES; at < body.length; at += ENTRY_BYTES) {
    if (equal(body.subarray(at, at + HINT_BYTES), hint)) {
      return key.unseal(concat(utf8('poyang.sealed-file-key.v1'), salt), body.subarray(at + HINT_BYTES, at + ENTRY_BYTES));
    }
  }
  throw new Error('not a receiver');
}

function chunks(sealed: Uint8Array, chunkBytes: number, key: Uint8Array, prefix: Uint8Array): Octets {
  const step = chunkBytes + TAG_BYTES;
  const count = Math.ceil(sealed.length / step);
  if (count < 1) throw new Error('no chunk');
  const out = new Uint8Array(sealed.length - count * TAG_BYTES);
  const nonce = new Uint8Array(12);
  nonce.set(prefix);
  const view = new DataView(nonce.buffer);
  for (let number = 0; number < count; number++) {
    const last = number === count - 1;
    const chunk = sealed.subarray(number * step, (number + 1) * step);
    if (number > 0 && chunk.length <= TAG_BYTES) throw new Error('an empty chunk');
    view.setBigUint64(3, BigInt(number));
    nonce[11] = last ? 1 : 0;
    out.set(sm4Open(key, nonce, new Uint8Array(0), chunk), number * chunkBytes);
  }
  return out;
}
