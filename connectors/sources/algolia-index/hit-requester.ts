import type { SearchClient } from '@algolia/client-search';
import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { RecordBytes } from '../../paged/object-batch.ts';
import type { VendorClient } from '../../vendor/vendor-client.ts';
import type { AlgoliaFailures } from './algolia-failures.ts';
import { cutHits } from './cut-hits.ts';

type Requester = SearchClient['transporter']['requester'];
type Request = Parameters<Requester['send']>[0];
type Response = Awaited<ReturnType<Requester['send']>>;

interface Hits {
  readonly hits: readonly RecordBytes[];
  readonly sizeBytes: number;
}

/** What another host may do better. */
const OF_ONE_HOST: ReadonlySet<string> = new Set([
  'http.connection_lost',
  'http.connection_refused',
  'http.not_found_host',
  'http.timeout',
  'source.invalid_answer',
  'source.server_error',
]);

const bodySchema = z.looseObject({ cursor: z.string().optional() });

/**
 * Sends what Algolia's client asks for, and keeps the records of the last answer back, as bytes: the client makes numbers
 * of what it gets, and would round those that no double holds.
 */
export class HitRequester implements Requester {
  readonly #vendor: VendorClient;
  readonly #failures: Pick<AlgoliaFailures, 'refused'>;
  readonly #signal: AbortSignal;
  #page: Hits = { hits: [], sizeBytes: 0 };
  #failure: SourceError | undefined;

  constructor(vendor: VendorClient, failures: Pick<AlgoliaFailures, 'refused'>, signal: AbortSignal) {
    this.#vendor = vendor;
    this.#failures = failures;
    this.#signal = signal;
  }

  /** The records of the last answer. */
  get page(): Hits {
    return this.#page;
  }

  /** The failure of the last host, where none was left to ask. */
  get failure(): SourceError | undefined {
    return this.#failure;
  }

  async send({ method, url, headers, data }: Request): Promise<Response> {
    this.#failure = undefined;
    const body = bodySchema.parse(JSON.parse(data?.toString() ?? '{}'));
    try {
      const { statusCode, bytes } = await this.#vendor.sendForBytes({
        method: method === 'GET' ? 'GET' : 'POST',
        url,
        headers,
        body,
        accepts: [400, 404],
        signal: this.#signal,
      });
      if (statusCode >= 400) {
        throw this.#failures.refused({
          statusCode,
          text: bytes.toString(),
          hasCursor: body.cursor !== undefined,
        });
      }
      const cut = cutHits(bytes);
      if (cut === undefined) throw invalidAnswer();
      this.#page = { hits: cut.hits, sizeBytes: bytes.length };
      return { status: statusCode, isTimedOut: false, content: cut.rest };
    } catch (error) {
      if (!isOfHost(error)) throw error;
      this.#failure = error;
      // The client then asks its next host.
      return { status: 0, isTimedOut: false, content: '' };
    }
  }
}

function isOfHost(error: unknown): error is SourceError {
  return error instanceof SourceError && OF_ONE_HOST.has(error.code);
}

function invalidAnswer(): SourceError {
  return new SourceError(
    'source.invalid_answer',
    'The search API answered with what is no page of records, each with an objectID.',
    { disposition: 'retryable' },
  );
}
