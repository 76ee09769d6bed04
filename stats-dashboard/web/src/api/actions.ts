// What people do: transactions signed here and followed to their block, questions to executors, reads.
import { fromBinary, fromJson } from '@bufbuild/protobuf';
import type { DescMessage, JsonValue, MessageShape } from '@bufbuild/protobuf';
import { ElMessage } from 'element-plus/es/components/message/index.mjs';
import { toBase64 } from '../crypto/bytes';
import { signQuery, signTransaction, type Call } from '../crypto/envelope';
import { QueryAnswerSchema, TransactionReceiptSchema, type TransactionReceipt } from '../schema/poyang/v1/chain_pb';
import { language, t } from '../i18n';
import { errorsInChinese } from '../i18n/errors';
import { ApiError, carry, get, post, stream } from './http';
import { useSession } from './session';

export async function read<D extends DescMessage>(path: string, schema: D): Promise<MessageShape<D>> {
  return fromJson(schema, await get<JsonValue>(path), { ignoreUnknownFields: true });
}

/** Signs, submits and waits for the block; a transaction that took no effect is an ApiError. */
export async function transact<D extends DescMessage>(contract: string, method: string, schema: D, message: MessageShape<D>): Promise<TransactionReceipt> {
  const session = useSession();
  const call: Call<D> = { contract: `poyang.v1.${contract}`, method, schema, message };
  const { id, bytes } = signTransaction(session.signer(), call, BigInt(session.height));
  await post('/api/transactions', { signed: toBase64(bytes) });
  for (let tries = 0; ; tries++) {
    try {
      const receipt = await read(`/api/transactions/${id}?waitMillis=20000`, TransactionReceiptSchema);
      if (receipt.code !== 0) throw new ApiError(receipt.code, receipt.errorName, receipt.wrong, receipt.right);
      return receipt;
    } catch (e) {
      if (!(e instanceof ApiError) || e.name !== 'NOT_FOUND' || tries >= 2) throw e;
    }
  }
}

export async function askExecutor<Q extends DescMessage, A extends DescMessage>(
  method: string, question: Q, message: MessageShape<Q>, answer: A): Promise<MessageShape<A>> {
  const session = useSession();
  const call: Call<Q> = { contract: 'poyang.v1.Executor', method, schema: question, message };
  const query = signQuery(session.signer(), call, Date.now());
  return fromBinary(answer, await carry(`/api/executors/${session.view!.organisation}/${method}`, query));
}

/** A question to the executor of any department about its views. */
export async function askHolder<Q extends DescMessage, A extends DescMessage>(
  organisation: string, method: string, question: Q, message: MessageShape<Q>, answer: A): Promise<MessageShape<A>> {
  const call: Call<Q> = { contract: 'poyang.v1.PrivateReads', method, schema: question, message };
  const query = signQuery(useSession().signer(), call, Date.now());
  return fromBinary(answer, await carry(`/api/executors/${organisation}/${method}`, query));
}

/** What a contract lets this account read. */
export async function askContract<Q extends DescMessage, A extends DescMessage>(
  contract: string, method: string, question: Q, message: MessageShape<Q>, answer: A): Promise<MessageShape<A>> {
  const call: Call<Q> = { contract: `poyang.v1.${contract}`, method, schema: question, message };
  const query = signQuery(useSession().signer(), call, Date.now());
  return fromBinary(answer, fromBinary(QueryAnswerSchema, await carry('/api/chain/query', query)).result);
}

export async function followExecutor<Q extends DescMessage, A extends DescMessage>(
  method: string, question: Q, message: MessageShape<Q>, answer: A, sink: (event: MessageShape<A>) => void, signal: AbortSignal): Promise<void> {
  const session = useSession();
  const call: Call<Q> = { contract: 'poyang.v1.Executor', method, schema: question, message };
  const query = signQuery(session.signer(), call, Date.now());
  const path = `/api/executors/${session.view!.organisation}/${method.toLowerCase()}`;
  await stream(path, query, (event) => sink(fromBinary(answer, event)), signal);
}

export async function askChain<Q extends DescMessage, A extends DescMessage>(
  method: string, question: Q, message: MessageShape<Q>, answer: A): Promise<MessageShape<A>> {
  const call: Call<Q> = { contract: 'poyang.v1.Chain', method, schema: question, message };
  const query = signQuery(useSession().signer(), call, Date.now());
  return fromBinary(answer, await carry(`/api/chain/${method.toLowerCase()}`, query));
}

export function explain(e: unknown): string {
  if (e instanceof ApiError) {
    const words = t('failedWords', e.wrong, e.right, `PY-${e.code} ${e.name}`);
    const chinese = language.value === 'zh' ? errorsInChinese[e.name] : undefined;
    return chinese ? `${chinese}（${words}）` : words;
  }
  return e instanceof Error ? e.message : String(e);
}

export function say(text: string): void {
  ElMessage({ message: text, type: 'success', duration: 4000 });
}

export function complain(e: unknown): void {
  ElMessage({ message: explain(e), type: 'error', duration: 9000, showClose: true });
}

/** Offers bytes as a file; nothing leaves the browser. */
export function offer(name: string, type: string, content: BlobPart): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
