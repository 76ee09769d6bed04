// Opens the key file that `poyang.crypto.PrivateKeyFile` writes: PEM, PKCS#8, PBES2 with
// PBKDF2-HMAC-SM3 and SM4-CBC.
import { sm4 } from 'sm-crypto-v2';
import { fromBase64, utf8, type Octets } from './bytes';
import { DerReader, INTEGER, NULL, OCTETS } from './der';
import { pbkdf2Sm3 } from './sm3';

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const HMAC_SM3 = '1.2.156.10197.1.401.2';
const SM4_CBC = '1.2.156.10197.1.104.2';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const SM2_CURVE = '1.2.156.10197.1.301';

export class NotAKeyFile extends Error {}
export class WrongPassword extends Error {}

interface Envelope {
  salt: Octets;
  iterations: number;
  iv: Octets;
  body: Octets;
}

/** Says whether the text is a key file of ours, without a password. */
export function readEnvelope(pem: string): Envelope {
  const match = /^\s*-----BEGIN ENCRYPTED PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END ENCRYPTED PRIVATE KEY-----\s*$/.exec(pem);
  if (!match) throw new NotAKeyFile('not a PEM file "ENCRYPTED PRIVATE KEY"');
  try {
    const outer = new DerReader(fromBase64(match[1]!.replace(/\s/g, ''))).sequence();
    const algorithm = outer.sequence();
    expect(algorithm.objectId() === PBES2);
    const parameters = algorithm.sequence();
    const derivation = parameters.sequence();
    expect(derivation.objectId() === PBKDF2);
    const kdf = derivation.sequence();
    const salt = kdf.read(OCTETS);
    const iterations = kdf.integer();
    if (kdf.peek() === INTEGER) expect(kdf.integer() === 16);
    const prf = kdf.sequence();
    expect(prf.objectId() === HMAC_SM3);
    if (prf.peek() === NULL) prf.read(NULL);
    const scheme = parameters.sequence();
    expect(scheme.objectId() === SM4_CBC);
    const iv = scheme.read(OCTETS);
    const body = outer.read(OCTETS);
    expect(iterations >= 10_000 && iterations <= 10_000_000 && iv.length === 16 && body.length % 16 === 0);
    return { salt, iterations, iv, body };
  } catch (e) {
    throw new NotAKeyFile(String(e));
  }
}

/** The 32 bytes of the private key. A wrong password and a damaged file are one error. */
export function openKeystore(pem: string, password: string): Octets {
  const { salt, iterations, iv, body } = readEnvelope(pem);
  const secret = utf8(password);
  const key = pbkdf2Sm3(secret, salt, iterations, 16);
  secret.fill(0);
  try {
    const plain = sm4.decrypt(body, key, { mode: 'cbc', iv, padding: 'pkcs#7', output: 'array' });
    const info = new DerReader(plain).sequence();
    expect(info.integer() === 0);
    const algorithm = info.sequence();
    expect(algorithm.objectId() === EC_PUBLIC_KEY && algorithm.objectId() === SM2_CURVE);
    const inner = new DerReader(info.read(OCTETS)).sequence();
    expect(inner.integer() === 1);
    const scalar = inner.read(OCTETS);
    plain.fill(0);
    expect(scalar.length === 32);
    return scalar;
  } catch {
    throw new WrongPassword('the password is wrong or the file is damaged');
  } finally {
    key.fill(0);
  }
}

function expect(condition: boolean): void {
  if (!condition) throw new Error('unexpected content');
}
