import type { SourceConnector } from '../../contract/source-connector.ts';
import { bigqueryInputSchema, type BigQueryInput } from './bigquery-input.ts';
import { checkPlanned, openPlanned, type PlannedReading } from './open-planned.ts';
import { planReading } from './plan-reading.ts';

const reading: PlannedReading<BigQueryInput> = {
  plan: planReading,
  naming: ({ taskID, input: { uniqueIDColumn, dataType } }) => ({ taskID, uniqueIDColumn, dataType }),
};

/** A table, tables with a prefix, or the result of a query. */
export const bigqueryConnector: SourceConnector<BigQueryInput> = {
  type: 'bigquery',
  authenticationTypes: ['googleServiceAccount'],
  inputSchema: bigqueryInputSchema,
  open: (context) => openPlanned(reading, context),
  check: async (context, signal) => checkPlanned(reading, context, signal),
};
