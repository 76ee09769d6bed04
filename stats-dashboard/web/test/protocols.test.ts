// What the form of a new job offers follows from both owners' rules.
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { COLLISIONS, PROTOCOLS, REVEALS, allowedProtocols, allowedReveals } from '../src/parts/protocols';
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

  it('never offers what no protocol can tell', () => {
    for (const reveal of REVEALS) expect(PROTOCOLS.some((p) => p.reveals.includes(reveal))).toBe(true);
  });
});
