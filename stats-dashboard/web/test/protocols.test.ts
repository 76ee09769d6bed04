// What the form of a new job offers follows from both owners' rules.
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { COLLISIONS, PROTOCOLS, REVEALS, allowedProtocols, allowedReveals, mismatch } from '../src/parts/protocols';
import { DatasetSchema, Reveal } from '../src/schema/poyang/v1/datasets_pb';

const dataset = (protocols: string[], reveals: Reveal[]) => create(DatasetSchema, { policy: { protocols, reveals } });
const names = (found: { name: string }[]) => found.map((p) => p.name);

describe('what two owners allow', () => {
  it('is everything where they say nothing', () => {
    const open = [create(DatasetSchema, {}), dataset([], [])];
    expect(allowedReveals(open)).toEqual(COLLISIONS);
    for (const reveal of REVEALS) {
      expect(allowedProtocols(open, reveal)).toEqual(PROTOCOLS.filter((p) => p.form === 'pair' && p.reveals.includes(reveal)));
    }
  });

  it('is by the protocols of the form alone', () => {
    const open = [dataset([], []), dataset([], []), dataset([], [])];
    expect(names(allowedProtocols(open, Reveal.MATCHING_ROWS, 'group'))).toEqual(['vole-group']);
    expect(names(allowedProtocols(open, Reveal.SIZE_ONLY, 'asked'))).toEqual(['dh-sm2-asked', 'dh-25519-asked']);
    expect(allowedReveals(open, 'asked')).toEqual([Reveal.MATCHING_ROWS, Reveal.SIZE_ONLY]);
    expect(names(allowedProtocols([...open, dataset(['vole'], [])], Reveal.MATCHING_ROWS, 'group'))).toEqual([]);
  });

  it('is what both name', () => {
    expect(names(allowedProtocols([dataset(['dh-sm2'], []), dataset([], [])], Reveal.MATCHING_ROWS))).toEqual(['dh-sm2']);
    expect(names(allowedProtocols([dataset(['dh-sm2'], []), dataset(['dh-25519'], [])], Reveal.MATCHING_ROWS))).toEqual([]);
  });

  it('is nothing where they have nothing in common', () => {
    expect(allowedReveals([dataset(['dh-sm2'], []), dataset(['dh-25519'], [])])).toEqual([]);
    expect(allowedReveals([dataset([], [Reveal.SIZE_ONLY]), dataset([], [Reveal.MATCHING_ROWS])])).toEqual([]);
  });

  it('is by the protocols of sums for sums, and where both let them be told', () => {
    expect(names(allowedProtocols([dataset([], []), dataset(['dh-sm2-sum', 'vole'], [])], Reveal.MATCH_SUMS, 'sums'))).toEqual(['dh-sm2-sum']);
    expect(names(allowedProtocols([dataset(['unbalanced'], []), dataset([], [])], Reveal.MATCHING_ROWS))).toEqual(['unbalanced']);
    expect(allowedReveals([dataset([], [Reveal.SIZE_AT_LEAST]), dataset([], [])])).toEqual([Reveal.SIZE_AT_LEAST]);
    expect(allowedReveals([dataset([], [Reveal.SIZE_AT_LEAST]), dataset([], [])], 'asked')).toEqual([]);
  });

  it('never offers what no protocol can tell', () => {
    for (const reveal of REVEALS) expect(PROTOCOLS.some((p) => p.reveals.includes(reveal))).toBe(true);
  });
});

describe('who may meet', () => {
  const owned = (organisation: string, rows: number, policy: object = {}) => create(DatasetSchema, { organisation, roundedRows: BigInt(rows), policy });

  it('is everybody where owners say nothing, but no department with itself', () => {
    expect(mismatch([owned('a', 10), owned('b', 20), owned('c', 30)], 'a')).toBe('');
    expect(mismatch([owned('a', 10), owned('a', 20)], 'a')).toBe('sameDepartment');
  });

  it('is who each owner names, the asking department among them', () => {
    expect(mismatch([owned('a', 10), owned('b', 20, { counterparties: ['a'] })], 'a')).toBe('');
    expect(mismatch([owned('b', 20, { counterparties: ['c'] })], 'a')).toBe('notAllowed');
    expect(mismatch([owned('a', 10), owned('b', 20, { counterparties: ['a'] })], 'c')).toBe('notAllowed');
    expect(mismatch([owned('a', 10), owned('b', 20, { counterparties: ['a'] }), owned('c', 30)], 'a')).toBe('notAllowed');
  });

  it('is within the sizes that each owner bounds', () => {
    expect(mismatch([owned('a', 10), owned('b', 20, { minimumPeerRows: 11n })], 'a')).toBe('tooFewRows');
    expect(mismatch([owned('a', 10), owned('b', 20, { maximumPeerRows: 9n })], 'a')).toBe('tooFewRows');
    expect(mismatch([owned('a', 10, { minimumRows: 11n }), owned('b', 20)], 'a')).toBe('tooFewRows');
    expect(mismatch([owned('a', 10), owned('b', 20, { minimumPeerRows: 10n, maximumPeerRows: 10n, minimumRows: 20n })], 'a')).toBe('');
  });
});
