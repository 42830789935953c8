import * as z from 'zod';
import type { MessageScanner, Span } from './message-scanner.ts';
import {
  toSentence,
  type CatalogStream,
  type ConnectorMessage,
  type Protocol,
  type SelectedStream,
} from './protocol.ts';

const path = z.array(z.string());
const streamSchema = z.looseObject({
  name: z.string().min(1),
  namespace: z.string().nullish(),
  json_schema: z.record(z.string(), z.unknown()).default({}),
  supported_sync_modes: z.array(z.string()).nullish(),
  source_defined_primary_key: z.array(path).nullish(),
  source_defined_cursor: z.boolean().nullish(),
  default_cursor_field: path.nullish(),
});
const catalogSchema = z.object({ streams: z.array(streamSchema).max(10_000) });

/** Airbyte protocol 0.3: https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol */
export const airbyteProtocol: Protocol = {
  name: 'Airbyte',
  checkArgs: (directory) => ['check', '--config', `${directory}/config.json`],
  discoverArgs: (directory) => ['discover', '--config', `${directory}/config.json`],
  readArgs: (directory, hasState) => [
    'read',
    '--config',
    `${directory}/config.json`,
    '--catalog',
    `${directory}/catalog.json`,
    ...(hasState ? ['--state', `${directory}/state.json`] : []),
  ],
  discoversByMessages: true,
  parseCatalog: (catalog) => catalogSchema.parse(catalog).streams.map(toStream),
  selectStreams: (_all, selected) => JSON.stringify({ streams: selected.map(configure) }),
  parse,
  mergeState,
  toStateFile,
  forgetStreams,
};

function toStream(entry: z.output<typeof streamSchema>): CatalogStream {
  const keyPaths = entry.source_defined_primary_key ?? [];
  const name = fullName(entry.name, entry.namespace);
  return {
    name,
    recordName: name,
    jsonSchema: entry.json_schema,
    syncModes: canBeIncremental(entry) ? ['fullTable', 'incremental'] : ['fullTable'],
    keyProperties: keyPaths.map((keyPath) => keyPath.join('.')),
    keyPaths,
    entry,
  };
}

function fullName(name: string, namespace: string | null | undefined): string {
  return namespace === null || namespace === undefined || namespace === '' ? name : `${namespace}.${name}`;
}

function canBeIncremental({
  supported_sync_modes,
  source_defined_cursor,
  default_cursor_field,
}: z.output<typeof streamSchema>): boolean {
  if (supported_sync_modes?.includes('incremental') !== true) return false;
  // Where the user would have to choose a cursor there is nobody to ask.
  return source_defined_cursor === true || (default_cursor_field ?? []).length > 0;
}

function configure({ stream, isIncremental, properties }: SelectedStream): object {
  const entry = streamSchema.parse(stream.entry);
  return {
    stream: { ...entry, json_schema: selectProperties(stream, properties) },
    sync_mode: isIncremental ? 'incremental' : 'full_refresh',
    // What the connector is told of the destination: records with a key replace the ones before.
    destination_sync_mode: stream.keyPaths.length > 0 ? 'append_dedup' : 'append',
    cursor_field: entry.default_cursor_field ?? [],
    primary_key: stream.keyPaths,
    generation_id: 0,
    minimum_generation_id: 0,
    sync_id: 0,
  };
}

function selectProperties(
  { jsonSchema, keyPaths }: CatalogStream,
  properties: readonly string[] | undefined,
): object {
  const { properties: schemas } = jsonSchema;
  if (properties === undefined || typeof schemas !== 'object' || schemas === null) return jsonSchema;
  const wanted = new Set([...properties, ...keyPaths.map(([first]) => first)]);
  return {
    ...jsonSchema,
    properties: Object.fromEntries(Object.entries(schemas).filter(([name]) => wanted.has(name))),
  };
}

function parse(scanner: MessageScanner): ConnectorMessage {
  const typeSpan = scanner.find('type');
  if (typeSpan === undefined) return { kind: 'other' };
  const type = String(scanner.value(typeSpan)).toUpperCase();
  switch (type) {
    case 'RECORD':
      return parseRecord(scanner);
    case 'STATE': {
      const span = scanner.find('state');
      return span === undefined ? { kind: 'other' } : { kind: 'state', text: scanner.text(span) };
    }
    case 'LOG': {
      const span = scanner.find('log');
      return { kind: 'log', text: span === undefined ? '' : toSentence(membersOf(scanner, span)['message']) };
    }
    case 'CATALOG': {
      const span = scanner.find('catalog');
      return span === undefined ? { kind: 'other' } : { kind: 'catalog', catalog: scanner.value(span) };
    }
    case 'CONNECTION_STATUS': {
      const span = scanner.find('connectionStatus');
      const status = span === undefined ? {} : membersOf(scanner, span);
      return {
        kind: 'connection',
        isGood: status['status'] === 'SUCCEEDED',
        text: toSentence(status['message'] ?? ''),
      };
    }
    case 'TRACE': {
      const span = scanner.find('trace');
      return span === undefined ? { kind: 'other' } : parseTrace(membersOf(scanner, span));
    }
    default:
      return { kind: 'other' };
  }
}

function parseRecord(scanner: MessageScanner): ConnectorMessage {
  const span = scanner.find('record');
  if (span === undefined) return { kind: 'other' };
  const [stream, data, namespace] = scanner.within(span, ['stream', 'data', 'namespace']);
  if (stream === undefined || data === undefined) return { kind: 'other' };
  const space = namespace === undefined ? undefined : scanner.value(namespace);
  const recordName = fullName(String(scanner.value(stream)), typeof space === 'string' ? space : undefined);
  return { kind: 'record', recordName, record: data };
}

const freeSchema = z.record(z.string(), z.unknown());

function membersOf(scanner: MessageScanner, span: Span): Record<string, unknown> {
  const parsed = freeSchema.safeParse(scanner.value(span));
  return parsed.success ? parsed.data : {};
}

const traceSchema = z.union([
  z.object({
    type: z.literal('ERROR'),
    error: z.object({ message: z.string().catch(''), failure_type: z.string().catch('') }),
  }),
  z.object({
    type: z.literal('STREAM_STATUS'),
    stream_status: z.object({
      stream_descriptor: z.object({ name: z.string(), namespace: z.string().nullish() }),
      status: z.string(),
    }),
  }),
]);

function parseTrace(trace: Readonly<Record<string, unknown>>): ConnectorMessage {
  const parsed = traceSchema.safeParse(trace);
  if (!parsed.success) return { kind: 'other' };
  if (parsed.data.type === 'ERROR') {
    const { message, failure_type } = parsed.data.error;
    return { kind: 'error', isConfiguration: failure_type.startsWith('config'), text: toSentence(message) };
  }
  const { stream_descriptor, status } = parsed.data.stream_status;
  if (status !== 'COMPLETE' && status !== 'INCOMPLETE') return { kind: 'other' };
  const recordName = fullName(stream_descriptor.name, stream_descriptor.namespace);
  return { kind: 'status', recordName, isComplete: status === 'COMPLETE' };
}

const stateSchema = z.looseObject({
  type: z.string().nullish(),
  stream: z
    .object({ stream_descriptor: z.object({ name: z.string(), namespace: z.string().nullish() }) })
    .nullish(),
});

/** A state is kept as the messages that make it up, a line each: their numbers stay as they were written. */
function mergeState(state: string, text: string): string {
  const stream = streamOf(text);
  // A global or legacy state says all there is.
  if (stream === undefined) return text;
  const others = linesOf(state).filter((line) => ![undefined, stream].includes(streamOf(line)));
  return [...others, text].join('\n');
}

function toStateFile(state: string): string {
  const lines = linesOf(state);
  const [only = ''] = lines;
  if (lines.length !== 1 || streamOf(only) !== undefined) return `[${lines.join(',')}]`;
  const json: unknown = JSON.parse(only);
  const legacy = z
    .object({ type: z.literal('LEGACY').nullish(), data: z.record(z.string(), z.unknown()) })
    .safeParse(json);
  return legacy.success ? JSON.stringify(legacy.data.data) : `[${only}]`;
}

function forgetStreams(state: string, streams: readonly CatalogStream[]): string {
  const forgotten = new Set(streams.map(({ recordName }) => recordName));
  return linesOf(state)
    .filter((line) => !forgotten.has(streamOf(line) ?? ''))
    .join('\n');
}

function linesOf(state: string): string[] {
  return state === '' ? [] : state.split('\n');
}

/** The stream whose state a message is; nothing where it is that of all. */
function streamOf(text: string): string | undefined {
  const json: unknown = JSON.parse(text);
  const parsed = stateSchema.safeParse(json);
  const descriptor = parsed.success ? parsed.data.stream?.stream_descriptor : undefined;
  return descriptor === undefined ? undefined : fullName(descriptor.name, descriptor.namespace);
}
