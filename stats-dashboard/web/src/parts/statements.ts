// What the three uses state, as poyang.zkp.uses.Statement does: the names of public values, words, and the commands that
// run where the data lie. Vectors of both sides: test/vectors/statements.json.
export type Use = 'records' | 'column' | 'list' | 'signed';

export interface Commitment { kind: Use; curve: string; columns: string[]; size: number; root: string; text: string }

const FORM = /^poyang-commitment: 1\nkind: (records|column|list|signed)\ncurve: (bn128|bls12381)\ncolumns: ([^\n]{1,4096})\nsize: ([1-9][0-9]{0,6})\nroot: (0|[1-9][0-9]{0,80})\n$/;
const CONDITION = /^([\p{L}\p{N}_]+)(<=|>=|<|>|=)(.+)$/u;
const LIMIT_MAX = 2n ** 40n;

/** The commitment that `zkp commit` wrote, or null. */
export function readCommitment(text: string): Commitment | null {
  const parts = FORM.exec(text);
  if (!parts) return null;
  return { kind: parts[1] as Use, curve: parts[2]!, columns: parts[3]!.split(','), size: Number(parts[4]), root: parts[5]!, text };
}

const names = (of: Commitment) => of.columns.map((column) => column.slice(0, column.lastIndexOf(':')));

/** Conditions on columns of the commitment, or null when one is none. */
export function readConditions(text: string, of: Commitment): string[] | null {
  const all = text.split(',').map((one) => one.trim()).filter((one) => one !== '');
  const right = all.every((one) => {
    const parts = CONDITION.exec(one);
    if (!parts) return false;
    const at = names(of).indexOf(parts[1]!);
    return at >= 0 && (parts[2] === '=' || !of.columns[at]!.endsWith(':text'));
  });
  return all.length > 0 && right ? all : null;
}

/** Limits of classes, or null when they do not ascend. */
export function readLimits(text: string): string[] | null {
  const all = text.split(/[,\s]+/).filter((one) => one !== '');
  const right = all.every((one, i) => /^[1-9][0-9]{0,12}$/.test(one) && BigInt(one) <= LIMIT_MAX && (i === 0 || BigInt(all[i - 1]!) < BigInt(one)));
  return right ? all : null;
}

const bounds = (conditions: string[]) => conditions.map((one) => {
  const parts = CONDITION.exec(one)!;
  return `bound of ${parts[1]} ${parts[2]}`;
});

/** Which columns are compared and how, from the names of a key's public values. */
export function boundsOf(publicNames: string[]): { column: string; comparison: string }[] {
  return publicNames.flatMap((one) => {
    const parts = /^bound of ([\p{L}\p{N}_]+) (<=|>=|<|>|=)$/u.exec(one);
    return parts ? [{ column: parts[1]!, comparison: parts[2]! }] : [];
  });
}

/** The signer's key in hexadecimal, from the number that stands for its compressed form. */
const signer = (of: Commitment) => BigInt(of.root).toString(16).padStart(66, '0').slice(2, 18);

/** What each public value is, in order. */
export function publicNames(of: Commitment, conditions: string[], limits: string[]): string[] {
  switch (of.kind) {
    case 'records': return ['root', 'purpose', ...bounds(conditions)];
    case 'signed': return ['purpose', ...bounds(conditions)];
    case 'column': return ['root', ...limits.map((_, i) => `limit ${i + 1}`), 'count', 'sum', 'average rounded down', ...[...limits, ''].map((_, i) => `class ${i + 1}`)];
    case 'list': return ['root', 'purpose', 'tag', 'member'];
  }
}

/** The statement in English words, as by command. */
export function words(of: Commitment, conditions: string[]): string {
  switch (of.kind) {
    case 'records': return `a record of the committed table has ${conditions.join(' and ')}`;
    case 'signed': return `a record signed by ${signer(of)}… has ${conditions.join(' and ')}`;
    case 'column': return `count, sum, average and histogram of committed column ${names(of)[0]}`;
    case 'list': return 'the one with this tag is in the committed list (member 1), or is not (member 0)';
  }
}

const CHINESE: Record<Use, (of: Commitment, conditions: string[]) => string> = {
  records: (_, conditions) => `承诺表中有一条记录满足 ${conditions.join(' 且 ')}`,
  signed: (of, conditions) => `由密钥 ${signer(of)}… 签名的一条记录满足 ${conditions.join(' 且 ')}`,
  column: (of) => `承诺列 ${names(of)[0]} 的个数、总和、平均和分布`,
  list: () => '此标签所指的人在承诺名单内（member 为 1），或不在（member 为 0）',
};

/** What is published: for people who read Chinese and for those who read English. */
export function published(of: Commitment, conditions: string[]): string {
  return `${CHINESE[of.kind](of, conditions)}；${words(of, conditions)}; commitment ${of.root}`;
}

const shell = (text: string) => (/^[\w.,:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The options that say which statement it is. */
export function statementOptions(kind: Use, conditions: string, limits: string): string {
  if (kind === 'records' || kind === 'signed') return ` --require ${shell(conditions || 'income<5000')}`;
  return kind === 'column' && limits ? ` --limits ${shell(limits)}` : '';
}

const TABLE = { csv: 'insured.csv', columns: 'income:number,since:date,licence:text' };
const SOURCES: Record<Use, { csv: string; columns: string; who: string }> = {
  records: { ...TABLE, who: ' --row ROW' },
  signed: { ...TABLE, who: '' },
  column: { csv: 'payments.csv', columns: 'amount:number', who: '' },
  list: { csv: 'listed.csv', columns: 'id:text', who: ' --person PERSON --blind BLIND' },
};

/** The commands from the table to the proof. */
export function commands(kind: Use, options: string, purpose: string): { commit: string; setUp: string; state: string; check: string } {
  const { csv, columns, who } = SOURCES[kind];
  const bound = kind === 'column' ? options : `${options} --purpose ${shell(purpose || 'TEXT')}`;
  if (kind === 'signed') {
    return {
      commit: `./poyang zkp issue --csv ${csv} --columns ${columns} --row ROW --key KEY.pem --record RECORD --out COMMITMENT`,
      setUp: `./poyang zkp setup --commitment COMMITMENT${options} --zkey ZKEY --key KEY`,
      state: `./poyang zkp state --commitment COMMITMENT${bound} --record RECORD --zkey ZKEY --proof PROOF --public PUBLIC`,
      check: `./poyang zkp check --commitment COMMITMENT${bound} --key KEY --proof PROOF --public PUBLIC`,
    };
  }
  return {
    commit: `./poyang zkp commit --kind ${kind} --csv ${csv} --columns ${columns} --secret SECRET --out COMMITMENT`,
    setUp: `./poyang zkp setup --commitment COMMITMENT${options} --zkey ZKEY --key KEY`,
    state: `./poyang zkp state --commitment COMMITMENT${bound} --csv ${csv} --secret SECRET${who} --zkey ZKEY --proof PROOF --public PUBLIC`,
    check: `./poyang zkp check --commitment COMMITMENT${bound} --key KEY --proof PROOF --public PUBLIC`,
  };
}

/** Public values as snarkjs writes them, or null. */
export function readPublic(text: string): string[] | null {
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) && values.every((v) => typeof v === 'string' && /^(0|[1-9][0-9]{0,99})$/.test(v)) ? values as string[] : null;
  } catch {
    return null;
  }
}

/** The system that a key or proof in JSON says it is of, or null. */
export function systemOf(text: string): 'groth16' | 'plonk' | null {
  try {
    const protocol = (JSON.parse(text) as { protocol?: unknown }).protocol;
    return protocol === 'groth16' || protocol === 'plonk' ? protocol : null;
  } catch {
    return null;
  }
}
