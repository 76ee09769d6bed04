// The console's REST interface. Every failure is an ApiError with the server's code and words.
import { ref } from 'vue';
import { fromBase64, toBase64, type Octets } from '../crypto/bytes';
import { t } from '../i18n';

export class ApiError extends Error {
  constructor(readonly code: number, readonly name: string, readonly wrong: string, readonly right: string) {
    super(wrong);
  }
}

export interface SessionView {
  chainId: string;
  height: number;
  account: string;
  organisation: string;
  title: string;
  roles: string[];
  csrf: string;
}

const csrf = ref('');
let onEnded: () => void = () => undefined;

export function useToken(token: string): void {
  csrf.value = token;
}

/** Called when the server says that nobody is logged in any more. */
export function whenEnded(action: () => void): void {
  onEnded = action;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch {
    throw new ApiError(9900, 'NO_CONNECTION', t('errNetwork'), '');
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({})) as Partial<Record<string, string | number>>;
  if (body['name'] === 'NOT_LOGGED_IN') onEnded();
  throw new ApiError(Number(body['code'] ?? response.status), String(body['name'] ?? 'HTTP'), String(body['wrong'] ?? response.statusText), String(body['right'] ?? ''));
}

export async function get<T>(path: string): Promise<T> {
  return await (await send(path, {})).json() as T;
}

function posting(body: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf.value },
    body: JSON.stringify(body),
  };
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  return await (await send(path, posting(body))).json() as T;
}

/** Posts a signed message and gives the encoded answer. */
export async function carry(path: string, signed: Uint8Array): Promise<Octets> {
  return fromBase64((await post<{ answer: string }>(path, { signed: toBase64(signed) })).answer);
}

/** Posts a signed message and hands over each server-sent event's bytes until the stream ends. */
export async function stream(path: string, signed: Uint8Array, sink: (event: Octets) => void, signal: AbortSignal): Promise<void> {
  await events(path, { signed: toBase64(signed) }, (_, data) => sink(fromBase64(data)), signal);
}

/** Posts and hands over each server-sent event, by its name, until the stream ends. */
export async function events(path: string, body: unknown, sink: (name: string, data: string) => void, signal: AbortSignal): Promise<void> {
  const response = await send(path, { ...posting(body), signal });
  let name = '';
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('event:')) name = line.slice(6).trim();
      if (line.startsWith('data:')) sink(name, line.slice(5).trim());
    }
  }
}
