// Transactions and queries: protobuf, encoded once, signed by the person's key.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { QueryPayloadSchema, SignedQuerySchema, TransactionPayloadSchema, TransactionSchema } from '../schema/poyang/v1/chain_pb';
import { random, toHex, type Octets } from './bytes';
import type { PersonKey } from './sm2';
import { sm3 } from './sm3';

/** How many blocks a transaction stays valid; the chain allows 600. */
const BLOCKS_TO_LIVE = 500n;

export interface Signer {
  key: PersonKey;
  account: string;
  chainId: Octets;
}

export interface Call<D extends DescMessage> {
  contract: string;
  method: string;
  schema: D;
  message: MessageShape<D>;
}

export function signTransaction<D extends DescMessage>(by: Signer, call: Call<D>, height: bigint): { id: string; bytes: Octets } {
  const payload = toBinary(TransactionPayloadSchema, create(TransactionPayloadSchema, {
    version: 1,
    chainId: by.chainId,
    nonce: random(16),
    blockLimit: height + BLOCKS_TO_LIVE,
    sender: by.account,
    contract: call.contract,
    method: call.method,
    arguments: toBinary(call.schema, call.message),
  }));
  const signature = by.key.sign(payload);
  const bytes = toBinary(TransactionSchema, create(TransactionSchema, {
    payload, signature: signature.rs, parity: signature.parity,
  }));
  return { id: toHex(sm3(payload)), bytes };
}

export function signQuery<D extends DescMessage>(by: Signer, call: Call<D>, nowMillis: number): Octets {
  const payload = toBinary(QueryPayloadSchema, create(QueryPayloadSchema, {
    version: 1,
    chainId: by.chainId,
    nonce: random(16),
    issuedAtMillis: BigInt(nowMillis),
    account: by.account,
    contract: call.contract,
    method: call.method,
    arguments: toBinary(call.schema, call.message),
  }));
  const signature = by.key.sign(payload);
  return toBinary(SignedQuerySchema, create(SignedQuerySchema, {
    payload, signature: signature.rs, parity: signature.parity,
  }));
}

export { fromBinary };
