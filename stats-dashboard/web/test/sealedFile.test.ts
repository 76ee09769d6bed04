import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../src/crypto/bytes';
import { openKeystore } from '../src/crypto/keystore';
import { openSealed } from '../src/crypto/sealedFile';
import { PersonKey } from '../src/crypto/sm2';
import { sm3 } from '../src/crypto/sm3';

const java = JSON.parse(readFileSync(fileURLToPath(new URL('vectors/java.json', import.meta.url)), 'utf8')) as Record<string, string>;
const foreign = fileURLToPath(new URL('../../../crypto/src/test/resources/vectors/sealed/', import.meta.url));
const of = (name: string) => fromHex(java[name]!);
const key = new PersonKey(openKeystore(java['pem']!, java['password']!));

describe('sealed files', () => {
  it('open as the server side sealed them', () => {
    expect(toHex(openSealed(key, of('context'), of('sealedFile')))).toBe(java['message']);
    expect(toHex(sm3(openSealed(key, of('context'), of('sealedLarge'))))).toBe(java['largeSm3']);
  });

  it('open as the script in Python sealed them', () => {
    const vectors = JSON.parse(readFileSync(`${foreign}python.json`, 'utf8')) as { file: string; context: string; sm3: string; scalars: string[] }[];
    for (const vector of vectors) {
      const sealed = new Uint8Array(readFileSync(foreign + vector.file));
      for (const scalar of vector.scalars) {
        expect(toHex(sm3(openSealed(new PersonKey(fromHex(scalar)), fromHex(vector.context), sealed)))).toBe(vector.sm3);
      }
    }
    expect(vectors.length).toBe(5);
  });

  it('are refused when one octet, the order, the length, the context or the key is another', () => {
    const sealed = of('sealedFile');
    for (let i = 0; i < sealed.length; i++) {
      const bad = sealed.slice();
      bad[i]! ^= 1 << (i % 8);
      expect(() => openSealed(key, of('context'), bad), `octet ${i}`).toThrow('not authentic');
    }
    for (let length = 0; length < sealed.length; length += 7) {
      expect(() => openSealed(key, of('context'), sealed.subarray(0, length))).toThrow('not authentic');
    }
    const large = of('sealedLarge');
    const start = 27 + 2 * 182 + 32;
    const step = 65_536 + 16;
    const part = (number: number) => large.subarray(start + number * step, start + (number + 1) * step);
    expect(() => openSealed(key, of('context'), concat(large.subarray(0, start), part(1), part(0), part(2)))).toThrow('not authentic');
    expect(() => openSealed(key, of('context'), concat(large.subarray(0, start), part(0), part(1)))).toThrow('not authentic');
    expect(() => openSealed(key, of('context'), concat(large, part(2)))).toThrow('not authentic');
    expect(() => openSealed(key, new Uint8Array(1), sealed)).toThrow('not authentic');
    expect(() => openSealed(new PersonKey(sm3(sealed)), of('context'), sealed)).toThrow('not authentic');
  });
});
