// Enumerations of the schema in words and colours.
import type { Key } from '../i18n';
import { t } from '../i18n';
import { fromBinary } from '@bufbuild/protobuf';
import { JobState, PlanSchema, type CollisionPlan, type Job } from '../schema/poyang/v1/jobs_pb';

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

export function collisionOf(job: Job): CollisionPlan | null {
  const plan = fromBinary(PlanSchema, job.plan);
  return plan.kind.case === 'collision' ? plan.kind.value : null;
}
