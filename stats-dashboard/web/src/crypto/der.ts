// The little of DER that a PKCS#8 file needs: definite lengths, read strictly in order.
import type { Octets } from './bytes';

export const SEQUENCE = 0x30;
export const INTEGER = 0x02;
export const OCTETS = 0x04;
export const OBJECT_ID = 0x06;
export const NULL = 0x05;

export class DerReader {
  #at = 0;

  constructor(private readonly source: Uint8Array) {}

  get done(): boolean {
    return this.#at >= this.source.length;
  }

  peek(): number {
    return this.source[this.#at] ?? -1;
  }

  /** The content of the next element, which must have this tag. */
  read(tag: number): Octets {
    if (this.peek() !== tag) throw new Error('unexpected DER element');
    let length = this.source[this.#at + 1] ?? 0x80;
    let head = 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 3) throw new Error('DER length');
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (this.source[this.#at + 2 + i] ?? 0);
      head += count;
    }
    const from = this.#at + head;
    if (from + length > this.source.length) throw new Error('DER element is cut off');
    this.#at = from + length;
    return this.source.slice(from, from + length) as Octets;
  }

  sequence(): DerReader {
    return new DerReader(this.read(SEQUENCE));
  }

  integer(): number {
    const content = this.read(INTEGER);
    if (content.length === 0 || content.length > 5 || content[0]! >= 0x80) throw new Error('DER integer');
    return content.reduce((value, octet) => value * 256 + octet, 0);
  }

  objectId(): string {
    const content = this.read(OBJECT_ID);
    const first = content[0] ?? 0;
    const parts = [Math.min(2, Math.floor(first / 40)), first < 80 ? first % 40 : first - 80];
    let value = 0;
    for (const octet of content.subarray(1)) {
      value = value * 128 + (octet & 0x7f);
      if (octet < 0x80) {
        parts.push(value);
        value = 0;
      }
    }
    return parts.join('.');
  }
}
