import { MillraceError, type Disposition, type ErrorOptions } from '../../core/foundation/errors.ts';

/** Every way in which a request can end without an answer that can be read whole. */
export type HttpErrorCode =
  | 'http.invalid_url'
  | 'http.unsupported_scheme'
  | 'http.userinfo_not_allowed'
  | 'http.address_not_allowed'
  | 'http.not_found_host'
  | 'http.connection_refused'
  | 'http.connection_lost'
  | 'http.timeout'
  | 'http.tls'
  | 'http.too_many_redirects'
  | 'http.insecure_redirect'
  | 'http.invalid_redirect'
  | 'http.invalid_response'
  | 'http.response_too_large';

const RETRYABLE = new Set<HttpErrorCode>(['http.connection_refused', 'http.connection_lost', 'http.timeout']);

/**
 * A request got no usable answer. `message` names the host and path, never a query string, header or credential.
 * Statuses such as 404 or 500 are answers, not errors of this class.
 */
export class HttpRequestError extends MillraceError {
  override readonly code: HttpErrorCode;
  readonly disposition: Disposition;

  constructor(
    code: HttpErrorCode,
    message: string,
    options: ErrorOptions & { disposition?: Disposition } = {},
  ) {
    super(code, message, options);
    this.code = code;
    this.disposition = options.disposition ?? (RETRYABLE.has(code) ? 'retryable' : 'fatal');
  }
}
