// The protocols that a job may name, as the chain's registry has them.
import { Reveal, type Dataset, type UsePolicy } from '../schema/poyang/v1/datasets_pb';
import type { Key } from '../i18n';

/** What kind of plan a protocol is for: a collision of two, of a group, or of two for a third that asks, sums over matches, scores, totals, a proof. */
export type Form = 'pair' | 'group' | 'asked' | 'sums' | 'scoring' | 'totals' | 'proof';
export interface Protocol { name: string; form: Form; label: Key; reveals: Reveal[] }

/** The chain chooses the fastest that both policies allow. */
export const AUTO = 'auto';

export const PROTOCOLS: Protocol[] = [
  { name: 'dh-sm2', form: 'pair', label: 'protocolDhSm2', reveals: [Reveal.MATCHING_ROWS] },
  { name: 'dh-25519', form: 'pair', label: 'protocolDh25519', reveals: [Reveal.MATCHING_ROWS] },
  { name: 'vole', form: 'pair', label: 'protocolVole', reveals: [Reveal.MATCHING_ROWS] },
  { name: 'vole-malicious', form: 'pair', label: 'protocolVoleMalicious', reveals: [Reveal.MATCHING_ROWS] },
  { name: 'vole-group', form: 'group', label: 'protocolVoleGroup', reveals: [Reveal.MATCHING_ROWS] },
  { name: 'unbalanced', form: 'pair', label: 'protocolUnbalanced', reveals: [Reveal.MATCHING_ROWS] },
  { name: 'dh-sm2-size', form: 'pair', label: 'protocolDhSm2Size', reveals: [Reveal.SIZE_ONLY, Reveal.SIZE_AT_LEAST] },
  { name: 'dh-25519-size', form: 'pair', label: 'protocolDh25519Size', reveals: [Reveal.SIZE_ONLY, Reveal.SIZE_AT_LEAST] },
  { name: 'dh-sm2-sum', form: 'sums', label: 'protocolDhSm2Sum', reveals: [Reveal.MATCH_SUMS] },
  { name: 'dh-25519-sum', form: 'sums', label: 'protocolDh25519Sum', reveals: [Reveal.MATCH_SUMS] },
  { name: 'dh-sm2-asked', form: 'asked', label: 'protocolDhSm2Asked', reveals: [Reveal.MATCHING_ROWS, Reveal.SIZE_ONLY] },
  { name: 'dh-25519-asked', form: 'asked', label: 'protocolDh25519Asked', reveals: [Reveal.MATCHING_ROWS, Reveal.SIZE_ONLY] },
  { name: 'scoring-bfv', form: 'scoring', label: 'protocolScoringBfv', reveals: [Reveal.SCORES] },
  { name: 'bfv-sum', form: 'totals', label: 'protocolBfvSum', reveals: [Reveal.TOTALS] },
  { name: 'zk-proof', form: 'proof', label: 'protocolZkProof', reveals: [Reveal.PROOF] },
];

const told = (reveal: Reveal): boolean => PROTOCOLS.some((p) => p.reveals.includes(reveal));
/** What a collision can tell. */
export const COLLISIONS = [Reveal.MATCHING_ROWS, Reveal.SIZE_ONLY, Reveal.SIZE_AT_LEAST].filter(told);
/** What an owner may allow. */
export const REVEALS = [...COLLISIONS, Reveal.SCORES, Reveal.TOTALS, Reveal.MATCH_SUMS, Reveal.PROOF].filter(told);

const admits = (policy: UsePolicy | undefined, protocol: Protocol) =>
  !policy?.protocols.length || policy.protocols.includes(protocol.name);

/** Whether the owner lets this become known. */
export const reveals = (policy: UsePolicy | undefined, reveal: Reveal): boolean => !policy?.reveals.length || policy.reveals.includes(reveal);

/** Whether the owner's bounds on sizes hold for one other data set. */
const within = (own: Dataset, peer: Dataset): boolean => own.roundedRows >= (own.policy?.minimumRows ?? 0n) && peer.roundedRows >= (own.policy?.minimumPeerRows ?? 0n) &&
  ((own.policy?.maximumPeerRows ?? 0n) === 0n || peer.roundedRows <= own.policy!.maximumPeerRows);

/** Why these data sets cannot meet in a job of the asking department, by what each owner allows; empty where they can. */
export function mismatch(datasets: Dataset[], asking: string): Key | '' {
  const departments = datasets.map((d) => d.organisation);
  if (new Set(departments).size < departments.length) return 'sameDepartment';
  for (const own of datasets) {
    const partners = [...departments, asking].filter((each) => each !== own.organisation);
    if (own.policy?.counterparties.length && partners.some((each) => !own.policy!.counterparties.includes(each))) return 'notAllowed';
  }
  return datasets.some((own) => datasets.some((peer) => peer !== own && !within(own, peer))) ? 'tooFewRows' : '';
}

/** What both owners let a collision ask for. */
export function allowedReveals(datasets: Dataset[], form: Form = 'pair'): Reveal[] {
  return COLLISIONS.filter((reveal) => datasets.every((d) => reveals(d.policy, reveal)) && allowedProtocols(datasets, reveal, form).length > 0);
}

/** Those by which it can be told, and which all owners allow. */
export function allowedProtocols(datasets: Dataset[], reveal: Reveal, form: Form = 'pair'): Protocol[] {
  return PROTOCOLS.filter((p) => p.form === form && p.reveals.includes(reveal) && datasets.every((d) => admits(d.policy, p)));
}
