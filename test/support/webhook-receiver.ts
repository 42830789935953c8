import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

interface ReceivedWebhook {
  readonly id: string;
  readonly at: number;
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: ReceivedWebhook[];
  /** What it answers from now on. */
  status: number;
  /** What was received (at one path, if given), by the official library: throws for a signature that is not right. */
  verified(secret: string, path?: string): { type: string; data: Record<string, unknown> }[];
  stop(): Promise<void>;
}

/** Somebody who is told things by POST, on loopback. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const state = { status: 204 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      received.push({
        id: headers['webhook-id'] ?? '',
        at: Date.now(),
        path: request.url ?? '',
        body: Buffer.concat(chunks).toString('utf8'),
        headers,
      });
      response.writeHead(state.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    get status() {
      return state.status;
    },
    set status(status) {
      state.status = status;
    },
    verified: (secret, path) =>
      received
        .filter((request) => path === undefined || request.path === path)
        .map(
          ({ body, headers }) =>
            new Webhook(secret).verify(body, headers) as { type: string; data: Record<string, unknown> },
        ),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
