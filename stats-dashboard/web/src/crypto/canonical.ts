// The canonical writer of poyang.kernel: a domain first, lengths in 32 bits, integers big-endian.
import { concat, utf8, type Octets } from './bytes';

export class CanonicalWriter {
  #parts: Uint8Array[] = [];

  constructor(domain: string) {
    this.text(domain);
  }

  bytes(value: Uint8Array): this {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, value.length);
    this.#parts.push(length, value);
    return this;
  }

  u32(value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    this.#parts.push(bytes);
    return this;
  }

  u64(value: bigint): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value);
    this.#parts.push(bytes);
    return this;
  }

  text(value: string): this {
    return this.bytes(utf8(value));
  }

  toBytes(): Octets {
    return concat(...this.#parts);
  }
}

/** What a login signs. */
export function loginMessage(chainId: Uint8Array, account: string, challenge: Uint8Array, origin: string): Octets {
  return new CanonicalWriter('poyang.login.v1').bytes(chainId).text(account).bytes(challenge).text(origin).toBytes();
}
