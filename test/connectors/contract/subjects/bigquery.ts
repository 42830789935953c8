import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { DATASET, PROJECT, startBigQuery } from '../../bigquery/bigquery-server.ts';
import { ACCOUNT } from '../../bigquery/token-endpoint.ts';
import type { RunningSubject, SourceSubject } from '../source-subject.ts';

const COLUMNS = [
  { name: 'sku', type: 'INTEGER' },
  { name: 'name', type: 'STRING' },
  { name: 'added', type: 'TIMESTAMP' },
];

/** A table, whose rows are listed. */
export const bigquerySubject: SourceSubject = {
  type: 'bigquery',
  // With texts of 2 KB: 80 MB in 40 pages.
  manyRecords: 40_000,
  start,
};

async function start(records: number): Promise<RunningSubject> {
  const name = 'lamp '.repeat(records > 100 ? 400 : 2);
  const server = await startBigQuery({
    tables: {
      products: {
        columns: COLUMNS,
        count: records,
        row: (index) => [String(9_007_199_254_740_993n + BigInt(index)), name, '1700000000123456'],
      },
    },
    pageCap: records > 100 ? 1_000 : 20,
  });
  const contextWith = (clientEmail: string) => ({
    input: { projectID: PROJECT, datasetID: DATASET, table: 'products', uniqueIDColumn: 'sku' },
    authentication: {
      type: 'googleServiceAccount',
      input: { clientEmail, privateKey: new Secret(ACCOUNT.privateKey) },
    },
    // Not `allowPrivate`: what an operator names is trusted.
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { bigquery: `${server.url}/` },
    clock: systemClock,
    taskID: 'task-1',
    triggeredAt: new Date('2026-11-24T10:00:00Z'),
  });
  const [, keyLine = ''] = ACCOUNT.privateKey.split('\n');
  return {
    context: contextWith(ACCOUNT.clientEmail),
    wrongCredentials: contextWith('nobody@my-project.iam.gserviceaccount.com'),
    secrets: [ACCOUNT.privateKey, keyLine],
    requests: () => server.count(),
    refuse: (next) => void server.refusals.push(...next),
    stop: async () => server.stop(),
  };
}
