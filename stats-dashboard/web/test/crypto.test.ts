import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sm3 as librarySm3 } from 'sm-crypto-v2';
import { concat, equal, fromBase64, fromHex, random, toBase64, toHex, utf8 } from '../src/crypto/bytes';
import { loginMessage } from '../src/crypto/canonical';
import { NotAKeyFile, openKeystore, WrongPassword } from '../src/crypto/keystore';
import { PersonKey, seal, sm4Open, sm4Seal, verify } from '../src/crypto/sm2';
import { hmacSm3, pbkdf2Sm3, sm3 } from '../src/crypto/sm3';

const path = (name: string) => fileURLToPath(new URL(`vectors/${name}`, import.meta.url));
const java = JSON.parse(readFileSync(path('java.json'), 'utf8')) as Record<string, string>;
const of = (name: string) => fromHex(java[name]!);
const key = new PersonKey(openKeystore(java['pem']!, java['password']!));

describe('SM3', () => {
  it('agrees with the standard, the library and the server', () => {
    expect(toHex(sm3(utf8('abc')))).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    expect(toHex(sm3(of('message')))).toBe(java['sm3']);
    for (let length = 0; length < 200; length++) {
      const message = random(length);
      expect(toHex(sm3(message))).toBe(librarySm3(message));
    }
  });

  it('makes the same HMAC and the same PBKDF2 as the slow way', () => {
    expect(toHex(hmacSm3(of('hmacKey'), of('message')))).toBe(java['hmac']);
    const password = utf8('password'), salt = utf8('salt');
    let u = hmacSm3(password, concat(salt, new Uint8Array([0, 0, 0, 1])));
    const slow = u.slice();
    for (let i = 1; i < 50; i++) {
      u = hmacSm3(password, u);
      u.forEach((octet, at) => { slow[at]! ^= octet; });
    }
    expect(toHex(pbkdf2Sm3(password, salt, 50, 32))).toBe(toHex(slow));
  });
});

describe('key file', () => {
  it('opens what the server side wrote', () => {
    expect(toHex(key.publicKey)).toBe(java['publicKey']);
  });

  it('refuses a wrong password, damage and other files', () => {
    expect(() => openKeystore(java['pem']!, 'wrong')).toThrow(WrongPassword);
    const lines = java['pem']!.trim().split('\n');
    const last = lines.length - 2;
    const damaged = [...lines];
    damaged[last] = (damaged[last]![0] === 'A' ? 'B' : 'A') + damaged[last]!.slice(1);
    expect(() => openKeystore(damaged.join('\n'), java['password']!)).toThrow(WrongPassword);
    expect(() => openKeystore('-----BEGIN PRIVATE KEY-----', 'x')).toThrow(NotAKeyFile);
    lines.splice(1, 1);
    expect(() => openKeystore(lines.join('\n'), 'x')).toThrow(NotAKeyFile);
  });

  it('derives 100,000 iterations fast enough for a login', () => {
    const from = performance.now();
    pbkdf2Sm3(utf8('x'), new Uint8Array(16), 100_000, 16);
    expect(performance.now() - from).toBeLessThan(5000);
  });
});

describe('SM2', () => {
  it('verifies the server side and refuses every changed byte of the message', () => {
    const encoded = of('signature');
    const signature = { rs: encoded.slice(0, 64), parity: encoded[64]! };
    expect(verify(key.publicKey, of('message'), signature)).toBe(true);
    const message = of('message');
    for (let i = 0; i < message.length; i++) {
      const changed = message.slice();
      changed[i]! ^= 1;
      expect(verify(key.publicKey, changed, signature)).toBe(false);
    }
  });

  it('signs what it verifies', () => {
    for (let i = 0; i < 4; i++) {
      const message = random(40);
      expect(verify(key.publicKey, message, key.sign(message))).toBe(true);
    }
  });

  it('keeps the answers that the Java test verifies', () => {
    if (process.env['REGENERATE'] !== undefined) {
      const signatures = Array.from({ length: 8 }, () => {
        const message = random(48);
        const signature = key.sign(message);
        return { message: toHex(message), signature: toHex(concat(signature.rs, new Uint8Array([signature.parity]))) };
      });
      const plaintext = utf8('密码 secret');
      const context = utf8('poyang.source-secret.v1');
      writeFileSync(path('browser.json'), JSON.stringify({
        signatures, context: toHex(context), plaintext: toHex(plaintext),
        sealed: toHex(seal(key.publicKey, context, plaintext)),
      }, null, 2) + '\n');
    }
    const kept = JSON.parse(readFileSync(path('browser.json'), 'utf8')) as { sealed: string; context: string; plaintext: string };
    expect(toHex(key.unseal(fromHex(kept.context), fromHex(kept.sealed)))).toBe(kept.plaintext);
  });

  it('is of no use once closed', () => {
    const closed = new PersonKey(openKeystore(java['pem']!, java['password']!));
    closed.close();
    expect(() => closed.sign(new Uint8Array(1))).toThrow();
  });
});

describe('sealed box and SM4-GCM', () => {
  it('opens what the server side sealed and seals what it opens', () => {
    expect(toHex(key.unseal(of('context'), of('sealed')))).toBe(java['message']);
    const box = seal(key.publicKey, utf8('c'), new Uint8Array(0));
    expect(key.unseal(utf8('c'), box)).toHaveLength(0);
    expect(toHex(sm4Seal(of('hmacKey'), of('nonce'), of('context'), of('message')))).toBe(java['gcm']);
    expect(toHex(sm4Open(of('hmacKey'), of('nonce'), of('context'), of('gcm')))).toBe(java['message']);
  });

  it('refuses every changed byte and another context', () => {
    const box = of('sealed');
    for (let i = 0; i < box.length; i += 3) {
      const changed = box.slice();
      changed[i]! ^= 0x40;
      expect(() => key.unseal(of('context'), changed)).toThrow();
    }
    expect(() => key.unseal(utf8('other'), box)).toThrow();
    expect(() => key.unseal(of('context'), box.slice(0, 60))).toThrow();
  });
});

describe('texts', () => {
  it('encode both ways', () => {
    const bytes = random(60_000);
    expect(equal(fromBase64(toBase64(bytes)), bytes)).toBe(true);
    expect(equal(fromHex(toHex(bytes)), bytes)).toBe(true);
    expect(() => fromHex('0g')).toThrow();
  });

  it('agree with the server on what a login signs', () => {
    const chainId = sm3();
    expect(toHex(loginMessage(chainId, 'taxation/owner', of('challenge'), 'https://127.0.0.1:8480'))).toBe(java['login']);
  });
});
