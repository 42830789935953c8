import { positionStem } from '../../../core/records/record-id.ts';
import type { SourceConnector, SourceContext } from '../../contract/source-connector.ts';
import { createFileSource, readSample } from '../file/file-source.ts';
import { csvInputSchema, type CsvInput } from './csv-input.ts';
import { CsvParser } from './csv-parser.ts';

/** A CSV file behind a URL. */
export const csvConnector: SourceConnector<CsvInput> = {
  type: 'csv',
  authenticationTypes: ['basic'],
  inputSchema: csvInputSchema,
  open,
  check: async (context, signal) => ({ sample: await readSample(open(sampled(context)), signal) }),
};

function open(context: SourceContext<CsvInput>) {
  const { input, taskID } = context;
  const options = { input, positionStem: positionStem(taskID) };
  return createFileSource(context, { name: 'CSV', createParser: () => new CsvParser(options) });
}

function sampled(context: SourceContext<CsvInput>): SourceContext<CsvInput> {
  return { ...context, limits: { ...context.limits, maxRecords: 10 } };
}
