// Polynomials of Z_q[X]/(X^2048 + 1) as `poyang.pir.Ring` has them: residues in doubles, products exact by
// splitting factors in two halves (Dekker 1971). No branch and no index depends on a residue.
import { sm4 } from 'sm-crypto-v2';
import { random, utf8, type Octets } from '../crypto/bytes';
import { sm3 } from '../crypto/sm3';

export const N = 2048;
/** The largest prime of 50 bits that is 1 modulo 4096, and the root of order 4096 that the server side takes. */
export const Q = 1125899906826241;
const PSI = 765727830662934n;
const INVERSE_Q = 1 / Q;
const ROUND = 1.5 * 2 ** 52;
const SPLIT = 134217729;
const BITS = 11;
const TILE = 64;
const BLOCK = 8;

export type Polynomial = Float64Array;

/** a·b mod q, of magnitude at most 3q/4. */
export function times(a: number, b: number): number {
  const high = a * b;
  let c = SPLIT * a;
  const aHigh = c - (c - a);
  const aLow = a - aHigh;
  c = SPLIT * b;
  const bHigh = c - (c - b);
  const bLow = b - bHigh;
  const low = ((aHigh * bHigh - high) + aHigh * bLow + aLow * bHigh) + aLow * bLow;
  const k = (high * INVERSE_Q + ROUND) - ROUND;
  const back = k * Q;
  c = SPLIT * k;
  const kHigh = c - (c - k);
  const kLow = k - kHigh;
  const backLow = ((kHigh * Q_HIGH - back) + kHigh * Q_LOW + kLow * Q_HIGH) + kLow * Q_LOW;
  return (high - back) + (low - backLow);
}
const Q_HIGH = SPLIT * Q - (SPLIT * Q - Q);
const Q_LOW = Q - Q_HIGH;

export function reduce(a: number): number {
  return a - ((a * INVERSE_Q + ROUND) - ROUND) * Q;
}

/** In [0, q). */
export function canonical(a: number): number {
  const small = reduce(a);
  return small + Q * Number(small < 0);
}

function reversed(i: number): number {
  let out = 0;
  for (let bit = 0; bit < BITS; bit++) out |= ((i >> bit) & 1) << (BITS - 1 - bit);
  return out;
}

const ROOTS = new Float64Array(N);
const BACK = new Float64Array(N);
/** At place i stands the value at ψ^EXPONENTS[i]. */
const EXPONENTS = new Int32Array(N);
const PLACES = new Int32Array(2 * N);
/** The place here of what the server side keeps at its place i. */
const HERE = new Int32Array(N);
const N_INVERSE = 1125350151012361 - Q;
{
  const q = BigInt(Q);
  const centred = (value: bigint) => Number(value > q / 2n ? value - q : value);
  let power = 1n;
  const powers: bigint[] = [];
  for (let i = 0; i < 2 * N; i++) {
    powers.push(power);
    power = (power * PSI) % q;
  }
  for (let i = 0; i < N; i++) {
    ROOTS[reversed(i)] = centred(powers[i]!);
    BACK[reversed(i)] = centred(powers[(2 * N - i) % (2 * N)]!);
    EXPONENTS[i] = 2 * reversed(i) + 1;
    PLACES[EXPONENTS[i]!] = i;
  }
  for (let i = 0; i < N; i++) {
    const row = Math.floor(i / BLOCK) % BLOCK;
    HERE[i] = Math.floor(i / TILE) * TILE + (i % BLOCK) * BLOCK + row;
  }
}

/** From coefficients to values, in place (Longa and Naehrig, algorithm 1). */
export function forward(a: Polynomial): void {
  let t = N;
  for (let m = 1; m < N; m <<= 1) {
    t >>= 1;
    for (let i = 0; i < m; i++) {
      const root = ROOTS[m + i]!;
      for (let j = 2 * i * t, end = j + t; j < end; j++) {
        const u = a[j]!;
        const v = times(a[j + t]!, root);
        a[j] = reduce(u + v);
        a[j + t] = reduce(u - v);
      }
    }
  }
}

/** From values to coefficients, in place (algorithm 2). */
export function inverse(a: Polynomial): void {
  let t = 1;
  for (let m = N; m > 1; m >>= 1) {
    const half = m >> 1;
    for (let i = 0, from = 0; i < half; i++, from += 2 * t) {
      const root = BACK[half + i]!;
      for (let j = from, end = from + t; j < end; j++) {
        const u = a[j]!;
        const v = a[j + t]!;
        a[j] = reduce(u + v);
        a[j + t] = times(u - v, root);
      }
    }
    t <<= 1;
  }
  for (let i = 0; i < N; i++) a[i] = times(a[i]!, N_INVERSE);
}

/** σ_k: X → X^k of a transformed polynomial. */
export function automorphism(a: Polynomial, k: number): Polynomial {
  const out = new Float64Array(N);
  for (let i = 0; i < N; i++) out[i] = a[PLACES[(EXPONENTS[i]! * k) & (2 * N - 1)]!]!;
  return out;
}

/** SM4 in counter mode. */
export function counterStream(key: Uint8Array, counter: Uint8Array, length: number): Octets {
  const blocks = new Uint8Array(16 * Math.ceil(length / 16));
  const now = Uint8Array.from(counter);
  for (let at = 0; at < blocks.length; at += 16) {
    blocks.set(now, at);
    for (let i = 15, carry = 1; i >= 0; i--) {
      const sum = now[i]! + carry;
      now[i] = sum;
      carry = sum >> 8;
    }
  }
  const made = sm4.encrypt(blocks, key, { mode: 'ecb', padding: 'none', output: 'array' });
  return Uint8Array.from(made).slice(0, length);
}

/** The uniform polynomial of a public seed, transformed: `poyang.pir.Ring.uniform`. */
export function uniform(seed: Uint8Array, purpose: string, number: number): Polynomial {
  const digest = sm3(utf8(`poyang.pir.uniform.v1:${purpose}:${number}`), seed);
  const chunk = 8 * N;
  const stream = counterStream(digest.slice(0, 16), digest.slice(16, 32), 2 * chunk);
  const out = new Float64Array(N);
  let at = 0;
  for (let i = 0; i < N;) {
    if (at % chunk + 8 > chunk) at += chunk - at % chunk;
    let value = stream[at]! & 3;
    for (let b = 1; b < 7; b++) value = value * 256 + stream[at + b]!;
    at += 7;
    if (value < Q) {
      out[HERE[i]!] = value > Q / 2 ? value - Q : value;
      i++;
    }
  }
  return out;
}
function popcount(word: number): number {
  let count = 0;
  for (let bit = 0; bit < 21; bit++) count += (word >>> bit) & 1;
  return count;
}

/** The difference of two sums of 21 coins for each coefficient. */
export function error(): Polynomial {
  const coins = random(8 * N);
  const words = new DataView(coins.buffer);
  const out = new Float64Array(N);
  for (let i = 0; i < N; i++) out[i] = popcount(words.getUint32(8 * i)) - popcount(words.getUint32(8 * i + 4));
  coins.fill(0);
  return out;
}

/** Uniform in {-1, 0, 1}: floor(3·w/2^64) - 1 for 64 random bits w. */
export function ternary(): Polynomial {
  const bytes = random(8 * N);
  const words = new DataView(bytes.buffer);
  const out = new Float64Array(N);
  for (let i = 0; i < N; i++) {
    const low = Math.floor((3 * words.getUint32(8 * i + 4)) / 2 ** 32);
    out[i] = Math.floor((3 * words.getUint32(8 * i) + low) / 2 ** 32) - 1;
  }
  bytes.fill(0);
  return out;
}

/** Integers of a fixed width of at most 52 bits, least significant bit first. */
export function pack(values: ArrayLike<number>, width: number): Octets {
  const out = new Uint8Array(Math.ceil((values.length * width) / 8));
  const half = Math.min(width, 25);
  let pending = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    let rest = values[i]!;
    for (const size of half === width ? [width] : [half, width - half]) {
      const limb = rest % 2 ** size;
      rest = Math.floor(rest / 2 ** size);
      pending += limb * 2 ** bits;
      bits += size;
      while (bits >= 8) {
        out[at++] = pending % 256;
        pending = Math.floor(pending / 256);
        bits -= 8;
      }
    }
  }
  if (bits > 0) out[at] = pending;
  return out;
}

export function unpack(bytes: Uint8Array, from: number, count: number, width: number): Float64Array {
  const out = new Float64Array(count);
  let at = from * 8;
  for (let i = 0; i < count; i++, at += width) {
    let value = 0;
    for (let bit = 0; bit < width;) {
      const place = at + bit;
      const here = Math.min(8 - (place & 7), width - bit);
      value += ((bytes[place >> 3]! >> (place & 7)) & ((1 << here) - 1)) * 2 ** bit;
      bit += here;
    }
    out[i] = value;
  }
  return out;
}
