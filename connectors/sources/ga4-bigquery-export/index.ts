import type { SourceConnector } from '../../contract/source-connector.ts';
import { checkPlanned, openPlanned, type PlannedReading } from '../bigquery/open-planned.ts';
import { ga4ExportInputSchema, type GA4ExportInput } from './ga4-export-input.ts';
import { planEvents } from './plan-events.ts';

const reading: PlannedReading<GA4ExportInput> = {
  plan: planEvents,
  naming: ({ taskID }) => ({ taskID, dataType: 'ga4' }),
};

/** The events of the last days of a Google Analytics 4 export, each once. */
export const ga4BigqueryExportConnector: SourceConnector<GA4ExportInput> = {
  type: 'ga4BigqueryExport',
  authenticationTypes: ['googleServiceAccount'],
  inputSchema: ga4ExportInputSchema,
  open: (context) => openPlanned(reading, context),
  check: async (context, signal) => checkPlanned(reading, context, signal),
};
