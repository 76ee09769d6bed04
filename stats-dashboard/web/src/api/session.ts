// Who is logged in, and the key of that person: in memory only, dropped at logout and after fifteen
// idle minutes. A page that is loaded anew has no key, so the person logs in again.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { concat, fromHex, toHex } from '../crypto/bytes';
import { loginMessage } from '../crypto/canonical';
import type { Opened } from '../crypto/keystore.worker';
import type { Signer } from '../crypto/envelope';
import { PersonKey } from '../crypto/sm2';
import { get, post, useToken, whenEnded, type SessionView } from './http';

const IDLE_MILLIS = 15 * 60_000;
export type EndReason = '' | 'idle' | 'ended';
export class KeyRefused extends Error {
  constructor(readonly reason: 'file' | 'password') {
    super(reason);
  }
}

function openInWorker(pem: string, password: string): Promise<Uint8Array> {
  const worker = new Worker(new URL('../crypto/keystore.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Uint8Array>((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<Opened>) => {
      if ('scalar' in event.data) resolve(event.data.scalar);
      else reject(new KeyRefused(event.data.refused));
    };
    worker.onerror = () => reject(new KeyRefused('file'));
    worker.postMessage({ pem, password });
  }).finally(() => worker.terminate());
}

export const useSession = defineStore('session', () => {
  const view = ref<SessionView | null>(null);
  const key = shallowRef<PersonKey | null>(null);
  const height = ref(0);
  const connected = ref(true);
  const endReason = ref<EndReason>('');
  let usedAt = 0;
  let events: EventSource | null = null;

  const loggedIn = computed(() => view.value !== null && key.value !== null);
  const has = (role: string) => view.value?.roles.includes(role) ?? false;

  async function login(account: string, pem: string, password: string): Promise<void> {
    const scalar = await openInWorker(pem, password);
    const opened = new PersonKey(scalar);
    scalar.fill(0);
    try {
      const { challenge, chainId } = await get<{ challenge: string; chainId: string }>('/api/login/challenge');
      const signature = opened.sign(loginMessage(fromHex(chainId), account, fromHex(challenge), location.origin));
      const signed = toHex(concat(signature.rs, new Uint8Array([signature.parity])));
      const session = await post<SessionView>('/api/login', { account, challenge, signature: signed });
      useToken(session.csrf);
      view.value = session;
      height.value = session.height;
      key.value = opened;
      endReason.value = '';
      usedAt = Date.now();
      listen();
    } catch (e) {
      opened.close();
      throw e;
    }
  }

  function drop(reason: EndReason): void {
    key.value?.close();
    key.value = null;
    view.value = null;
    endReason.value = reason;
    events?.close();
    events = null;
  }

  async function logout(reason: EndReason = ''): Promise<void> {
    const wasIn = loggedIn.value;
    drop(reason);
    if (wasIn) await post('/api/logout', {}).catch(() => undefined);
  }

  function listen(): void {
    events?.close();
    events = new EventSource('/api/events');
    events.addEventListener('height', (event) => {
      connected.value = true;
      height.value = Number((event as MessageEvent<string>).data);
    });
    events.onerror = () => { connected.value = false; };
  }

  function signer(): Signer {
    if (view.value === null || key.value === null) throw new Error('nobody is logged in');
    return { key: key.value, account: view.value.account, chainId: fromHex(view.value.chainId) };
  }

  whenEnded(() => { if (loggedIn.value) drop('ended'); });
  for (const sign of ['pointerdown', 'keydown']) addEventListener(sign, () => { usedAt = Date.now(); }, { passive: true });
  setInterval(() => { if (loggedIn.value && Date.now() - usedAt >= IDLE_MILLIS) void logout('idle'); }, 5000);

  return { view, key, height, connected, endReason, loggedIn, has, login, logout, signer };
});
