import { onTestFinished } from 'vitest';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import { findSourceConnector } from '../../../connectors/registry.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { toRecords } from '../support/parse-bytes.ts';
import { contextOf, readSource } from '../support/read-source.ts';
import { DATASET, PROJECT, startBigQuery, type BigQueryServer } from './bigquery-server.ts';
import { ACCOUNT } from './token-endpoint.ts';

type Context = SourceContext<unknown>;

export interface OpenDataset {
  readonly server: BigQueryServer;
  context(input?: object, more?: Partial<Context>): Context;
  /** All records, which must all be good. */
  read(input?: object, more?: Partial<Context>): Promise<Record<string, unknown>[]>;
  check(input?: object): Promise<{ sample: Record<string, unknown>[]; note?: string }>;
}

const TRIGGERED_AT = new Date('2026-11-24T10:00:00Z');

/** A dataset for one test, which fails where anything is asked that BigQuery does not document. */
export async function openDataset(
  served: Parameters<typeof startBigQuery>[0],
  type: 'bigquery' | 'ga4BigqueryExport' = 'bigquery',
): Promise<OpenDataset> {
  const server = await startBigQuery(served);
  onTestFinished(() => server.stop());
  const context: OpenDataset['context'] = (input = {}, more = {}) => ({
    ...contextOf({ projectID: PROJECT, datasetID: DATASET, ...input }),
    authentication: {
      type: 'googleServiceAccount',
      input: { clientEmail: ACCOUNT.clientEmail, privateKey: new Secret(ACCOUNT.privateKey) },
    },
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { bigquery: server.url },
    triggeredAt: TRIGGERED_AT,
    ...more,
  });
  return {
    server,
    context,
    read: async (input, more) => {
      const { texts, rejected } = await readSource(type, context(input, more));
      if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
      return toRecords({ texts, rejected });
    },
    check: async (input) =>
      (await findSourceConnector(type)).check(context(input), new AbortController().signal),
  };
}

/** A table of one column, with rows `a-0`, `a-1`… */
export function letters(letter: string, count: number) {
  return {
    columns: [{ name: 'letter', type: 'STRING' }],
    count,
    row: (index: number) => [`${letter}-${index}`],
  };
}
