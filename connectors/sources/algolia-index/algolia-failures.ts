import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { AlgoliaAccess } from './algolia-access.ts';

/** Of the service's own words. */
const MAX_SAID_LENGTH = 300;

const refusalSchema = z.object({ message: z.string() });

/** An answer that is no success. */
interface Refusal {
  readonly statusCode: number;
  readonly text: string;
  /** It was asked for what follows on an earlier page. */
  readonly hasCursor: boolean;
}

/** What the answers of the Search API mean for whoever reads one of its indices. */
export interface AlgoliaFailures {
  /** The service's own sentence in a refusal, without the key. */
  messageOf(text: string): string | undefined;
  refused(refusal: Refusal): SourceError;
  /** What no host was left to be asked after. */
  unavailable(failure: SourceError): SourceError;
}

export function createFailures(indexName: string, { applicationID, apiKey }: AlgoliaAccess): AlgoliaFailures {
  const messageOf = (text: string) => {
    const message = parseMessage(text)?.replaceAll(apiKey.reveal(), String(apiKey));
    return message?.slice(0, MAX_SAID_LENGTH);
  };
  return {
    messageOf,
    refused: ({ statusCode, text, hasCursor }) => {
      const said = messageOf(text) ?? `status ${statusCode}`;
      if (statusCode === 404) {
        return new SourceError(
          'source.not_found',
          `The application ${applicationID} has no index ${indexName} ("${said}"): check the source's indexName.`,
        );
      }
      // It was the service that gave the cursor, for the same filters.
      if (hasCursor) return changed(said);
      return new SourceError(
        'source.refused',
        `The search API does not accept what is asked of the index ${indexName} ("${said}"): check the source's filters.`,
      );
    },
    unavailable: (failure) =>
      failure.code === 'http.not_found_host' ? unknownApplication(applicationID, failure) : failure,
  };
}

function parseMessage(text: string): string | undefined {
  try {
    return refusalSchema.parse(JSON.parse(text)).message;
  } catch {
    return undefined;
  }
}

function changed(said: string): SourceError {
  return new SourceError(
    'source.changed',
    `The search API does not go on where the run had come to ("${said}"), so the index has to be read from the start.`,
    { disposition: 'retryable' },
  );
}

function unknownApplication(applicationID: string, cause: SourceError): SourceError {
  return new SourceError(
    'source.unknown_application',
    `No search hosts are known for the application ${applicationID}: check the application ID of the authentication.`,
    { cause },
  );
}
