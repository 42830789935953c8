import { setTimeout as sleep } from 'node:timers/promises';
import { RELAY_EXITS } from './protocol.ts';

const ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 100;
const REQUEST_MILLISECONDS = 60_000;

/** Ends the relay, and with it the task. */
export class RelayError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Asks S3 by a signed URL; what may pass is tried again. A refusal by S3 is `undefined`. */
export async function request(url: string, body?: Uint8Array): Promise<Response | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(url, body);
    if (answer?.ok === true) return answer;
    const status = answer?.status ?? 0;
    await answer?.body?.cancel();
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) return undefined;
    if (attempt === ATTEMPTS) {
      throw new RelayError(RELAY_EXITS.refused, `S3 did not answer ${ATTEMPTS} times (${status})`);
    }
    await sleep(FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1));
  }
}

async function send(url: string, body: Uint8Array | undefined): Promise<Response | undefined> {
  try {
    const signal = AbortSignal.timeout(REQUEST_MILLISECONDS);
    const options = body === undefined ? { signal } : { method: 'PUT', body, signal };
    // oxlint-disable-next-line eslint/no-restricted-globals -- it runs in a task of its own, and asks what the worker signed
    return await fetch(url, options);
  } catch {
    return undefined;
  }
}
