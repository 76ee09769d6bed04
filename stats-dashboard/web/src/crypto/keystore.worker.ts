// Derives the key off the page's thread.
import { NotAKeyFile, openKeystore } from './keystore';

export type Opened = { scalar: Uint8Array } | { refused: 'file' | 'password' };

addEventListener('message', (event: MessageEvent<{ pem: string; password: string }>) => {
  let answer: Opened;
  try {
    answer = { scalar: openKeystore(event.data.pem, event.data.password) };
  } catch (e) {
    answer = { refused: e instanceof NotAKeyFile ? 'file' : 'password' };
  }
  postMessage(answer);
  if ('scalar' in answer) answer.scalar.fill(0);
});
