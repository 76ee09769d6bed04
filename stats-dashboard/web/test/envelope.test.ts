import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { random, toHex } from '../src/crypto/bytes';
import { signQuery, signTransaction } from '../src/crypto/envelope';
import { openKeystore } from '../src/crypto/keystore';
import { PersonKey, verify } from '../src/crypto/sm2';
import { sm3 } from '../src/crypto/sm3';
import { QueryPayloadSchema, SignedQuerySchema, TransactionPayloadSchema, TransactionSchema } from '../src/schema/poyang/v1/chain_pb';
import { JobKeySchema } from '../src/schema/poyang/v1/jobs_pb';

const java = JSON.parse(readFileSync(fileURLToPath(new URL('vectors/java.json', import.meta.url)), 'utf8')) as Record<string, string>;
const signer = { key: new PersonKey(openKeystore(java['pem']!, java['password']!)), account: 'taxation/analyst', chainId: random(32) };
const call = { contract: 'poyang.v1.Jobs', method: 'Cancel', schema: JobKeySchema, message: create(JobKeySchema, { id: 'a1' }) };

describe('what a person signs', () => {
  it('is a transaction whose id is the hash of its payload', () => {
    const made = signTransaction(signer, call, 41n);
    const read = fromBinary(TransactionSchema, made.bytes);
    expect(toHex(sm3(read.payload))).toBe(made.id);
    expect(verify(signer.key.publicKey, read.payload, { rs: Uint8Array.from(read.signature), parity: read.parity })).toBe(true);
    const payload = fromBinary(TransactionPayloadSchema, read.payload);
    expect(payload.blockLimit).toBe(541n);
    expect(payload.nonce).toHaveLength(16);
    expect(fromBinary(JobKeySchema, payload.arguments).id).toBe('a1');
    expect(toHex(toBinary(TransactionPayloadSchema, payload))).toBe(toHex(read.payload));
  });

  it('is a query with the time it was made', () => {
    const read = fromBinary(SignedQuerySchema, signQuery(signer, call, 1_795_000_000_000));
    const payload = fromBinary(QueryPayloadSchema, read.payload);
    expect(payload.issuedAtMillis).toBe(1_795_000_000_000n);
    expect(payload.account).toBe('taxation/analyst');
    expect(verify(signer.key.publicKey, read.payload, { rs: Uint8Array.from(read.signature), parity: read.parity })).toBe(true);
  });
});
