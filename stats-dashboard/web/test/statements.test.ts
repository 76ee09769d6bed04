// The page states what the prover proves: words and names are those of poyang.zkp.uses.Statement.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commands, publicNames, published, readCommitment, readConditions, readLimits, readPublic, statementOptions, systemOf, words } from '../src/parts/statements';

interface Vector { commitment: string; conditions: string[]; limits: string[]; publicNames: string[]; words: string }
const VECTORS = JSON.parse(readFileSync('test/vectors/statements.json', 'utf8')) as Vector[];

describe('statements', () => {
  it('are those of the prover', () => {
    expect(VECTORS.map((v) => readCommitment(v.commitment)!.kind)).toEqual(['records', 'column', 'column', 'list', 'signed']);
    for (const v of VECTORS) {
      const of = readCommitment(v.commitment)!;
      expect(publicNames(of, v.conditions, v.limits)).toEqual(v.publicNames);
      expect(words(of, v.conditions)).toBe(v.words);
      expect(published(of, v.conditions)).toContain(`${v.words}; commitment ${of.root}`);
    }
  });

  it('refuse what is no commitment', () => {
    const text = VECTORS[0]!.commitment;
    for (const wrong of ['', text + '\n', text.replace('records', 'other'), text.replace('size: ', 'size: 0'), text.replace('bls12381', 'p256')]) expect(readCommitment(wrong)).toBeNull();
  });

  it('take conditions on the columns that there are', () => {
    const of = readCommitment(VECTORS[0]!.commitment)!;
    expect(readConditions('income<5000, licence=A1', of)).toEqual(['income<5000', 'licence=A1']);
    for (const wrong of ['', 'income', 'income<', 'other<5', 'licence<A1']) expect(readConditions(wrong, of)).toBeNull();
  });

  it('take limits that ascend', () => {
    expect(readLimits('')).toEqual([]);
    expect(readLimits('4000,8000')).toEqual(['4000', '8000']);
    for (const wrong of ['8000,4000', '4,4', '0', 'x', '1099511627777']) expect(readLimits(wrong)).toBeNull();
  });

  it('become commands that a shell takes as they are', () => {
    const options = statementOptions('records', "licence=A'1", '');
    expect(options).toBe(" --require 'licence=A'\\''1'");
    expect(commands('records', options, 'case 17').check).toContain("--purpose 'case 17' --key KEY");
    expect(commands('signed', options, 'case 17').state).toContain('--record RECORD');
    expect(commands('column', statementOptions('column', '', '4000,8000'), '').state).toContain('--limits 4000,8000 --csv');
  });

  it('know proofs and public values', () => {
    expect(systemOf('{"protocol":"plonk"}')).toBe('plonk');
    expect(systemOf('{"protocol":"other"}')).toBeNull();
    expect(systemOf('no')).toBeNull();
    expect(readPublic('["1","0"]')).toEqual(['1', '0']);
    for (const wrong of ['', '{}', '[1]', '["01"]', '["-1"]']) expect(readPublic(wrong)).toBeNull();
  });
});
