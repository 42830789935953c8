import * as z from 'zod';

/** Names are quoted with backticks in SQL: these are the characters that Google lets them have, and no backtick. */
export const projectIDSchema = z
  .string()
  .regex(/^[a-z0-9.:-]{1,100}$/, 'must be a project ID: small letters, digits and dashes');
export const datasetIDSchema = z
  .string()
  .regex(/^\w{1,1024}$/, 'must be a dataset ID: letters, digits and underscores');
export const tableNameSchema = z
  .string()
  .regex(
    /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{1,1000}$/u,
    'must be a table name: letters, digits, underscores, dashes and spaces',
  );

/** What the connector needs of a source's input. */
export const bigqueryInputSchema = z
  .object({
    projectID: projectIDSchema,
    datasetID: datasetIDSchema,
    /** Whose export the tables are: it says which columns tell rows apart. */
    dataType: z.enum(['ga4', 'ga360']).optional(),
    table: tableNameSchema.optional(),
    tablePrefix: tableNameSchema.optional(),
    customSQLRequest: z.string().min(1).optional(),
    uniqueIDColumn: z.string().min(1).optional(),
  })
  .superRefine(({ table, tablePrefix, customSQLRequest }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (table !== undefined && tablePrefix !== undefined) {
      refuse('tablePrefix', 'cannot be given together with table: one of them says what is read');
    }
    if (table === undefined && tablePrefix === undefined && customSQLRequest === undefined) {
      refuse('table', 'is required, unless there is a tablePrefix or a customSQLRequest');
    }
  });

/** The input of a `bigquery` source. */
export type BigQueryInput = z.infer<typeof bigqueryInputSchema>;
