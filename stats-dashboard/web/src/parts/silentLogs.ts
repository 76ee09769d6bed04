/** What a validator says about audit logs, as far as this page needs it. */
export interface Watcher { name: string; status: { missingAnchors: string[] } | null }

/** An audit log that is not anchored on chain any more, and which validators miss it. */
export interface SilentLog { log: string; missedBy: string[] }

/** The audit logs that validators miss, by name. A process that serves has its log's head on chain each half minute. */
export function silentLogs(nodes: Watcher[]): SilentLog[] {
  const found = new Map<string, string[]>();
  for (const node of nodes) {
    for (const log of node.status?.missingAnchors ?? []) found.set(log, [...(found.get(log) ?? []), node.name]);
  }
  return [...found].map(([log, missedBy]) => ({ log, missedBy: missedBy.sort() })).sort((a, b) => (a.log < b.log ? -1 : 1));
}
