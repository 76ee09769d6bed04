// Reading records by keyword: `poyang.pir.KeywordClient` and `KeywordForm`.
import { concat, equal, utf8, type Octets } from '../crypto/bytes';
import { CanonicalWriter } from '../crypto/canonical';
import { sm3 } from '../crypto/sm3';
import { ORDER, POINT_BYTES, PROOF_BYTES, compress, decompress, hashToCurve, power, proofHolds, randomScalar, times, type Point } from './curve';
import { counterStream } from './ring';
import { RowClient, type Asked } from './rows';

const HASH_DOMAIN = 'POYANG-V01-PIR-SM2_XMD:SM3_SSWU_RO_';
const FORM_DOMAIN = 'poyang.pir.keyword-form.v1';
const SALT_BYTES = 16;
const NAME_BYTES = 12;
const LENGTH_BYTES = 2;
const NONE = 0xffff;

export interface KeywordForm {
  rows: number;
  places: number;
  recordBytes: number;
  recordsPerKeyword: number;
  placement: number;
  seed: Octets;
  publicKey: Octets;
  root: Octets;
}

export function decodeForm(encoded: Uint8Array): KeywordForm {
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  let at = 0;
  const number = () => { at += 4; return view.getUint32(at - 4); };
  const bytes = () => { const length = number(); at += length; return Uint8Array.from(encoded.subarray(at - length, at)); };
  if (new TextDecoder().decode(bytes()) !== FORM_DOMAIN) throw new Error('not a keyword form');
  const form = {
    rows: number(), places: number(), recordBytes: number(), recordsPerKeyword: number(), placement: number(),
    seed: bytes(), publicKey: bytes(), root: bytes(),
  };
  const possible = at === encoded.length && form.rows >= 1 && form.rows <= 1 << 22 && form.places >= 1 && form.seed.length === 32 &&
    form.root.length === 32 && form.recordsPerKeyword >= 1 && form.recordsPerKeyword <= 64 && rowBytes(form) <= 1 << 22;
  if (!possible) throw new Error('an impossible keyword form');
  return form;
}

const entryBytes = (form: KeywordForm) => NAME_BYTES + LENGTH_BYTES + form.recordBytes + (form.recordBytes % 2);
const contentBytes = (form: KeywordForm) => SALT_BYTES + form.places * entryBytes(form);
const rowBytes = (form: KeywordForm) => contentBytes(form) + 32 * (32 - Math.clz32(form.rows - 1));

function rowOf(recordValue: Uint8Array, form: KeywordForm): number {
  const digest = sm3(new CanonicalWriter('poyang.pir.row.v1').bytes(recordValue).u32(form.placement).toBytes());
  const bits = new DataView(digest.buffer).getBigUint64(0);
  return Number((bits * BigInt(form.rows)) >> 64n);
}

/** The record of a value in an opened row. All places are compared; none is chosen by a branch. */
export function openEntry(recordValue: Uint8Array, row: Uint8Array, form: KeywordForm): Octets | undefined {
  const names = sm3(new CanonicalWriter('poyang.pir.entry.v1').bytes(recordValue).bytes(row.subarray(0, SALT_BYTES)).toBytes());
  const sealed = new Uint8Array(entryBytes(form) - NAME_BYTES);
  let found = 0;
  for (let place = 0; place < form.places; place++) {
    const at = SALT_BYTES + place * entryBytes(form);
    let difference = 0;
    for (let i = 0; i < NAME_BYTES; i++) difference |= row[at + i]! ^ names[i]!;
    const here = (difference - 1) >> 31;
    found |= here;
    for (let i = 0; i < sealed.length; i++) sealed[i]! |= row[at + NAME_BYTES + i]! & here;
  }
  const stream = counterStream(names.slice(NAME_BYTES, NAME_BYTES + 16), new Uint8Array(16), sealed.length);
  const plain = sealed.map((octet, i) => octet ^ stream[i]!);
  const length = Math.min(plain[0]! * 256 + plain[1]!, form.recordBytes);
  return found === 0 ? undefined : Uint8Array.from(plain.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
}

/** Does the path behind a row's content lead to the root? */
export function committed(row: Uint8Array, index: number, form: KeywordForm): boolean {
  let hash = sm3(new Uint8Array([0]), row.subarray(0, contentBytes(form)));
  let at = contentBytes(form);
  for (let i = index, last = form.rows - 1; last > 0; i >>= 1, last >>= 1) {
    if ((i ^ 1) <= last) {
      const sibling = row.subarray(at, at + 32);
      hash = i % 2 === 0 ? sm3(new Uint8Array([1]), hash, sibling) : sm3(new Uint8Array([1]), sibling, hash);
      at += 32;
    }
  }
  return equal(hash, form.root);
}

export type Outcome = { kind: 'found'; records: Octets[] } | { kind: 'absent' } | { kind: 'complaint'; reason: string };

/** A look-up under way: `blinded`, `queries` and `outcomes` in this order, once each. */
export class KeywordLookup {
  readonly blinded: Octets;
  readonly #rows: RowClient;
  readonly #blinds: bigint[] = [];
  #values: Octets[] = [];
  #asked: Asked[] = [];
  #trusted = false;

  constructor(readonly form: KeywordForm, readonly keywords: Octets[]) {
    this.#rows = new RowClient(form.rows, rowBytes(form), form.seed);
    this.blinded = concat(...keywords.map((keyword) => {
      const blind = randomScalar();
      this.#blinds.push(blind);
      return compress(times(hashToCurve(keyword, HASH_DOMAIN), blind));
    }));
  }

  queries(evaluated: Uint8Array): Octets {
    const count = this.keywords.length;
    if (evaluated.length !== count * POINT_BYTES + PROOF_BYTES) throw new Error('an evaluation of another length');
    const key = decompress(this.form.publicKey);
    const points = each(evaluated, count);
    const own = each(this.blinded, count) as Point[];
    this.#trusted = key !== undefined && points.every((point) => point !== undefined) &&
      proofHolds(key, own, points as Point[], evaluated.subarray(count * POINT_BYTES));
    // what is not to be trusted gives values as good as random, and the queries go on
    const used = this.#trusted ? points as Point[] : own;
    this.keywords.forEach((keyword, i) => {
      const point = compress(times(used[i]!, power(this.#blinds[i]!, ORDER - 2n, ORDER)));
      const value = sm3(new CanonicalWriter('poyang.pir.value.v1').bytes(keyword).bytes(point).toBytes());
      for (let number = 0; number < this.form.recordsPerKeyword; number++) {
        this.#values.push(sm3(new CanonicalWriter('poyang.pir.record.v1').bytes(value).u32(number).toBytes()));
      }
    });
    this.#asked = this.#values.map((value) => this.#rows.ask(rowOf(value, this.form)));
    return concat(...this.#asked.map((asked) => asked.frame));
  }

  outcomes(answers: Uint8Array): Outcome[] {
    if (answers.length !== this.#asked.length * this.#rows.answerBytes) throw new Error('answers of another length');
    return this.keywords.map((_, keyword) => {
      const records: Octets[] = [];
      let good = true;
      for (let number = 0; number < this.form.recordsPerKeyword; number++) {
        const i = keyword * this.form.recordsPerKeyword + number;
        const row = this.#rows.open(this.#asked[i]!, answers, i * this.#rows.answerBytes);
        good = committed(row, this.#asked[i]!.row, this.form) && good;
        const record = openEntry(this.#values[i]!, row, this.form);
        if (record) records.push(record);
      }
      if (!this.#trusted) return { kind: 'complaint', reason: "the holder's evaluation is not that of the key in the form" };
      if (!good) return { kind: 'complaint', reason: 'a row is not that of the committed table' };
      return records.length > 0 ? { kind: 'found', records } : { kind: 'absent' };
    });
  }

  close(): void {
    for (const asked of this.#asked) asked.secret.fill(0);
    for (const value of this.#values) value.fill(0);
    this.#blinds.length = 0;
  }
}

function each(frame: Uint8Array, count: number): (Point | undefined)[] {
  return Array.from({ length: count }, (_, i) => decompress(frame.subarray(i * POINT_BYTES, (i + 1) * POINT_BYTES)));
}

/** The fields of a record; undefined for one without a value. */
export function decodeRecord(record: Uint8Array, count: number): (string | undefined)[] {
  const fields: (string | undefined)[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= record.length && fields.length < count) {
    const length = record[at]! * 256 + record[at + 1]!;
    at += LENGTH_BYTES;
    if (length === NONE) {
      fields.push(undefined);
    } else if (length <= record.length - at) {
      fields.push(new TextDecoder('utf-8', { fatal: true }).decode(record.subarray(at, at + length)));
      at += length;
    } else {
      break;
    }
  }
  if (fields.length !== count || at !== record.length) throw new Error('a record does not hold the columns of the view');
  return fields;
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const USCC = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** The one form of an identifier (docs/identifiers.md); undefined for what is none. Kinds as in the schema. */
export function normalised(kind: number, raw: string): Octets | undefined {
  const trimmed = (text: string) => text.replace(/^[\s\u001c-\u001f\u0085]+|[\s\u001c-\u001f\u0085]+$/g, '');
  const folded = trimmed(trimmed(raw).normalize('NFKC')).toUpperCase();
  let form = '';
  if (kind === 1) {
    form = trimmed(raw);
  } else if (kind === 2 && /^[0-9]{17}[0-9X]$/.test(folded)) {
    const sum = ID_WEIGHTS.reduce((all, weight, i) => all + weight * Number(folded[i]), 0);
    form = '10X98765432'[sum % 11] === folded[17] ? folded : '';
  } else if (kind === 3 && /^1[3-9][0-9]{9}$/.test(folded)) {
    form = folded;
  } else if (kind === 4 && folded.length === 18) {
    let weight = 1;
    let sum = 0;
    for (const letter of folded.slice(0, 17)) {
      sum += USCC.includes(letter) ? USCC.indexOf(letter) * weight : NaN;
      weight = (weight * 3) % 31;
    }
    form = USCC[(31 - (sum % 31)) % 31] === folded[17] ? folded : '';
  }
  return form === '' ? undefined : utf8(form);
}
