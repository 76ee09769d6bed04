// The browser holds audit records against each other and against anchors as the SDK does, by the same vectors.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../src/crypto/bytes';
import { AuditChain, chained, WITHHELD_MILLIS, type Fed } from '../src/parts/auditChain';
import { en } from '../src/i18n/en';
import { zh } from '../src/i18n/zh';

const ZERO = new Uint8Array(32);
const unescape = (text: string) => text.replace(/\\(.)/g, (_, c: string) => ({ t: '\t', n: '\n', r: '\r' })[c] ?? c);

function vectors(): Fed[] {
  return readFileSync('../../sdk/java/src/test/resources/vectors/audit-log.txt', 'utf8').trimEnd().split('\n').map((line) => {
    const [sequence, time, ...rest] = line.split('\t');
    const [initiator, type, subject, detail, result] = rest.slice(0, 5).map(unescape);
    return { sequence: BigInt(sequence!), time: time!, initiator: initiator!, type: type!, subject: subject!, detail: detail!, result: result!, value: Uint8Array.from(Buffer.from(rest[5]!, 'hex')) };
  });
}
function records(count: number, who = 'a/owner'): Fed[] {
  const made: Fed[] = [];
  let before: Uint8Array = ZERO;
  for (let i = 1n; i <= count; i++) {
    const record = { sequence: i, time: '2026-11-23T10:00:00Z', initiator: who, type: 'read', subject: `state/${i}`, detail: '', result: 'done', value: ZERO as Uint8Array };
    record.value = chained(before, record);
    before = record.value;
    made.push(record);
  }
  return made;
}
const started = () => {
  const chain = new AuditChain();
  expect(chain.starts({ sequence: 0n, value: ZERO })).toBeNull();
  return chain;
};

describe('audit records', () => {
  it('have the chain values of the vectors', () => {
    let before: Uint8Array = ZERO;
    for (const record of vectors()) {
      expect(toHex(chained(before, record))).toBe(toHex(record.value));
      before = record.value;
    }
  });

  it('that are whole show nothing, whenever anchors come', () => {
    const all = records(5);
    for (const at of [0, 2, 4]) {
      const chain = started();
      expect(chain.anchors(all[at]!.sequence, all[at]!.value, 7n, 0)).toBeNull();
      expect(all.map((record) => chain.take(record))).toEqual([null, null, null, null, null]);
      expect(chain.late(Number.MAX_SAFE_INTEGER)).toBeNull();
      expect(chain.anchored).toBe(BigInt(at + 1));
      expect(chain.height).toBe(7n);
    }
  });

  it('that were changed, left out, taken back, written anew or withheld are called that', () => {
    const all = records(5);
    for (const field of ['time', 'initiator', 'type', 'subject', 'detail', 'result'] as const) {
      expect(started().take({ ...all[0]!, [field]: 'other' })).toBe('TAMPERED');
    }
    expect(started().take(all[1]!)).toBe('GAP');
    const again = started();
    again.take(all[0]!);
    expect(again.take(all[0]!)).toBe('REWOUND');
    const anew = started();
    records(5, 'b/owner').forEach((record) => anew.take(record));
    expect(anew.anchors(3n, all[2]!.value, 7n, 0)).toBe('REWRITTEN');
    expect(anew.starts({ sequence: 4n, value: ZERO })).toBe('GAP');
    expect(anew.starts({ sequence: 4n, value: all[0]!.value })).toBe('REWRITTEN');
    const withheld = started();
    withheld.anchors(2n, all[1]!.value, 7n, 1_000);
    expect(withheld.late(1_000 + WITHHELD_MILLIS)).toBeNull();
    expect(withheld.late(1_001 + WITHHELD_MILLIS)).toBe(2n);
    expect(withheld.late(Number.MAX_SAFE_INTEGER)).toBeNull();
  });

  it('have words for what is found, in both languages', () => {
    for (const words of [zh, en] as Record<string, string>[]) {
      for (const kind of ['TAMPERED', 'GAP', 'REWOUND', 'REWRITTEN', 'WITHHELD', 'REFUSED']) expect(words[`finding_${kind}`]).toBeTruthy();
    }
  });
});
