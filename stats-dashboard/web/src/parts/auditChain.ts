// A follower's own account of one audit log: each record is held against the one before it, and both against the
// anchors on chain. Whoever hands the records over needs not be believed. The same rules as poyang.sdk.AuditChain.
import { equal, type Octets } from '../crypto/bytes';
import { CanonicalWriter } from '../crypto/canonical';
import { sm3 } from '../crypto/sm3';

export interface Fed {
  sequence: bigint; time: string; initiator: string; type: string; subject: string; detail: string; result: string; value: Uint8Array;
}
export type Problem = 'TAMPERED' | 'GAP' | 'REWOUND' | 'REWRITTEN' | 'WITHHELD';
export interface Position { sequence: bigint; value: Uint8Array }

/** So long a process may take to show a record that the chain has an anchor of. */
export const WITHHELD_MILLIS = 60_000;

/** The chain value that a record must have after one with the value `previous`. */
export function chained(previous: Uint8Array, record: Fed): Octets {
  const out = new CanonicalWriter('poyang.audit-record.v2').bytes(previous).u64(record.sequence).text(record.time);
  for (const field of [record.initiator, record.type, record.subject, record.detail, record.result]) out.text(field);
  return sm3(out.toBytes());
}

export class AuditChain {
  position: Position | null = null;
  /** The last record that the chain has an anchor of, which is the one that was shown. */
  anchored = 0n;
  /** The block that holds that anchor. */
  height = 0n;
  #unconfirmed = new Map<bigint, Uint8Array>();
  #ahead = new Map<bigint, { value: Uint8Array; height: bigint; since: number }>();
  #withheld = false;

  /** The process says where its answer begins. */
  starts(start: Position): Problem | null {
    const known = this.position;
    this.position = start;
    this.#unconfirmed.set(start.sequence, start.value);
    if (known === null) {
      // Older anchors are of records that nobody asked for.
      for (const sequence of this.#ahead.keys()) if (sequence < start.sequence) this.#ahead.delete(sequence);
      return this.#meet(start.sequence);
    }
    if (start.sequence !== known.sequence) return 'GAP';
    return equal(start.value, known.value) ? null : 'REWRITTEN';
  }

  take(record: Fed): Problem | null {
    const before = this.position ?? { sequence: 0n, value: new Uint8Array(32) };
    let problem: Problem | null = null;
    if (record.sequence > before.sequence + 1n) problem = 'GAP';
    else if (record.sequence <= before.sequence) problem = 'REWOUND';
    else if (!equal(chained(before.value, record), record.value)) problem = 'TAMPERED';
    this.position = { sequence: record.sequence, value: record.value };
    this.#unconfirmed.set(record.sequence, record.value);
    const differs = this.#meet(record.sequence);
    if (this.#ahead.size === 0) this.#withheld = false;
    return problem ?? differs;
  }

  /** The chain has an anchor of this log. */
  anchors(sequence: bigint, value: Uint8Array, height: bigint, now: number): Problem | null {
    if (this.position === null || sequence > this.position.sequence) {
      if (!this.#ahead.has(sequence)) this.#ahead.set(sequence, { value, height, since: now });
      return null;
    }
    return this.#compare(sequence, value, height);
  }

  /** The first record that the chain has an anchor of and that is not shown in time; told once. */
  late(now: number): bigint | null {
    const first = [...this.#ahead].sort(([a], [b]) => (a < b ? -1 : 1))[0];
    if (this.#withheld || first === undefined || now - first[1].since <= WITHHELD_MILLIS) return null;
    this.#withheld = true;
    return first[0];
  }

  #meet(sequence: bigint): Problem | null {
    const waiting = this.#ahead.get(sequence);
    this.#ahead.delete(sequence);
    return waiting === undefined ? null : this.#compare(sequence, waiting.value, waiting.height);
  }

  #compare(sequence: bigint, value: Uint8Array, height: bigint): Problem | null {
    const shown = this.#unconfirmed.get(sequence);
    if (shown === undefined) return null;
    if (!equal(shown, value)) return 'REWRITTEN';
    if (sequence >= this.anchored) {
      if (sequence > this.anchored) this.height = height;
      this.anchored = sequence;
    }
    for (const known of this.#unconfirmed.keys()) if (known < sequence) this.#unconfirmed.delete(known);
    return null;
  }
}
