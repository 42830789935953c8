import type { IncomingMessage } from 'node:http';
import { AwsError } from '../protocol/aws-error.ts';
import { authorise, requireLoopback } from '../protocol/endpoint.ts';

/** What a URL carries that is signed; one with a checksum in it holds for one body alone, which nobody here means. */
export const SIGNATURE_PARAMETERS = [
  'X-Amz-Algorithm',
  'X-Amz-Content-Sha256',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
  // That a checksum be in the answer, if there is one.
  'x-amz-checksum-mode',
];

const MAX_EXPIRY_SECONDS = 7 * 24 * 3600;

/** Takes requests that are signed by their header or in their URL, as long as that holds. */
export function authoriseObjectRequest(request: IncomingMessage): void {
  const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (!searchParams.has('X-Amz-Signature')) {
    authorise(request);
    return;
  }
  requireLoopback(request);
  const signedAt = readDate(searchParams.get('X-Amz-Date') ?? '');
  const expirySeconds = Number(searchParams.get('X-Amz-Expires'));
  const isWhole =
    searchParams.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256' &&
    /^[^/]+\/\d{8}\/[a-z0-9-]+\/s3\/aws4_request$/.test(searchParams.get('X-Amz-Credential') ?? '') &&
    expirySeconds >= 1 &&
    expirySeconds <= MAX_EXPIRY_SECONDS;
  if (!isWhole || Number.isNaN(signedAt)) {
    throw new AwsError('AuthorizationQueryParametersError', 'The URL is not signed as a whole.');
  }
  if (Date.now() > signedAt + expirySeconds * 1000) {
    throw new AwsError('AccessDenied', 'Request has expired', 403);
  }
}

/** `20260101T120000Z` */
function readDate(text: string): number {
  const [, year, month, day, hours, minutes, seconds] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
}
