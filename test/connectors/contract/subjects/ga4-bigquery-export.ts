import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { DATASET, PROJECT, startBigQuery } from '../../bigquery/bigquery-server.ts';
import { EVENT_COLUMNS, eventCells, eventQuery } from '../../bigquery/events.ts';
import { ACCOUNT } from '../../bigquery/token-endpoint.ts';
import type { RunningSubject, SourceSubject } from '../source-subject.ts';

const TRIGGERED_AT = new Date('2026-11-24T10:00:00Z');

/** Events of two days, one of which is not over, as one query gives them. */
export const ga4BigqueryExportSubject: SourceSubject = {
  type: 'ga4BigqueryExport',
  // With names of users of 1 KB, three of them in each event: 120 MB in 40 pages.
  manyRecords: 40_000,
  start,
};

async function start(records: number): Promise<RunningSubject> {
  const user = (index: number) => `user-${index}-${'x'.repeat(records > 100 ? 1_000 : 1)}`;
  const events = {
    columns: EVENT_COLUMNS,
    count: records,
    row: (index: number) => eventCells('purchase', TRIGGERED_AT.getTime() - index, user(index)),
  };
  const nothing = { ...events, count: 0 };
  const server = await startBigQuery({
    tables: { events_20261120: nothing, events_20261123: nothing, events_intraday_20261124: nothing },
    queries: { [eventQuery('events_', ['20261123', 'intraday_20261124'])]: { ...events, polls: 1 } },
    pageCap: records > 100 ? 1_000 : 20,
  });
  const contextWith = (privateKey: string) => ({
    input: { projectID: PROJECT, datasetID: DATASET, tablePrefix: 'events_' },
    authentication: {
      type: 'googleServiceAccount',
      input: { clientEmail: ACCOUNT.clientEmail, privateKey: new Secret(privateKey) },
    },
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { bigquery: server.url },
    clock: systemClock,
    taskID: 'task-1',
    triggeredAt: TRIGGERED_AT,
  });
  const [, keyLine = ''] = ACCOUNT.privateKey.split('\n');
  const broken = `-----BEGIN PRIVATE KEY-----\n${'not-a-key'.repeat(9)}\n-----END PRIVATE KEY-----\n`;
  return {
    context: contextWith(ACCOUNT.privateKey),
    wrongCredentials: contextWith(broken),
    secrets: [ACCOUNT.privateKey, keyLine, 'not-a-key'],
    requests: () => server.count(),
    refuse: (next) => void server.refusals.push(...next),
    stop: async () => server.stop(),
  };
}
