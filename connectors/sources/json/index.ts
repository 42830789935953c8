import { parseRecordPointer } from '../../../core/sources/record-pointer.ts';
import { positionStem } from '../../../core/records/record-id.ts';
import type { SourceConnector, SourceContext } from '../../contract/source-connector.ts';
import { createFileSource, readSample } from '../file/file-source.ts';
import { jsonInputSchema, type JsonInput } from './json-input.ts';
import { JsonParser } from './json-parser.ts';

/** A JSON file behind a URL: an array of objects, which may lie under a path, or one object after the other (NDJSON). */
export const jsonConnector: SourceConnector<JsonInput> = {
  type: 'json',
  authenticationTypes: ['basic'],
  inputSchema: jsonInputSchema,
  open,
  check: async (context, signal) => ({ sample: await readSample(open(sampled(context)), signal) }),
};

function open(context: SourceContext<JsonInput>) {
  const { uniqueIDColumn } = context.input;
  const options = {
    ...(uniqueIDColumn === undefined ? {} : { uniqueIDColumn }),
    path: parseRecordPointer(context.input.url) ?? [],
    positionStem: positionStem(context.taskID),
  };
  return createFileSource(context, { name: 'JSON', createParser: () => new JsonParser(options) });
}

function sampled(context: SourceContext<JsonInput>): SourceContext<JsonInput> {
  return { ...context, limits: { ...context.limits, maxRecords: 10 } };
}
