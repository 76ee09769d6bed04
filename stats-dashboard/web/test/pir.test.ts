import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fromBase64, toHex, utf8 } from '../src/crypto/bytes';
import { CanonicalWriter } from '../src/crypto/canonical';
import { sm3 } from '../src/crypto/sm3';
import { commitment, compress, decompress, hashToCurve, integer, plus, proofHolds, times, BASE, ORDER } from '../src/pir/curve';
import { KeywordLookup, committed, decodeForm, decodeRecord, normalised, openEntry } from '../src/pir/keywords';
import { N, Q, automorphism, forward, inverse, pack, reduce, ternary, times as product, uniform, unpack, type Polynomial } from '../src/pir/ring';
import { RowClient } from '../src/pir/rows';

const java = JSON.parse(readFileSync(fileURLToPath(new URL('vectors/pir.json', import.meta.url)), 'utf8')) as Record<string, string>;
const of = (name: string) => fromBase64(java[name]!);
const form = decodeForm(of('form'));
const contentBytes = 16 + form.places * (14 + form.recordBytes);
const rows = new RowClient(form.rows, contentBytes + 32 * (32 - Math.clz32(form.rows - 1)), form.seed);

describe('private look-ups', () => {
  it('multiply residues exactly and transform back and forth', () => {
    let state = 1n;
    for (let i = 0; i < 2000; i++) {
      state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
      const a = Number(state % BigInt(Q)) - Math.floor(Q / 2);
      const b = Number((state >> 7n) % BigInt(Q)) - Math.floor(Q / 2);
      const right = ((BigInt(a) * BigInt(b)) % BigInt(Q) + BigInt(Q)) % BigInt(Q);
      expect((BigInt(product(a, b)) + BigInt(Q)) % BigInt(Q)).toBe(right);
    }
    const a = ternary();
    const b = a.slice();
    forward(b);
    inverse(b);
    expect(Array.from(b)).toEqual(Array.from(a));
    const values = [0, 1, Q - 1, 2 ** 49 + 5, 77];
    expect(Array.from(unpack(pack(values, 50), 0, 5, 50))).toEqual(values);
  });

  it('hash to the curve and prove as the server side does', () => {
    expect(toHex(compress(hashToCurve(of('keyword'), 'POYANG-V01-PIR-SM2_XMD:SM3_SSWU_RO_')))).toBe(toHex(of('hashed')));
    const key = decompress(form.publicKey)!;
    const evaluated = of('evaluated');
    const points = [decompress(evaluated.subarray(0, 33))!];
    const blinded = [decompress(of('blinded'))!];
    expect(proofHolds(key, blinded, points, evaluated.subarray(33))).toBe(true);
    for (const at of [33, 40, 70, 100, 120]) {
      const wrong = evaluated.slice();
      wrong[at]! ^= 1;
      expect(proofHolds(key, blinded, points, wrong.subarray(33))).toBe(false);
    }
    expect(proofHolds(key, blinded, [plus(points[0], BASE)!], evaluated.subarray(33))).toBe(false);
    expect(times(BASE, ORDER - 1n).x).toBe(BASE.x);
    expect(toHex(commitment(5, integer(of('blinding'))))).toBe(toHex(of('commitmentTo5')));
  });

  const secret = Float64Array.from(of('secret'), (digit) => digit - 1);

  it('open what the server side answers, and nothing that was changed', () => {
    const asked = { row: Number(java['row']), frame: of('query'), secret };
    const answer = of('answer');
    const value = sm3(new CanonicalWriter('poyang.pir.record.v1').bytes(of('value')).u32(0).toBytes());
    expect(answer.length).toBe(rows.answerBytes);
    const row = rows.open(asked, answer, 0);
    expect(committed(row, asked.row, form)).toBe(true);
    expect(openEntry(value, row, form)).toEqual(of('record'));
    expect(openEntry(value.map((octet) => octet ^ 1), row, form)).toBeUndefined();
    for (const coefficient of [0, 20, 100]) {
      const wrong = answer.slice();
      wrong[coefficient / 2 * 5 + 2]! ^= 0x08; // its highest bit; the lowest ones are noise
      expect(committed(rows.open(asked, wrong, 0), asked.row, form)).toBe(false);
    }
  });

  /** body + a·s, of which only the error and what was hidden are left. */
  function phase(mask: Polynomial, body: Polynomial, s: Polynomial): number[] {
    const values = s.slice();
    forward(values);
    const sum = mask.map((a, i) => product(a, values[i]!));
    inverse(sum);
    return Array.from(body, (x, i) => reduce(x + sum[i]!));
  }

  it('hide the row and the secret as the server side does', () => {
    const own = rows.ask(3);
    expect(own.frame.length).toBe(rows.queryBytes);
    expect(own.frame).not.toEqual(rows.ask(3).frame);
    for (const asked of [own, { row: Number(java['row']), frame: of('query'), secret }]) {
      const integers = unpack(asked.frame, 6 * N * 50 / 8, form.rows, 50);
      const sums = phase(uniform(form.seed, 'query', 0), Float64Array.from({ length: N }, (_, i) => integers[i] ?? 0), asked.secret);
      for (let i = 0; i < form.rows; i++) {
        expect(Math.abs(sums[i]! - (i === asked.row ? Math.floor((Q + 2 ** 15) / 2 ** 16) : 0))).toBeLessThan(25);
      }
      const keys = unpack(asked.frame, 0, 6 * N, 50);
      const values = asked.secret.slice();
      forward(values);
      for (let t = 0; t < 6; t++) {
        const image = automorphism(values, t < 3 ? 5 : 2 * N - 1);
        inverse(image);
        const mask = uniform(form.seed, t < 3 ? 'first-key' : 'second-key', t % 3);
        phase(mask, keys.slice(t * N, (t + 1) * N), asked.secret).forEach((x, i) => {
          expect(Math.abs(reduce(x - product(image[i]!, 2 ** (17 * (t % 3)))))).toBeLessThan(25);
        });
      }
    }
  });

  it('go on when an evaluation is not the key\'s, and complain at the end', () => {
    const lookup = new KeywordLookup(form, [of('keyword')]);
    expect(lookup.queries(of('evaluated')).length).toBe(rows.queryBytes);
    expect(lookup.outcomes(of('answer'))[0]!.kind).toBe('complaint');
    expect(() => lookup.outcomes(of('answer').subarray(1))).toThrow();
  });

  it('bring identifiers to one form, and records to fields', () => {
    expect(normalised(2, ' ３６０１０２１９９００３０７００１４ ')).toEqual(utf8('360102199003070014'));
    expect(normalised(2, '360102199003070015')).toBeUndefined();
    expect(normalised(3, '13800138000')).toEqual(utf8('13800138000'));
    expect(normalised(3, '12800138000')).toBeUndefined();
    expect(normalised(4, '91350100M000100Y43')).toEqual(utf8('91350100M000100Y43'));
    expect(normalised(4, '91350100M000100Y44')).toBeUndefined();
    expect(normalised(1, '  ')).toBeUndefined();
    expect(decodeRecord(new Uint8Array([0, 1, 65, 255, 255]), 2)).toEqual(['A', undefined]);
    expect(() => decodeRecord(new Uint8Array([0, 2, 65]), 1)).toThrow();
  });
});
