// SM3 (GB/T 32905), HMAC-SM3 and PBKDF2-HMAC-SM3. Own code because key derivation needs a hundred
// thousand compressions in about a second: PBKDF2 starts every HMAC from two saved states.
import { concat, type Octets } from './bytes';

const INITIAL = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const ROUND = new Int32Array(64);
for (let j = 0; j < 64; j++) ROUND[j] = rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32);
const words = new Int32Array(68);

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function compress(state: Int32Array, block: Uint8Array, from: number): void {
  const w = words;
  for (let i = 0; i < 16; i++) {
    const at = from + 4 * i;
    w[i] = (block[at]! << 24) | (block[at + 1]! << 16) | (block[at + 2]! << 8) | block[at + 3]!;
  }
  for (let i = 16; i < 68; i++) {
    const x = w[i - 16]! ^ w[i - 9]! ^ rotate(w[i - 3]!, 15);
    w[i] = x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[i - 13]!, 7) ^ w[i - 6]!;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let j = 0; j < 64; j++) {
    const a12 = rotate(a, 12);
    const ss1 = rotate((a12 + e + ROUND[j]!) | 0, 7);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + (ss1 ^ a12) + (w[j]! ^ w[j + 4]!)) | 0;
    const tt2 = (gg + h + ss1 + w[j]!) | 0;
    d = c;
    c = rotate(b, 9);
    b = a;
    a = tt1;
    h = g;
    g = rotate(f, 19);
    f = e;
    e = tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17);
  }
  state[0]! ^= a; state[1]! ^= b; state[2]! ^= c; state[3]! ^= d;
  state[4]! ^= e; state[5]! ^= f; state[6]! ^= g; state[7]! ^= h;
}

function finish(state: Int32Array, rest: Uint8Array, totalBytes: number): Octets {
  const padded = new Uint8Array(rest.length + 9 <= 64 ? 64 : 128);
  padded.set(rest);
  padded[rest.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(totalBytes / 0x20000000));
  view.setUint32(padded.length - 4, (totalBytes * 8) >>> 0);
  for (let at = 0; at < padded.length; at += 64) compress(state, padded, at);
  const out = new Uint8Array(32);
  const digest = new DataView(out.buffer);
  for (let i = 0; i < 8; i++) digest.setInt32(4 * i, state[i]!);
  return out;
}

export function sm3(...parts: Uint8Array[]): Octets {
  const message = parts.length === 1 ? parts[0]! : concat(...parts);
  const state = Int32Array.from(INITIAL);
  const whole = message.length - (message.length % 64);
  for (let at = 0; at < whole; at += 64) compress(state, message, at);
  return finish(state, message.subarray(whole), message.length);
}

function padStates(key: Uint8Array): [Int32Array, Int32Array] {
  const block = new Uint8Array(64);
  block.set(key.length > 64 ? sm3(key) : key);
  const inner = Int32Array.from(INITIAL);
  const outer = Int32Array.from(INITIAL);
  compress(inner, block.map((octet) => octet ^ 0x36), 0);
  compress(outer, block.map((octet) => octet ^ 0x5c), 0);
  block.fill(0);
  return [inner, outer];
}

export function hmacSm3(key: Uint8Array, message: Uint8Array): Octets {
  const [inner, outer] = padStates(key);
  const whole = message.length - (message.length % 64);
  for (let at = 0; at < whole; at += 64) compress(inner, message, at);
  return finish(outer, finish(inner, message.subarray(whole), 64 + message.length), 96);
}

export function pbkdf2Sm3(password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Octets {
  if (iterations < 1 || length < 1 || length > 32) throw new Error('one block of PBKDF2 is supported');
  const [inner, outer] = padStates(password);
  let u: Uint8Array = hmacSm3(password, concat(salt, new Uint8Array([0, 0, 0, 1])));
  const result = Int32Array.from({ length: 8 }, (_, i) => new DataView(u.buffer).getInt32(4 * i));
  // Each further round is two compressions of one block: digest, padding, length 96 bytes = 768 bits.
  const block = new Uint8Array(64);
  block.set(u);
  block[32] = 0x80;
  block[62] = 3;
  const view = new DataView(block.buffer);
  const state = new Int32Array(8);
  for (let round = 1; round < iterations; round++) {
    state.set(inner);
    compress(state, block, 0);
    for (let i = 0; i < 8; i++) view.setInt32(4 * i, state[i]!);
    state.set(outer);
    compress(state, block, 0);
    for (let i = 0; i < 8; i++) {
      view.setInt32(4 * i, state[i]!);
      result[i]! ^= state[i]!;
    }
  }
  const out = new Uint8Array(32);
  const digest = new DataView(out.buffer);
  for (let i = 0; i < 8; i++) digest.setInt32(4 * i, result[i]!);
  u = new Uint8Array(0);
  return out.slice(0, length);
}
