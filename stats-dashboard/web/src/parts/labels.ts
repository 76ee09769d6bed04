// Enumerations of the schema in words and colours.
import type { Key } from '../i18n';
import { number, t } from '../i18n';
import { fromBinary } from '@bufbuild/protobuf';
import { Reveal } from '../schema/poyang/v1/datasets_pb';
import { PROTOCOLS } from './protocols';
import { JobState, JoinResult, PlanSchema, type CollisionPlan, type AggregationPlan, type GroupCollisionPlan, type Job, type JobParty, type MatchSumPlan, type ProofPlan, type ScoringPlan } from '../schema/poyang/v1/jobs_pb';

type Colour = 'success' | 'warning' | 'danger' | 'info' | 'primary';

export const stateLabel = (state: JobState): string => t(`state${state}` as Key);

export function stateColour(state: JobState): Colour {
  switch (state) {
    case JobState.COMPLETED: return 'success';
    case JobState.AWAITING_CONSENT: return 'warning';
    case JobState.READY: case JobState.RUNNING: return 'primary';
    case JobState.REFUSED: case JobState.FAILED: case JobState.RECEIPT_MISSING: case JobState.RECEIPTS_DISAGREE: return 'danger';
    case JobState.EXPIRED: case JobState.CANCELLED: case JobState.JOB_STATE_UNSPECIFIED: return 'info';
  }
}

export const ended = (state: JobState): boolean => state > JobState.RUNNING;

export const retryable = (state: JobState): boolean =>
  [JobState.FAILED, JobState.EXPIRED, JobState.RECEIPT_MISSING, JobState.RECEIPTS_DISAGREE].includes(state);

export function connectorLabel(kind: string): string {
  switch (kind) {
    case 'csv': return t('kindCsv');
    case 'parquet': return t('kindParquet');
    case 'postgresql': return t('kindPostgresql');
    default: return kind;
  }
}

/** All key columns of a party, in order. */
export const columnsOf = (party: JobParty): string => [party.column, ...party.moreColumns].join(' + ');

/** The protocol that runs: the chosen one, or the one that the plan names. */
export const protocolOf = (job: Job): string => job.choice?.protocol ?? planOf(job)?.protocol ?? '';

/** What kind of protocol it is, and against whom it is secure. */
export function protocolLabel(job: Job): string {
  const known = PROTOCOLS.find((p) => p.name === protocolOf(job));
  return known ? t(known.label) : '';
}

/** What an attempt goes through, in order; what no protocol shares comes between. */
export const stepsOf = (job: Job): string[] => scoringOf(job) ? ['reading', 'committing', 'waiting', 'scoring', 'sealing', 'receipt']
  : proofOf(job) ? ['reading', 'committing', 'waiting', 'proving', 'sealing', 'receipt']
  : totalsOf(job) ? ['reading', 'committing', 'waiting', 'keys', 'encrypting', 'adding', 'decrypting', 'sealing', 'receipt'] : ['reading', 'committing', 'waiting', 'hashing',
  ...(isVole(job) ? ['preparing'] : []), 'masking', 'exchanging', 'matching', 'sealing', 'receipt'];

const isVole = (job: Job): boolean => protocolOf(job).startsWith('vole');

/** A failure's code in words, with what to do about it. */
export const failureLabel = (code: string): string => t((FAILURES.includes(code) ? `fail_${code}` : 'fail_INTERNAL') as Key);

const FAILURES = ['SOURCE_LOST', 'PEER_LOST', 'EXECUTOR_LOST', 'CHILD_LOST', 'TIME_LIMIT', 'MEMORY_LIMIT', 'LIMIT_EXCEEDED',
  'SANDBOX', 'INPUT_REFUSED', 'PEER_MISBEHAVED', 'PROVING_KEY_MISSING', 'COMMITMENT_DIFFERS', 'STATEMENT_FALSE', 'POLICY', 'CANCELLED', 'INTERNAL'];

/** Monomials of up to `degree` factors out of `features`, the constant among them. */
export function termsOf(features: number, degree: number): number {
  let terms = 1;
  for (let i = 1; i <= degree; i += 1) terms = terms * (features + i) / i;
  return terms;
}

/** What the receiver gets to know, and which of its rows are listed. */
export function asksOf(job: Job): string {
  const collision = collisionOf(job);
  const scoring = scoringOf(job);
  const totals = totalsOf(job);
  const group = groupOf(job);
  const sums = sumsOf(job);
  const proof = proofOf(job);
  if (proof) return `${t('reveal7')} · ${statedBy(proof)}`;
  if (sums) return `${t('reveal6')} · ${t('sumsForm', [...sums.sums.map((s) => s.column), ...(sums.countRows ? [t('matchedRows')] : [])].join('、'), number(sums.atLeast))}`;
  if (collision) return asksOfCollision(collision);
  if (group) return `${t('revealGroup', group.members.length)} · ${t(`groupJoin${group.join || JoinResult.INNER}` as Key)}`;
  if (totals) return `${t('reveal5')} · ${t('aggregationForm', totals.statistics.map((s) => t(`statistic${s}` as Key)).join('、'), totals.categories.length, totals.reporters.length)}`;
  return scoring ? `${t('reveal4')} · ${t('scoringForm', scoring.degree, scoring.features.length, termsOf(scoring.features.length, scoring.degree))}` : '';
}

function asksOfCollision(plan: CollisionPlan): string {
  const reveal = plan.reveal || Reveal.MATCHING_ROWS;
  if (reveal === Reveal.MATCHING_ROWS) return `${t(`reveal${reveal}` as Key)} · ${t(`join${plan.join || JoinResult.INNER}` as Key)}`;
  return reveal === Reveal.SIZE_AT_LEAST ? t('revealAtLeast', number(plan.atLeast)) : t(`reveal${reveal}` as Key);
}

/** The statement in words. */
export function statedBy(plan: ProofPlan): string {
  if (plan.personColumn) return t('statedList');
  if (plan.conditions.length) return t('statedRecords', plan.conditions.join('、'));
  return plan.limits.length ? t('statedClasses', plan.limits.map((limit) => number(limit)).join('、')) : t('statedColumn');
}

export function proofOf(job: Job): ProofPlan | null {
  const plan = fromBinary(PlanSchema, job.plan);
  return plan.kind.case === 'proof' ? plan.kind.value : null;
}

export function scoringOf(job: Job): ScoringPlan | null {
  const plan = fromBinary(PlanSchema, job.plan);
  return plan.kind.case === 'scoring' ? plan.kind.value : null;
}

export function totalsOf(job: Job): AggregationPlan | null {
  const plan = fromBinary(PlanSchema, job.plan);
  return plan.kind.case === 'aggregation' ? plan.kind.value : null;
}

export function groupOf(job: Job): GroupCollisionPlan | null {
  const plan = fromBinary(PlanSchema, job.plan);
  return plan.kind.case === 'groupCollision' ? plan.kind.value : null;
}

export function sumsOf(job: Job): MatchSumPlan | null {
  const plan = fromBinary(PlanSchema, job.plan);
  return plan.kind.case === 'matchSum' ? plan.kind.value : null;
}

export const kindLabel = (job: Job): string => (proofOf(job) ? t('kindProof') : sumsOf(job) ? t('kindSums') : groupOf(job) ? t('kindGroup') : totalsOf(job) ? t('kindAggregation') : scoringOf(job) ? t('kindScoring') : collisionOf(job) ? t('kindCollision') : '—');

/** What a party of a job is, by its place. */
export const sideLabel = (job: Job, place: number): string => groupOf(job) ? t('groupSide', place + 1) : proofOf(job) ? t(place === 0 ? 'proverSide' : 'askerSide') : sumsOf(job) ? t(place === 0 ? 'keysSide' : 'valuesSide') : totalsOf(job)
  ? place === job.parties.length - 1 ? t('collectorSide') : t('reporterSide', place + 1)
  : t(scoringOf(job) ? (place === 0 ? 'featuresSide' : 'modelSide') : place === 0 ? 'leftSide' : place === 1 ? 'rightSide' : 'askerSide');

/** Whatever the plan's kind. */
function planOf(job: Job): { protocol: string } | null {
  const plan = fromBinary(PlanSchema, job.plan);
  return plan.kind.case ? plan.kind.value : null;
}

export function collisionOf(job: Job): CollisionPlan | null {
  const plan = fromBinary(PlanSchema, job.plan);
  return plan.kind.case === 'collision' ? plan.kind.value : null;
}
