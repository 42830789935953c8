import * as z from 'zod';

import { describePage } from '../../../core/foundation/pagination.ts';
import { MAX_KEPT_RECORDS } from '../../../core/rejected-records/kept-rejection.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { integerParameter, pageParameters } from '../query-parameters.ts';
import { paginationShape } from '../response-shapes.ts';
import { requireRun } from '../runs/require-run.ts';
import { rejectedRecordShape, toRejectedRecordLine, toRejectedRecordShape } from './rejected-record-shape.ts';

/** An invocation answers up to 6 MB of JSON, in which each quote of a line takes two bytes. */
const MAX_NDJSON_BYTES = 2_500_000;
const PAGE_RECORDS = 25;

/** What a run rejected, in the order of the source: page by page, or all of it as NDJSON. */
export const listRejectedRecords = defineOperation({
  operationID: 'listRejectedRecords',
  method: 'GET',
  path: '/ext/1/runs/{runID}/rejected',
  acl: INGESTION_RIGHTS,
  query: z.object({
    ...pageParameters,
    format: z.enum(['json', 'ndjson']).default('json'),
    /** Of NDJSON: what the answer before gave as `Millrace-Next`. */
    after: integerParameter.default(0),
  }),
  response: z.object({
    rejected: z.array(rejectedRecordShape),
    /** How many were rejected; `nbItems` of them are kept. */
    nbRejected: z.int().min(0),
    message: z.string().optional(),
    pagination: paginationShape,
  }),
  handle: async ({ appID, parameters, query }, dependencies) => {
    const { rejectedRecords } = dependencies;
    const run = await requireRun(dependencies, appID, parameters.runID);
    const { rejectedKept = 0, counts } = run;
    const first = (query.page - 1) * query.itemsPerPage + 1;
    const numbers = range(first, Math.min(rejectedKept, first + query.itemsPerPage - 1));
    return {
      rejected: (await rejectedRecords.read(run, numbers)).map(toRejectedRecordShape),
      nbRejected: counts.rejected,
      ...(counts.rejected <= rejectedKept ? {} : { message: notKept(counts.rejected, rejectedKept) }),
      pagination: describePage(query, rejectedKept),
    };
  },
  handleNdjson: async ({ appID, parameters, query }, dependencies) => {
    const { rejectedRecords } = dependencies;
    const run = await requireRun(dependencies, appID, parameters.runID);
    const { rejectedKept = 0 } = run;
    const lines: string[] = [];
    let bytes = 0;
    for (let after = query.after; after < rejectedKept; after += PAGE_RECORDS) {
      const numbers = range(after + 1, Math.min(rejectedKept, after + PAGE_RECORDS));
      for (const rejection of await rejectedRecords.read(run, numbers)) {
        const line = toRejectedRecordLine(rejection);
        bytes += Buffer.byteLength(line);
        if (bytes > MAX_NDJSON_BYTES) return { lines: lines.join(''), next: rejection.number - 1 };
        lines.push(line);
      }
    }
    return { lines: lines.join('') };
  },
});

function notKept(rejected: number, kept: number): string {
  return kept === MAX_KEPT_RECORDS
    ? `${rejected} records were rejected; the first ${kept} are kept.`
    : `${rejected} records were rejected; ${kept} are kept.`;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
