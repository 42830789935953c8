import * as z from 'zod';

import { InvalidInputError, UnavailableError } from '../../../core/foundation/errors.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { requireStreams } from './require-streams.ts';

/** The older way to ask, whose answer has room for the streams only. */
export const getDockerSourceStreams = defineOperation({
  operationID: 'getDockerSourceStreams',
  method: 'GET',
  path: '/1/sources/{sourceID}/discover',
  acl: INGESTION_RIGHTS,
  response: z.object({ streams: z.array(z.record(z.string(), z.unknown())) }),
  handle: async ({ appID, parameters }, dependencies) => {
    const source = await requireStreams(dependencies, appID, parameters.sourceID);
    const { sample, run, message } = await dependencies.askSource(appID, source, 'discover');
    if (sample !== undefined) return { streams: sample };
    if (run.outcome === undefined) throw new UnavailableError('source.discover_unfinished', message);
    throw new InvalidInputError('source.discover_failed', message);
  },
});
