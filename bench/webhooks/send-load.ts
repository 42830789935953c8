import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Hook {
  readonly url: string;
  readonly secret: string;
}

export interface Figures {
  readonly sent: number;
  readonly accepted: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly seconds: number;
}

/** As many connections as a sender of many hooks keeps open. */
const CONNECTIONS = 64;

/**
 * Sends `count` signed deliveries, each naming `objectIDs(index)`, `perSecond` of them a second whether or not those before
 * were answered; all at once without a rate. Latency counts from when a delivery was due.
 */
export async function sendLoad(
  hook: Hook,
  load: {
    readonly count: number;
    readonly perSecond?: number;
    readonly objectIDs: (index: number) => readonly string[];
  },
): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const startedAt = performance.now();
  const times: number[] = [];
  let accepted = 0;
  const pending: Promise<void>[] = [];
  const measure = async (index: number, dueAt: number) => {
    const status = await deliver(agent, hook, load.objectIDs(index));
    times.push(performance.now() - startedAt - dueAt);
    if (status === 202) accepted += 1;
  };
  for (let index = 0; index < load.count; index += 1) {
    const dueAt = load.perSecond === undefined ? 0 : (index * 1000) / load.perSecond;
    const wait = dueAt - (performance.now() - startedAt);
    if (wait > 1) await delay(wait);
    pending.push(measure(index, dueAt));
  }
  await Promise.all(pending);
  agent.destroy();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    sent: load.count,
    accepted,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** One delivery with the signature of GitHub's scheme; its status. */
export function deliver(agent: Agent, { url, secret }: Hook, objectIDs: readonly string[]): Promise<number> {
  const body = JSON.stringify({ objectIDs });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'x-github-delivery': randomUUID(),
  };
  const answered = Promise.withResolvers<number>();
  const sending = request(url, { method: 'POST', agent, headers }, (response) => {
    response.resume();
    response.once('end', () => answered.resolve(response.statusCode ?? 0));
  });
  sending.once('error', answered.reject);
  sending.end(body);
  return answered.promise;
}
