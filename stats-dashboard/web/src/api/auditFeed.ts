// The supervisor's live feed: a query signed here for each log, one stream that brings what the processes show,
// each record checked here against the one before and against the anchors on chain.
import { create, fromBinary } from '@bufbuild/protobuf';
import { shallowRef, triggerRef } from 'vue';
import { fromBase64, toBase64 } from '../crypto/bytes';
import { signQuery } from '../crypto/envelope';
import { AuditChain, type Fed, type Problem } from '../parts/auditChain';
import { AuditAnchorListSchema } from '../schema/poyang/v1/audit_pb';
import { AuditPieceSchema, FollowArgumentsSchema, type AuditPiece } from '../schema/poyang/v1/audit_feed_pb';
import { explain, read } from './actions';
import { ApiError, events, get } from './http';
import { useSession } from './session';

const KEPT_ROWS = 2_000;
const LATEST = 40;
const AGAIN_MILLIS = 3_000;

export interface Row { log: string; record: Fed; problem: Problem | null }
export interface Finding { log: string; kind: Problem | 'REFUSED'; sequence: bigint; at: number; words: string }
export interface LogState { log: string; chain: AuditChain; live: boolean; wrong: string }

interface Ended { log: string; name: string; wrong: string; right?: string }

export class AuditFeed {
  readonly rows = shallowRef<Row[]>([]);
  readonly logs = shallowRef<LogState[]>([]);
  readonly findings = shallowRef<Finding[]>([]);
  /** Whether it is known which logs there are. */
  readonly known = shallowRef(false);
  /** Nothing can be shown before the account says on chain that it follows. */
  readonly mustBegin = shallowRef(false);
  readonly wrong = shallowRef('');
  #stop = new AbortController();
  #fresh: Row[] = [];
  #painting = false;
  #running = false;

  /** Follows until stopped, or until the account has to say on chain that it follows. */
  async run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      await this.#run(this.#stop.signal);
    } finally {
      this.#running = false;
    }
  }

  async #run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted && useSession().loggedIn) {
      try {
        const names = await get<string[]>('/api/audit/logs');
        for (const log of names) {
          if (!this.#state(log)) this.logs.value.push({ log, chain: new AuditChain(), live: false, wrong: '' });
        }
        this.known.value = true;
        await this.anchors();
        await this.#follow(names, stop);
        this.wrong.value = '';
      } catch (e) {
        if (!stop.aborted) this.wrong.value = explain(e);
      }
      for (const each of this.logs.value) each.live = false;
      this.#paint();
      if (this.mustBegin.value) return;
      if (!stop.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLIS));
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** The chain's last anchors, and what is late. */
  async anchors(): Promise<void> {
    const { anchors } = await read('/api/audit/anchors', AuditAnchorListSchema);
    for (const { account, anchor, height } of anchors) {
      const state = anchor && this.#state(`${account}/${anchor.process}`);
      if (!state) continue;
      this.#problem(state, state.chain.anchors(anchor.sequence, anchor.head, height, Date.now()), anchor.sequence);
      const late = state.chain.late(Date.now());
      if (late !== null) this.#problem(state, 'WITHHELD', late);
    }
    this.#paint();
  }

  async #follow(names: string[], stop: AbortSignal): Promise<void> {
    const session = useSession();
    const signed = names.map((log) => {
      const known = this.#state(log)?.chain.position;
      const message = create(FollowArgumentsSchema, known ? { log, after: known.sequence } : { log, latest: LATEST });
      return toBase64(signQuery(session.signer(), { contract: 'poyang.v1.AuditFeed', method: 'Follow', schema: FollowArgumentsSchema, message }, Date.now()));
    });
    const round = new AbortController();
    const end = () => round.abort();
    stop.addEventListener('abort', end);
    try {
      await events('/api/audit/follow', { signed }, (name, data) => {
        if (name === 'piece') {
          const { log, piece } = JSON.parse(data) as { log: string; piece: string };
          this.#take(log, fromBinary(AuditPieceSchema, fromBase64(piece)));
        } else if (name === 'ended' && this.#ended(JSON.parse(data) as Ended)) {
          // All are asked for again, from where they were.
          setTimeout(end, this.mustBegin.value ? 0 : AGAIN_MILLIS);
        }
      }, round.signal);
    } catch (e) {
      if (!round.signal.aborted) throw e;
    } finally {
      stop.removeEventListener('abort', end);
    }
  }

  #ended(why: Ended): boolean {
    const state = this.#state(why.log);
    if (!state) return false;
    if (why.name === 'NOT_A_FOLLOWER') this.mustBegin.value = true;
    else if (why.name === 'AUDIT_AHEAD') this.#problem(state, 'REWOUND', state.chain.position?.sequence ?? 0n);
    else if (why.name === 'AUDIT_LOG_DAMAGED') this.#problem(state, 'TAMPERED', 0n, why.wrong);
    state.live = false;
    state.wrong = explain(new ApiError(0, why.name, why.wrong, why.right ?? ''));
    this.#paint();
    return true;
  }

  #take(log: string, piece: AuditPiece): void {
    const state = this.#state(log);
    if (!state) return;
    state.live = true;
    state.wrong = '';
    if (piece.start) this.#problem(state, state.chain.starts(piece.start), piece.start.sequence);
    for (const record of piece.records) {
      const problem = state.chain.take(record);
      this.#problem(state, problem, record.sequence);
      this.#fresh.push({ log, record, problem });
    }
    this.#paint();
  }

  #state(log: string): LogState | undefined {
    return this.logs.value.find((each) => each.log === log);
  }

  #problem(state: LogState, kind: Finding['kind'] | null, sequence: bigint, words = ''): void {
    if (kind === null) return;
    const last = this.findings.value.find((each) => each.log === state.log);
    if (last?.kind === kind && last.sequence === sequence) return;
    this.findings.value = [{ log: state.log, kind, sequence, at: Date.now(), words }, ...this.findings.value].slice(0, 100);
  }

  /** Pages are drawn at most five times a second, however fast records come. */
  #paint(): void {
    if (this.#painting) return;
    this.#painting = true;
    setTimeout(() => {
      this.#painting = false;
      const fresh = this.#fresh.sort((a, b) => (a.record.time < b.record.time ? 1 : -1));
      this.#fresh = [];
      if (fresh.length) this.rows.value = [...fresh, ...this.rows.value].slice(0, KEPT_ROWS);
      triggerRef(this.rows);
      triggerRef(this.logs);
    }, 200);
  }
}
