// Whom and what validators miss: audit logs that fell silent, and one another.

/** What a validator says it misses, as far as the pages need it. */
export interface Watcher { name: string; status: { missingAnchors: string[]; lostPeers: string[] } | null }

/** An audit log that is not anchored on chain any more, and which validators miss it. */
export interface SilentLog { log: string; missedBy: string[] }

/** A validator that others have had no link with for long, and which. */
export interface LostPeer { node: string; missedBy: string[] }

function missed(nodes: Watcher[], by: (status: NonNullable<Watcher['status']>) => string[]): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const node of nodes) {
    // The server leaves out what is empty.
    for (const name of (node.status && by(node.status)) ?? []) found.set(name, [...(found.get(name) ?? []), node.name]);
  }
  return [...found].map(([name, who]): [string, string[]] => [name, who.sort()]).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The audit logs that validators miss, by name. A process that serves has its log's head on chain each half minute. */
export function silentLogs(nodes: Watcher[]): SilentLog[] {
  return missed(nodes, (status) => status.missingAnchors).map(([log, missedBy]) => ({ log, missedBy }));
}

/** The validators that others have lost, by name. */
export function lostPeers(nodes: Watcher[]): LostPeer[] {
  return missed(nodes, (status) => status.lostPeers).map(([node, missedBy]) => ({ node, missedBy }));
}
