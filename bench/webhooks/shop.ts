import { setTimeout as delay } from 'node:timers/promises';

import { startOneMachine, type OneMachine } from '../../test/support/one-machine.ts';
import { createPipeline } from '../../test/support/pipeline.ts';
import { startSourceServer } from '../../test/support/source-server.ts';
import type { Hook } from './send-load.ts';

const INDEX = 'products';

interface Delivery {
  readonly senderID: string;
  readonly status: string;
  readonly duplicates: number;
  readonly runID: string | null;
  readonly runStatus: string | null;
  readonly runOutcome: string | null;
}

/** The real service as `npm start` runs it, with a task from a file of products, and that task's webhook. */
export interface Shop {
  readonly machine: OneMachine;
  readonly hook: Hook;
  /** Gives these products another version, at the source alone. */
  change(count: number): void;
  /** The version of a product in the index. */
  indexed(product: number): Promise<number>;
  version(product: number): number;
  /** Waits until every delivery's run has ended, and answers all deliveries. */
  settle(): Promise<Delivery[]>;
  stop(): Promise<void>;
}

export async function openShop(products: number, windowSeconds: number): Promise<Shop> {
  const server = await startSourceServer();
  const machine = await startOneMachine({
    environment: { MILLRACE_WEBHOOK_WINDOW_SECONDS: String(windowSeconds) },
  });
  const versions = Array.from({ length: products }, () => 1);
  const serve = () =>
    void server.files.set('/products.json', {
      body: JSON.stringify(versions.map((version, index) => ({ objectID: `p${index}`, version }))),
      contentType: 'application/json',
    });
  serve();
  const { taskID, run } = await createPipeline(machine, {
    type: 'json',
    input: { url: `${server.url}/products.json` },
    indexName: INDEX,
  });
  await machine.ingestion.updateTask({ taskID, taskUpdate: { subscriptionAction: 'save' } });
  await run();
  const { url, appID, apiKey } = machine.connection;
  const call = async (method: string, path: string, body?: object) => {
    const headers = { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey };
    const answer = await fetch(`${url}/ext/1/tasks/${taskID}/webhook${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const hook = (await call('PUT', '', { scheme: 'github' })) as unknown as Hook;
  const list = async () => {
    const deliveries: Delivery[] = [];
    let before = '';
    do {
      const query = before === '' ? '' : `&before=${encodeURIComponent(before)}`;
      const page = await call('GET', `/deliveries?itemsPerPage=100${query}`);
      deliveries.push(...(page['deliveries'] as Delivery[]));
      before = String(page['next'] ?? '');
    } while (before !== '');
    return deliveries;
  };
  return {
    machine,
    hook,
    change(count) {
      for (let index = 0; index < count; index += 1) versions[index] = (versions[index] ?? 0) + 1;
      serve();
    },
    version: (product) => versions[product] ?? 0,
    async indexed(product) {
      const record = await machine.search.getObject({ indexName: INDEX, objectID: `p${product}` });
      return Number(record['version']);
    },
    async settle() {
      for (;;) {
        const deliveries = await list();
        if (deliveries.every(({ runStatus }) => runStatus === 'finished')) return deliveries;
        await delay(500);
      }
    },
    async stop() {
      await machine.remove();
      await server.stop();
    },
  };
}
