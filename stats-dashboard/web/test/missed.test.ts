import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { lostPeers, silentLogs } from '../src/parts/missed';
import { NodeStatusSchema } from '../src/schema/poyang/v1/chain_pb';
import { en } from '../src/i18n/en';
import { zh } from '../src/i18n/zh';

const node = (name: string, missing: string[] | null, lost: string[] = []) =>
  ({ name, status: missing === null ? null : create(NodeStatusSchema, { missingAnchors: missing, lostPeers: lost }) });

describe('audit logs that fell silent', () => {
  it('are named once, with every validator that misses them', () => {
    expect(silentLogs([
      node('validator-2', ['taxation/executor/executor', 'housing/executor/executor']),
      node('validator-1', ['taxation/executor/executor']),
      node('validator-3', null),
      node('validator-4', []),
    ])).toEqual([
      { log: 'housing/executor/executor', missedBy: ['validator-2'] },
      { log: 'taxation/executor/executor', missedBy: ['validator-1', 'validator-2'] },
    ]);
  });

  it('are none while all is well', () => {
    expect(silentLogs([node('validator-1', []), node('validator-2', null)])).toEqual([]);
  });

  it('are told in both languages, as lost validators are', () => {
    for (const words of [en, zh]) for (const told of [words.silentLog, words.lostPeer]) expect(told.replace('{0}', 'L').replace('{1}', 'B')).toMatch(/L.*B|B.*L/);
  });
});

describe('validators without a link', () => {
  it('are named once, with everybody who misses them', () => {
    expect(lostPeers([node('validator-2', [], ['validator-3']), node('validator-1', ['a/b/c'], ['validator-3']), node('validator-3', null)]))
      .toEqual([{ node: 'validator-3', missedBy: ['validator-1', 'validator-2'] }]);
    expect(lostPeers([node('validator-1', ['a/b/c'])])).toEqual([]);
  });
});
