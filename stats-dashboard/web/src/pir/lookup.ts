// One private look-up from the page, as `poyang.sdk.lookup.PrivateLookup` does it: keys leave the browser blinded
// only, and what is sent after the answer has one form and length whatever the answer was.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { askContract, askHolder, transact } from '../api/actions';
import { ApiError } from '../api/http';
import { useSession } from '../api/session';
import { concat, equal, utf8, type Octets } from '../crypto/bytes';
import { seal } from '../crypto/sm2';
import { sm3 } from '../crypto/sm3';
import { AccountListSchema, Role } from '../schema/poyang/v1/accounts_pb';
import { EmptySchema } from '../schema/poyang/v1/organisations_pb';
import { LookupFrameSchema, ViewFormSchema, ViewQuerySchema } from '../schema/poyang/v1/lookups_pb';
import {
  AskRequestSchema, CloseLookupSchema, LookupKeySchema, LookupReportSchema, LookupSchema, MatchTallySchema,
  SealedReportSchema, TallyStateSchema, TellTotalSchema, ViewKeySchema, type Lookup, type View,
} from '../schema/poyang/v1/views_pb';
import { ORDER, commitment, integer, octets, randomScalar } from './curve';
import { KeywordLookup, decodeForm, decodeRecord, normalised, type Outcome } from './keywords';

const REPORT_BYTES = 256;
const SUPERVISORS_MAX = 8;
const COMPLAINT_CHARACTERS = 70;
const TOLD_KEYWORDS = 100;
const TRIES = 50;

export type Answer = { kind: 'found'; records: (string | undefined)[][] } | { kind: 'absent' } | { kind: 'complaint'; reason: string };
export interface LookupResult {
  lookup: string;
  answers: Answer[];
  bytes: number;
  millis: number;
}
export type Step = 'form' | 'ask' | 'evaluate' | 'answer' | 'close';

export class BadKey extends Error {
  constructor(readonly number: number) {
    super(`key ${number}`);
  }
}
export class HolderLies extends Error {}

export async function lookUp(view: View, keys: string[], purpose: string, at: (step: Step) => Promise<void>): Promise<LookupResult> {
  const start = Date.now();
  const keywords = keys.map((key, i) => {
    const form = normalised(view.identifierKind, key);
    if (!form) throw new BadKey(i + 1);
    return form;
  });
  await at('form');
  const handed = await askHolder(view.organisation, 'Form', ViewQuerySchema, create(ViewQuerySchema, { view: view.id }), ViewFormSchema);
  if (handed.version !== view.table!.version || !equal(sm3(handed.form), view.table!.formHash)) {
    throw new HolderLies('the form that the holder hands out is not the one on chain');
  }
  const lookup = new KeywordLookup(decodeForm(handed.form), keywords);
  try {
    const accounts = await askContract('Accounts', 'List', EmptySchema, create(EmptySchema), AccountListSchema);
    const supervisors = accounts.accounts.filter((account) => account.roles.includes(Role.SUPERVISOR)).slice(0, SUPERVISORS_MAX);
    await at('ask');
    const asked = await transact('Views', 'Ask', AskRequestSchema,
      create(AskRequestSchema, { view: view.id, version: handed.version, keywords: keys.length, purpose }));
    const id = fromBinary(LookupKeySchema, asked.result).id;
    await at('evaluate');
    const frame = async (method: string, content: Octets) => (await askHolder(view.organisation, method, LookupFrameSchema,
      create(LookupFrameSchema, { lookup: id, frame: content }), LookupFrameSchema)).frame as Octets;
    const evaluated = await frame('Evaluate', lookup.blinded);
    const queries = lookup.queries(evaluated);
    await at('answer');
    const answered = await frame('Answer', queries);
    const digest = digestOf([lookup.blinded, evaluated, queries, answered]);
    const stated = await statement(id);
    const answers = outcomes(lookup, answered, view);
    if (!equal(stated.framesDigest, digest)) answers.fill({ kind: 'complaint', reason: 'the holder states other frames on chain' });
    await at('close');
    const complaint = answers.find((answer) => answer.kind === 'complaint');
    const report = padded(toBinary(LookupReportSchema, create(LookupReportSchema, {
      lookup: id, good: !complaint, complaint: complaint?.reason.slice(0, COMPLAINT_CHARACTERS) ?? '', framesDigest: digest,
    })));
    const reports = supervisors.map((supervisor) => create(SealedReportSchema, {
      account: supervisor.id, sealed: seal(supervisor.publicKey, utf8(`poyang.lookup-report.v1:${id}`), report),
    }));
    const matched = answers.reduce((sum, answer) => sum + (answer.kind === 'found' ? answer.records.length : Number(answer.kind === 'complaint')), 0);
    await close(view.id, id, reports, keys.length, matched);
    const bytes = lookup.blinded.length + evaluated.length + queries.length + answered.length;
    return { lookup: id, answers, bytes, millis: Date.now() - start };
  } finally {
    lookup.close();
  }
}

function outcomes(lookup: KeywordLookup, answered: Octets, view: View): Answer[] {
  let opened: Outcome[];
  try {
    opened = lookup.outcomes(answered);
  } catch (e) {
    return lookup.keywords.map(() => ({ kind: 'complaint', reason: String(e) }));
  }
  return opened.map((outcome) => {
    if (outcome.kind !== 'found') return outcome;
    try {
      return { kind: 'found', records: outcome.records.map((record) => decodeRecord(record, view.columns.length)) };
    } catch (e) {
      return { kind: 'complaint', reason: String(e) };
    }
  });
}

function digestOf(frames: Octets[]): Octets {
  return sm3(...frames.flatMap((frame) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, frame.length);
    return [length, frame];
  }));
}

function padded(report: Uint8Array): Octets {
  const out = new Uint8Array(REPORT_BYTES);
  new DataView(out.buffer).setUint16(0, report.length);
  out.set(report, 2);
  return out;
}

/** The look-up once its holder has stated it on chain. */
async function statement(id: string): Promise<Lookup> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await askContract('Views', 'GetLookup', LookupKeySchema, create(LookupKeySchema, { id }), LookupSchema);
    if (found.framesDigest.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new HolderLies('the holder has answered and states nothing on chain');
}

/** One transaction with the reports and the own tally of matched records; a total when a hundred keys are in it. */
async function close(view: string, lookup: string, reports: CloseReports, keywords: number, matched: number): Promise<void> {
  const key = useSession().signer().key;
  const context = utf8(`poyang.match-tally.v1:${view}`);
  for (let tries = 0; ; tries++) {
    const tally = await askContract('Views', 'Tally', ViewKeySchema, create(ViewKeySchema, { id: view }), TallyStateSchema);
    let before = 0;
    let total = 0n;
    let blindings = 0n;
    try {
      if (tally.lookups > 0) {
        const own = key.unseal(context, tally.own);
        total = integer(own.subarray(0, 8));
        blindings = integer(own.subarray(8));
        before = tally.lookups;
      }
    } catch {
      // it was sealed to a key that is lost: another tally begins
    }
    const fresh = randomScalar();
    const sum = (blindings + fresh) % ORDER;
    const plain = concat(octets(total + BigInt(matched)).subarray(24), octets(sum));
    try {
      await transact('Views', 'Close', CloseLookupSchema, create(CloseLookupSchema, {
        lookup, reports, tally: create(MatchTallySchema, {
          lookupsBefore: before, commitment: commitment(matched, fresh), own: seal(key.publicKey, context, plain),
        }),
      }));
    } catch (e) {
      if (e instanceof ApiError && e.name === 'WRONG_STATE' && tries < 5) continue;
      throw e;
    }
    if ((before > 0 ? Number(tally.keywords) : 0) + keywords >= TOLD_KEYWORDS) {
      await transact('Views', 'Tell', TellTotalSchema, create(TellTotalSchema, {
        view, lookups: before + 1, matched: total + BigInt(matched), blinding: octets(sum),
      }));
    }
    return;
  }
}
type CloseReports = ReturnType<typeof create<typeof SealedReportSchema>>[];
