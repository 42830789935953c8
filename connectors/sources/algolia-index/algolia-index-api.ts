import { searchClient } from '@algolia/client-search';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import { portOf } from '../../http/request-url.ts';
import type { RecordBytes } from '../../paged/object-batch.ts';
import { createVendorClient } from '../../vendor/vendor-client.ts';
import { readAccess } from './algolia-access.ts';
import { createFailures, type AlgoliaFailures } from './algolia-failures.ts';
import type { AlgoliaIndexInput } from './algolia-index-input.ts';
import { HitRequester } from './hit-requester.ts';

/** The service puts the filters into its cursors, and a checkpoint holds 4 KB. */
const MAX_CURSOR_LENGTH = 3_000;

interface HitPage {
  readonly hits: readonly RecordBytes[];
  /** Absent on the last page. */
  readonly cursor?: string | undefined;
  readonly sizeBytes: number;
}

/** One reading's connection to the Search API. */
export interface AlgoliaIndexApi {
  /** The first records that the filters leave, or those after a cursor. */
  browse(hitsPerPage: number, cursor: string | undefined): Promise<HitPage>;
  close(): void;
}

/** Algolia's own client makes the requests and chooses among the hosts; they go out as those to any vendor do. */
export function openAlgoliaIndexApi(
  context: SourceContext<AlgoliaIndexInput>,
  signal: AbortSignal,
): AlgoliaIndexApi {
  const { indexName, filters } = context.input;
  const access = readAccess(context.authentication);
  const { applicationID, apiKey } = access;
  const baseURL = context.vendorHosts[`search:${applicationID}`];
  const base = baseURL === undefined ? undefined : new URL(baseURL);
  const failures = createFailures(indexName, access);
  const vendor = createVendor(context, base, failures);
  const requester = new HitRequester(vendor, failures, signal);
  const client = searchClient(applicationID, apiKey.reveal(), {
    requester,
    ...(base === undefined ? {} : { hosts: [hostOf(base)] }),
  });
  const browseParams = { attributesToRetrieve: ['*'], ...(filters === undefined ? {} : { filters }) };
  return {
    browse: async (hitsPerPage, cursor) => {
      const from = cursor === undefined ? {} : { cursor };
      const answer = await client
        .browse({ indexName, browseParams: { ...browseParams, hitsPerPage, ...from } })
        .catch((error: unknown) => {
          throw requester.failure === undefined ? error : failures.unavailable(requester.failure);
        });
      if ((answer.cursor?.length ?? 0) > MAX_CURSOR_LENGTH) throw longCursor();
      return { ...requester.page, cursor: answer.cursor };
    },
    close: () => vendor.close(),
  };
}

function createVendor(
  { input, network, clock, timeouts }: SourceContext<AlgoliaIndexInput>,
  base: URL | undefined,
  { messageOf }: AlgoliaFailures,
) {
  // An operator names the base URL, a user only the application: so it may be private.
  const trusted = base === undefined ? [] : [`${base.hostname}:${portOf(base)}`];
  return createVendorClient({
    vendor: 'Algolia',
    network: { ...network, trustedHosts: [...network.trustedHosts, ...trusted] },
    clock,
    timeouts,
    // Its own client sends the credentials.
    authorize: async () => ({}),
    accessAdvice:
      'Check the application ID and the API key of the authentication, that the key is active, that it has the right ' +
      `browse, and that it may reach the index ${input.indexName}.`,
    messageOf,
  });
}

/** The client joins protocol, host and path; a host may have a path before the API's own. */
function hostOf({ protocol, host, pathname }: URL) {
  return {
    url: `${host}${pathname.replace(/\/+$/, '')}`,
    protocol: protocol === 'http:' ? 'http' : 'https',
    accept: 'readWrite',
  } as const;
}

function longCursor(): SourceError {
  return new SourceError(
    'source.long_cursor',
    `The search API names the next page by more than ${MAX_CURSOR_LENGTH} characters, as it does with long filters: ` +
      "shorten the source's filters.",
  );
}
