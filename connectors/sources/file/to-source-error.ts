import { HttpRequestError } from '../../http/http-request-error.ts';
import { SourceError } from '../../../core/runs/source-error.ts';

/** A failed request as an error of the source: same code, sentence and disposition. Others pass as they are. */
export function toSourceError(error: unknown): unknown {
  if (!(error instanceof HttpRequestError)) return error;
  return new SourceError(error.code, error.message, {
    cause: error,
    disposition: error.disposition === 'retryable' ? 'retryable' : 'fatal',
  });
}
