import * as z from 'zod';
import type { CatalogStream, ConnectorMessage, Protocol, SelectedStream } from './protocol.ts';
import type { MessageScanner } from './message-scanner.ts';

const names = z.array(z.string());
const metadataSchema = z.array(z.object({ breadcrumb: names, metadata: z.record(z.string(), z.unknown()) }));
const streamSchema = z.looseObject({
  tap_stream_id: z.string().min(1),
  stream: z.string().min(1).optional(),
  schema: z.record(z.string(), z.unknown()).default({}),
  key_properties: names.nullish(),
  replication_key: z.string().nullish(),
  replication_method: z.string().nullish(),
  metadata: metadataSchema.nullish(),
});
const catalogSchema = z.object({ streams: z.array(streamSchema).max(10_000) });
const keyPropertiesSchema = z.union([names, z.string().transform((name) => [name])]);

/** Singer 0.3.0: https://github.com/singer-io/getting-started/blob/master/docs/SPEC.md */
export const singerProtocol: Protocol = {
  name: 'Singer',
  discoverArgs: (directory) => ['--config', `${directory}/config.json`, '--discover'],
  readArgs: (directory, hasState) => [
    '--config',
    `${directory}/config.json`,
    // Taps of before the catalog know it under its older name, and would refuse this one.
    '--catalog',
    `${directory}/catalog.json`,
    ...(hasState ? ['--state', `${directory}/state.json`] : []),
  ],
  discoversByMessages: false,
  parseCatalog: (catalog) => catalogSchema.parse(catalog).streams.map(toStream),
  selectStreams: (all, selected) =>
    JSON.stringify({ streams: all.map((stream) => select(stream, selected)) }),
  parse,
  mergeState: (_state, text) => text,
  toStateFile: (state) => state,
  forgetStreams,
};

function toStream(entry: z.output<typeof streamSchema>): CatalogStream {
  const own = metadataOf(entry);
  const keys = keyPropertiesSchema.safeParse(
    entry.key_properties ?? own['table-key-properties'] ?? own['view-key-properties'] ?? [],
  );
  const keyProperties = keys.success ? keys.data : [];
  return {
    name: entry.tap_stream_id,
    recordName: entry.stream ?? entry.tap_stream_id,
    jsonSchema: entry.schema,
    syncModes: syncModesOf(entry, own),
    keyProperties,
    keyPaths: keyProperties.map((name) => [name]),
    entry,
  };
}

function metadataOf({ metadata }: z.output<typeof streamSchema>): Record<string, unknown> {
  return metadata?.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};
}

function syncModesOf(
  { replication_key, replication_method }: z.output<typeof streamSchema>,
  own: Readonly<Record<string, unknown>>,
): CatalogStream['syncModes'] {
  const method = forcedMethod(own);
  if (method === 'INCREMENTAL' || method === 'LOG_BASED') return ['incremental'];
  if (method === 'FULL_TABLE') return ['fullTable'];
  const hasKey =
    names.nonempty().safeParse(own['valid-replication-keys']).success ||
    typeof own['replication-key'] === 'string';
  const isNamed = replication_method === 'INCREMENTAL' || (replication_key ?? '') !== '';
  return hasKey || isNamed ? ['fullTable', 'incremental'] : ['fullTable'];
}

function forcedMethod(own: Readonly<Record<string, unknown>>): unknown {
  const forced = own['forced-replication-method'];
  const isWrapped = typeof forced === 'object' && forced !== null && 'replication-method' in forced;
  return isWrapped ? forced['replication-method'] : forced;
}

/** Everything is named in the catalog: a tap that selects by default must be told what is not wanted. */
function select(stream: CatalogStream, selected: readonly SelectedStream[]): object {
  const entry = streamSchema.parse(stream.entry);
  const choice = selected.find((each) => each.stream.name === stream.name);
  const own = metadataOf(entry);
  const others = (entry.metadata ?? []).filter(({ breadcrumb }) => breadcrumb.length > 0);
  if (choice === undefined) {
    return { ...entry, metadata: [{ breadcrumb: [], metadata: { ...own, selected: false } }, ...others] };
  }
  const replicationKey = choice.isIncremental ? replicationKeyOf(entry, own) : undefined;
  const isLog = choice.isIncremental && forcedMethod(own) === 'LOG_BASED';
  const method = isLog ? 'LOG_BASED' : choice.isIncremental ? 'INCREMENTAL' : 'FULL_TABLE';
  const metadata = {
    ...own,
    selected: true,
    'replication-method': method,
    ...(replicationKey === undefined ? {} : { 'replication-key': replicationKey }),
  };
  return {
    ...entry,
    replication_method: method,
    ...(replicationKey === undefined ? {} : { replication_key: replicationKey }),
    // Taps of before the metadata look into the schema.
    schema: { ...entry.schema, selected: true },
    metadata: [{ breadcrumb: [], metadata }, ...selectProperties(entry, choice, others)],
  };
}

function replicationKeyOf(
  { replication_key }: z.output<typeof streamSchema>,
  own: Readonly<Record<string, unknown>>,
): string | undefined {
  if (typeof own['replication-key'] === 'string') return own['replication-key'];
  const valid = names.safeParse(own['valid-replication-keys']);
  return (valid.success ? valid.data[0] : undefined) ?? replication_key ?? undefined;
}

type Metadata = z.output<typeof metadataSchema>;

function selectProperties(
  entry: z.output<typeof streamSchema>,
  { properties, stream }: SelectedStream,
  others: Metadata,
): Metadata {
  const { properties: schemas } = entry.schema;
  const known = typeof schemas === 'object' && schemas !== null ? Object.keys(schemas) : [];
  const described = new Map(others.map((each) => [JSON.stringify(each.breadcrumb), each]));
  for (const name of known) {
    const breadcrumb = ['properties', name];
    const found = described.get(JSON.stringify(breadcrumb))?.metadata ?? {};
    const isWanted =
      properties === undefined || properties.includes(name) || stream.keyProperties.includes(name);
    described.set(JSON.stringify(breadcrumb), { breadcrumb, metadata: { ...found, selected: isWanted } });
  }
  return [...described.values()];
}

function parse(scanner: MessageScanner): ConnectorMessage {
  const typeSpan = scanner.find('type');
  if (typeSpan === undefined) return { kind: 'other' };
  const type = String(scanner.value(typeSpan)).toUpperCase();
  const stream = scanner.find('stream');
  const recordName = stream === undefined ? '' : String(scanner.value(stream));
  switch (type) {
    case 'RECORD': {
      const record = scanner.find('record');
      return record === undefined ? { kind: 'other' } : { kind: 'record', recordName, record };
    }
    case 'SCHEMA': {
      const span = scanner.find('key_properties');
      const keys = keyPropertiesSchema.safeParse(span === undefined ? [] : scanner.value(span));
      return keys.success
        ? { kind: 'keys', recordName, keyPaths: keys.data.map((name) => [name]) }
        : { kind: 'other' };
    }
    case 'STATE': {
      const value = scanner.find('value');
      return value === undefined ? { kind: 'other' } : { kind: 'state', text: scanner.text(value) };
    }
    default:
      return { kind: 'other' };
  }
}

const stateSchema = z.looseObject({ bookmarks: z.record(z.string(), z.unknown()) });

/** By the convention of Singer's libraries; a state that is made otherwise stays as it is. */
function forgetStreams(state: string, streams: readonly CatalogStream[]): string {
  if (state === '' || streams.length === 0) return state;
  const json: unknown = JSON.parse(state);
  const parsed = stateSchema.safeParse(json);
  if (!parsed.success) return state;
  const forgotten = new Set(streams.map(({ name }) => name));
  const bookmarks = Object.fromEntries(
    Object.entries(parsed.data.bookmarks).filter(([name]) => !forgotten.has(name)),
  );
  return JSON.stringify({ ...parsed.data, bookmarks });
}
