import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { AwsError } from '../protocol/aws-error.ts';
import type { ObjectStore, Place } from './object-store.ts';
import { SIGNATURE_PARAMETERS } from './presigned.ts';

export interface ObjectAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

/** Headers that would change what a request means. */
const UNSUPPORTED_HEADERS = [
  'x-amz-copy-source',
  'range',
  'if-match',
  'if-modified-since',
  'if-unmodified-since',
];

/** Does what one request asks for. */
export function answerObjectRequest(
  store: ObjectStore,
  request: IncomingMessage,
  body: Uint8Array,
): ObjectAnswer {
  const place = readPlace(request);
  refuseUnsupported(request);
  return place.key === ''
    ? answerForBucket(store, request, place.bucket)
    : answerForObject(store, { request, place, body });
}

function answerForBucket(store: ObjectStore, { method }: IncomingMessage, bucket: string): ObjectAnswer {
  if (method === 'PUT') {
    store.createBucket(bucket);
    return { status: 200, headers: { location: `/${bucket}` } };
  }
  if (method !== 'HEAD') throw notImplemented();
  store.requireBucket(bucket);
  return { status: 200 };
}

function answerForObject(
  store: ObjectStore,
  { request, place, body }: { request: IncomingMessage; place: Place; body: Uint8Array },
): ObjectAnswer {
  const { method, headers } = request;
  switch (method) {
    case 'PUT': {
      const contentType = headers['content-type'] ?? 'application/octet-stream';
      const etag = store.put(place, { body, contentType }, headers['if-none-match'] === '*');
      return { status: 200, headers: { etag } };
    }
    case 'GET':
    case 'HEAD': {
      const object = store.get(place);
      return {
        status: 200,
        headers: {
          'content-type': object.contentType,
          etag: object.etag,
          'last-modified': object.modifiedAt.toUTCString(),
        },
        body: object.body,
      };
    }
    case 'DELETE':
      store.delete(place);
      return { status: 204 };
    default:
      throw notImplemented();
  }
}

/** `/bucket/key`; the key is empty for what is asked of the bucket itself. */
function readPlace({ url = '/' }: IncomingMessage): Place {
  const { pathname } = new URL(url, 'http://127.0.0.1');
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(pathname) ?? [];
  if (bucket === '') throw notImplemented();
  return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
}

function refuseUnsupported({ url = '/', headers }: IncomingMessage): void {
  const { searchParams } = new URL(url, 'http://127.0.0.1');
  const asks = [...searchParams.keys()].filter(
    (name) => name !== 'x-id' && !SIGNATURE_PARAMETERS.includes(name),
  );
  const header = UNSUPPORTED_HEADERS.find((name) => headers[name] !== undefined);
  if (asks.length > 0 || header !== undefined) throw notImplemented();
}

function notImplemented(): AwsError {
  return new AwsError('NotImplemented', 'This operation of S3 is not supported here.', 501);
}
