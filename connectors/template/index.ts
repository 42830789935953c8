import type { RecordSource } from '../../core/runs/ports.ts';
import type { SourceConnector, SourceContext } from '../contract/source-connector.ts';
import { readPages, type FetchPage } from '../paged/paged-source.ts';
import { readSample } from '../sources/file/file-source.ts';
import { mapThing } from './map-thing.ts';
import { openTemplateApi, type TemplateApi } from './template-api.ts';
import { templateInputSchema, type TemplateInput } from './template-input.ts';

/** How many entities are asked for at once. */
const ENTITIES_PER_REQUEST = 50;

/** A made-up vendor whose answers come in pages: copy the folder, and begin with `template-api.ts`. */
export const templateConnector: SourceConnector<TemplateInput> = {
  type: 'template',
  authenticationTypes: ['apiKey'],
  inputSchema: templateInputSchema,
  open,
  check: async (context, signal) => ({ sample: await readSample(open(context), signal) }),
};

function open(context: SourceContext<TemplateInput>): RecordSource {
  const { limits } = context;
  return {
    async *read(cursor, signal) {
      const api = openTemplateApi(context);
      try {
        yield* readPages(pagesOf(api), { limits, cursor, signal });
      } finally {
        api.close();
      }
    },
    async *readEntities(entityIDs, signal) {
      const api = openTemplateApi(context);
      try {
        yield* readPages(entityPagesOf(api, entityIDs), { limits, cursor: undefined, signal });
      } finally {
        api.close();
      }
    },
  };
}

function pagesOf(api: TemplateApi): FetchPage {
  return async (page, signal) => {
    const { things, isLast, sizeBytes } = await api.listThings(Number(page?.['after'] ?? 0), signal);
    const last = things.at(-1);
    const next = isLast || last === undefined ? {} : { next: { after: last.id } };
    return { records: things.map(mapThing), sizeBytes, ...next };
  };
}

function entityPagesOf(api: TemplateApi, entityIDs: readonly string[]): FetchPage {
  return async (page, signal) => {
    const from = Number(page?.['from'] ?? 0);
    const to = from + ENTITIES_PER_REQUEST;
    const things = await api.findThings(entityIDs.slice(from, to), signal);
    const next = to < entityIDs.length ? { next: { from: to } } : {};
    return { records: things.map(mapThing), sizeBytes: 0, ...next };
  };
}
