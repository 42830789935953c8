import { Agent, request } from 'node:http';

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
}

const CLIENTS = 8;

/** Latency in milliseconds of one client alone, and requests per second of eight together, after a short warm-up. */
export async function measure(call: () => Call, count: number): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  await runClients(agent, call, CLIENTS, Math.ceil(count / 2));
  const alone = await runClients(agent, call, 1, count);
  const startedAt = performance.now();
  await runClients(agent, call, CLIENTS, count);
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  const sorted = alone.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), perSecond: count / seconds };
}

async function runClients(agent: Agent, call: () => Call, clients: number, count: number): Promise<number[]> {
  const times: number[] = [];
  let left = count;
  const work = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      const startedAt = performance.now();
      await send(agent, call());
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  return times;
}

async function send(agent: Agent, { method, url, headers, body }: Call): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const outgoing = request(url, { agent, method, headers }, (incoming) => {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => (text += chunk));
    incoming.on('error', reject);
    incoming.on('end', () => {
      if (incoming.statusCode === 200) resolve();
      else reject(new Error(`${method} ${url} answered ${incoming.statusCode}: ${text.slice(0, 300)}`));
    });
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}
