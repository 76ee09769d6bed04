// Reading one row of a matrix without saying which: `poyang.pir.RowClient`, parameters in docs/private-reads.md.
import { concat, type Octets } from '../crypto/bytes';
import { N, Q, automorphism, canonical, error, forward, inverse, pack, reduce, ternary, times, uniform, unpack, type Polynomial } from './ring';

const DIGITS = 3;
const DIGIT_BITS = 17;
const MODULUS_BITS = 50;
const MASK_BITS = 26;
const BODY_BITS = 20;
/** q/2^16, rounded. */
const SCALE = Math.floor((Q + 2 ** 15) / 2 ** 16);
const BODY_BYTES = (N * BODY_BITS) / 8;
export const OUTPUT_BYTES = 2 * N;
const ANSWER_BYTES = BODY_BYTES + (N * MASK_BITS) / 8;
const KEY_BYTES = (2 * DIGITS * N * MODULUS_BITS) / 8;

export interface Asked {
  row: number;
  frame: Octets;
  secret: Polynomial;
}

export class RowClient {
  readonly outputs: number;
  readonly #query: Polynomial[] = [];
  readonly #first: Polynomial[] = [];
  readonly #second: Polynomial[] = [];

  constructor(readonly rows: number, rowBytes: number, seed: Uint8Array) {
    this.outputs = Math.ceil(rowBytes / OUTPUT_BYTES);
    for (let u = 0; u < Math.ceil(rows / N); u++) this.#query.push(uniform(seed, 'query', u));
    for (let t = 0; t < DIGITS; t++) {
      this.#first.push(uniform(seed, 'first-key', t));
      this.#second.push(uniform(seed, 'second-key', t));
    }
  }

  get queryBytes(): number {
    return KEY_BYTES + Math.ceil((this.rows * MODULUS_BITS) / 8);
  }

  get answerBytes(): number {
    return this.outputs * ANSWER_BYTES;
  }

  /** A query with a secret of its own; its length depends on the number of rows only. */
  ask(row: number): Asked {
    const secret = ternary();
    const values = secret.slice();
    forward(values);
    const parts: Octets[] = [];
    const keys = new Float64Array(2 * DIGITS * N);
    for (let t = 0; t < DIGITS; t++) {
      keys.set(this.#key(this.#first[t]!, values, 5, t), t * N);
      keys.set(this.#key(this.#second[t]!, values, 2 * N - 1, t), (DIGITS + t) * N);
    }
    parts.push(pack(keys, MODULUS_BITS));
    const integers = new Float64Array(this.#query.length * N);
    this.#query.forEach((mask, u) => {
      const body = masked(mask, values);
      inverse(body);
      for (let i = 0; i < N; i++) {
        const distance = (u * N + i) ^ row;
        // one at the row asked for, by arithmetic alone
        const here = 1 - ((distance | -distance) >>> 31);
        integers[u * N + i] = canonical(body[i]! + SCALE * here);
      }
    });
    parts.push(pack(integers.subarray(0, this.rows), MODULUS_BITS));
    values.fill(0);
    return { row, frame: concat(...parts), secret };
  }

  /** -a·s + e + 2^(17t)·σ(s) as integers in [0, q). */
  #key(mask: Polynomial, secret: Polynomial, k: number, t: number): Polynomial {
    const body = masked(mask, secret);
    const image = automorphism(secret, k);
    const power = 2 ** (t * DIGIT_BITS);
    for (let i = 0; i < N; i++) body[i] = reduce(body[i]! + times(image[i]!, power));
    inverse(body);
    return body.map(canonical);
  }

  /** The row's bytes, filled up to whole outputs. */
  open(asked: Asked, frame: Uint8Array, from: number): Octets {
    const secret = asked.secret.slice();
    forward(secret);
    const row = new Uint8Array(this.outputs * OUTPUT_BYTES);
    for (let output = 0; output < this.outputs; output++) {
      const at = from + output * ANSWER_BYTES;
      const body = unpack(frame, at, N, BODY_BITS);
      const half = 2 ** (MASK_BITS - 1);
      const product = unpack(frame, at + BODY_BYTES, N, MASK_BITS).map((value) => value - 2 * half * Number(value >= half));
      forward(product);
      for (let i = 0; i < N; i++) product[i] = times(product[i]!, secret[i]!);
      inverse(product);
      for (let i = 0; i < N; i++) {
        const phase = body[i]! * 2 ** (MASK_BITS - BODY_BITS) + reduce(product[i]!);
        const word = Math.floor((phase + 512) / 1024) & 0xffff;
        row[output * OUTPUT_BYTES + 2 * i] = word >> 8;
        row[output * OUTPUT_BYTES + 2 * i + 1] = word & 0xff;
      }
    }
    secret.fill(0);
    return row;
  }
}

/** -a·s + e, transformed. */
function masked(mask: Polynomial, secret: Polynomial): Polynomial {
  const out = error();
  forward(out);
  for (let i = 0; i < N; i++) out[i] = reduce(out[i]! - times(mask[i]!, secret[i]!));
  return out;
}
