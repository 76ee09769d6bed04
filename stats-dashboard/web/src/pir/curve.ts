// The SM2 curve for blinded keywords: arithmetic, hashing to it (RFC 9380), proofs of one exponent (RFC 9497
// section 2.2.1). Integers of JavaScript take no constant time; what they are secret of is drawn anew for each look-up.
import { concat, fromHex, random, toHex, utf8, type Octets } from '../crypto/bytes';
import { CanonicalWriter } from '../crypto/canonical';
import { sm3 } from '../crypto/sm3';

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
export const ORDER = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const Z = P - 9n;
export const POINT_BYTES = 33;
export const PROOF_BYTES = 2 * POINT_BYTES + 32;

export interface Point {
  x: bigint;
  y: bigint;
}
export const BASE: Point = {
  x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};

export const integer = (bytes: Uint8Array) => BigInt('0x' + (toHex(bytes) || '0'));
export const octets = (value: bigint): Octets => fromHex(value.toString(16).padStart(64, '0'));

function modulo(value: bigint, modulus = P): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

export function power(base: bigint, exponent: bigint, modulus = P): bigint {
  let result = 1n;
  let square = modulo(base, modulus);
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const inverted = (value: bigint) => power(value, P - 2n);
const rightSide = (x: bigint) => modulo(x * x * x + A * x + B);

function root(value: bigint): bigint | undefined {
  const found = power(value, (P + 1n) / 4n);
  return (found * found) % P === modulo(value) ? found : undefined;
}

/** The sum of two points; undefined is the neutral element. */
export function plus(a: Point | undefined, b: Point | undefined): Point | undefined {
  if (!a || !b) return a ?? b;
  if (a.x === b.x && a.y !== b.y) return undefined;
  const slope = a.x === b.x
    ? modulo((3n * a.x * a.x + A) * inverted(2n * a.y))
    : modulo((b.y - a.y) * inverted(b.x - a.x));
  const x = modulo(slope * slope - a.x - b.x);
  return { x, y: modulo(slope * (a.x - x) - a.y) };
}

type Jacobian = [bigint, bigint, bigint];

function doubled([x, y, z]: Jacobian): Jacobian {
  const yy = (y * y) % P;
  const s = (4n * x * yy) % P;
  const zz = (z * z) % P;
  const m = (3n * (x - zz) * (x + zz)) % P;
  const x3 = modulo(m * m - 2n * s);
  return [x3, modulo(m * (s - x3) - 8n * yy * yy), modulo(2n * y * z)];
}

function added(a: Jacobian, b: Point): Jacobian {
  const [x, y, z] = a;
  if (z === 0n) return [b.x, b.y, 1n];
  const zz = (z * z) % P;
  const h = modulo(b.x * zz - x);
  const r = modulo(b.y * zz * z - y);
  if (h === 0n) return r === 0n ? doubled(a) : [1n, 1n, 0n];
  const hh = (h * h) % P;
  const v = (x * hh) % P;
  const x3 = modulo(r * r - hh * h - 2n * v);
  return [x3, modulo(r * (v - x3) - y * hh * h), (z * h) % P];
}

export function times(point: Point, scalar: bigint): Point {
  let sum: Jacobian = [1n, 1n, 0n];
  for (let bit = 255n; bit >= 0n; bit--) {
    sum = doubled(sum);
    const next = added(sum, point); // made in any case
    if ((scalar >> bit) & 1n) sum = next;
  }
  const inverse = inverted(sum[2]);
  const square = (inverse * inverse) % P;
  return { x: (sum[0] * square) % P, y: (((sum[1] * square) % P) * inverse) % P };
}

export function compress(point: Point): Octets {
  return concat(new Uint8Array([2 + Number(point.y & 1n)]), octets(point.x));
}

export function decompress(bytes: Uint8Array): Point | undefined {
  if (bytes.length !== POINT_BYTES || (bytes[0] !== 2 && bytes[0] !== 3)) return undefined;
  const x = integer(bytes.subarray(1));
  const y = x < P ? root(rightSide(x)) : undefined;
  if (y === undefined || y === 0n) return undefined;
  return { x, y: Number(y & 1n) === bytes[0]! - 2 ? y : P - y };
}

export function randomScalar(): bigint {
  for (;;) {
    const value = integer(random(32));
    if (value > 1n << 64n && value < ORDER - (1n << 64n)) return value;
  }
}

/** expand_message_xmd with SM3 for 96 bytes. */
function expand(message: Uint8Array, domain: Uint8Array): Octets {
  const tail = new Uint8Array([domain.length]);
  const first = sm3(new Uint8Array(64), message, new Uint8Array([0, 96, 0]), domain, tail);
  const parts: Octets[] = [];
  let block: Uint8Array = new Uint8Array(32);
  for (let i = 1; i <= 3; i++) {
    block = sm3(block.map((octet, j) => octet ^ first[j]!), new Uint8Array([i]), domain, tail);
    parts.push(block as Octets);
  }
  return concat(...parts);
}

/** The simplified map of Shallue, van de Woestijne and Ulas, RFC 9380 section 6.6.2. */
function mapped(u: bigint): Point {
  const zuu = modulo(Z * u * u);
  const denominator = modulo(zuu * zuu + zuu);
  const minusBOverA = modulo(-B * inverted(A));
  const x1 = denominator === 0n ? modulo(B * inverted(Z * A)) : modulo(minusBOverA * (1n + inverted(denominator)));
  const y1 = root(rightSide(x1));
  const x = y1 === undefined ? modulo(zuu * x1) : x1;
  const y = y1 ?? root(rightSide(x))!;
  return { x, y: (u & 1n) === (y & 1n) ? y : P - y };
}

export function hashToCurve(message: Uint8Array, domain: string): Point {
  const bytes = expand(message, utf8(domain));
  return plus(mapped(integer(bytes.subarray(0, 48)) % P), mapped(integer(bytes.subarray(48)) % P))!;
}

/** Did one secret make K = k·G and Z_i = k·M_i? `poyang.pir.EqualityProof`. */
export function proofHolds(key: Point, blinded: Point[], evaluated: Point[], proof: Uint8Array): boolean {
  const a = decompress(proof.subarray(0, POINT_BYTES));
  const b = decompress(proof.subarray(POINT_BYTES, 2 * POINT_BYTES));
  const response = integer(proof.subarray(2 * POINT_BYTES));
  if (proof.length !== PROOF_BYTES || !a || !b || response === 0n || response >= ORDER) return false;
  const all = new CanonicalWriter('poyang.pir.equality-weights.v1').bytes(compress(key));
  for (const point of [...blinded, ...evaluated]) all.bytes(compress(point));
  const seed = sm3(all.toBytes());
  let m: Point | undefined;
  let z: Point | undefined;
  blinded.forEach((point, i) => {
    const digest = sm3(seed, new CanonicalWriter('weight').u32(i).toBytes());
    const weight = integer(digest.subarray(0, 16)) | 1n;
    m = plus(m, times(point, weight));
    z = plus(z, times(evaluated[i]!, weight));
  });
  if (!m || !z) return false;
  const challenge = integer(sm3(new CanonicalWriter('poyang.pir.equality-challenge.v1')
    .bytes(compress(key)).bytes(compress(m)).bytes(compress(z)).bytes(compress(a)).bytes(compress(b)).toBytes())) % ORDER;
  const same = (p: Point | undefined, q: Point | undefined) => p?.x === q?.x && p?.y === q?.y;
  return same(times(BASE, response), plus(a, times(key, challenge))) && same(times(m, response), plus(b, times(z, challenge)));
}

/** (m + o)·G + r·H: `poyang.crypto.curve.Sm2Commitment`. */
export function commitment(count: number, blinding: bigint): Octets {
  const second = hashToCurve(utf8('poyang.count-commitment.v1'), 'POYANG-V01-COUNT-SM2_XMD:SM3_SSWU_RO_');
  const offset = integer(sm3(utf8('poyang.count-commitment.v1.offset'))) % ORDER;
  return compress(plus(times(BASE, (BigInt(count) + offset) % ORDER), times(second, blinding))!);
}
