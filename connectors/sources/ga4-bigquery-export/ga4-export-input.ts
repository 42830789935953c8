import * as z from 'zod';
import { datasetIDSchema, projectIDSchema, tableNameSchema } from '../bigquery/bigquery-input.ts';

/** What the connector needs of a source's input. */
export const ga4ExportInputSchema = z.object({
  projectID: projectIDSchema,
  datasetID: datasetIDSchema,
  tablePrefix: tableNameSchema,
});

/** The input of a `ga4BigqueryExport` source. */
export type GA4ExportInput = z.infer<typeof ga4ExportInputSchema>;
