import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { CATEGORIES, productOf, projectionOf } from '../../commercetools/catalog.ts';
import { CLIENT, PROJECT, startCommercetools, uuid } from '../../commercetools/commercetools-server.ts';
import type { RunningSubject, SourceSubject } from '../source-subject.ts';

/** Products of one variant each, below two categories. */
export const commercetoolsSubject: SourceSubject = {
  type: 'commercetools',
  // With descriptions of 20 KB: 80 MB in 20 pages.
  manyRecords: 4_000,
  start,
};

async function start(records: number): Promise<RunningSubject> {
  const description = { en: 'A large lamp. '.repeat(records > 100 ? 1_500 : 2) };
  const isLarge = records > 100;
  const server = await startCommercetools({
    products: isLarge
      ? []
      : Array.from({ length: records }, (_, index) => productOf(index + 1, { description })),
    categories: CATEGORIES,
    // A few requests for 50 products.
    pageCap: 20,
    ...(isLarge && {
      generated: { count: records, make: (number) => projectionOf(number, { description, categories: [] }) },
    }),
  });
  const contextWith = (secret: string) => ({
    input: { url: server.url, projectKey: PROJECT },
    authentication: {
      type: 'oauth',
      input: { url: server.url, client_id: CLIENT.id, client_secret: new Secret(secret) },
    },
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { commercetools: server.url },
    clock: systemClock,
    taskID: 'task-1',
    triggeredAt: new Date('2026-11-24T00:00:00Z'),
  });
  return {
    context: contextWith(CLIENT.secret),
    wrongCredentials: contextWith('wrong-secret'),
    secrets: [CLIENT.secret, 'wrong-secret', 'token-1'],
    requests: () => server.requests.length,
    refuse: (next) => void server.refusals.push(...next),
    someEntityIDs: [3, 41, 17].filter((number) => number <= records).map(uuid),
    stop: async () => server.stop(),
  };
}
