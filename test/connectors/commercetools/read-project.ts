import { onTestFinished } from 'vitest';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import { openSource } from '../../../connectors/registry.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { collect, toRecords, type Parsed } from '../support/parse-bytes.ts';
import { contextOf, readSource } from '../support/read-source.ts';
import { CATEGORIES } from './catalog.ts';
import {
  CLIENT,
  PROJECT,
  startCommercetools,
  type CommercetoolsServer,
  type Project,
} from './commercetools-server.ts';

type More = Partial<SourceContext<unknown>>;
type Records = Record<string, unknown>[];

export interface OpenProject {
  readonly server: CommercetoolsServer;
  context(input?: object, more?: More): SourceContext<unknown>;
  /** All records, which must all be good. */
  read(input?: object, more?: More): Promise<Records>;
  readEntities(ids: readonly string[], input?: object, more?: More): Promise<Records>;
}

/** A project for one test. */
export async function openProject(project: Project): Promise<OpenProject> {
  const server = await startCommercetools({ categories: CATEGORIES, ...project });
  onTestFinished(async () => server.stop());
  const context: OpenProject['context'] = (input = {}, more = {}) => ({
    ...contextOf({ url: server.url, projectKey: PROJECT, ...input }),
    authentication: {
      type: 'oauth',
      input: { url: server.url, client_id: CLIENT.id, client_secret: new Secret(CLIENT.secret) },
    },
    ...more,
  });
  return {
    server,
    context,
    read: async (input, more) => allOf(await readSource('commercetools', context(input, more))),
    readEntities: async (ids, input, more) => {
      const parsed: Parsed = { texts: [], rejected: [] };
      const source = await openSource('commercetools', context(input, more));
      for await (const batch of source.readEntities?.(ids, new AbortController().signal) ?? [])
        collect(batch, parsed);
      return allOf(parsed);
    },
  };
}

function allOf(parsed: Parsed): Records {
  if (parsed.rejected.length > 0) throw new Error(JSON.stringify(parsed.rejected));
  return toRecords(parsed);
}
