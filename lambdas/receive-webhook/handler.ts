import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

import type { ReceiveDelivery } from '../../core/webhooks/receive-delivery.ts';
import { errorResponse } from '../middleware/error-response.ts';
import type { HttpHandler } from '../middleware/http-handler.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** Answers deliveries: 202 once they are taken in for good, and one and the same 401 to all that is not authentic. */
export function createHandler(receiveDelivery: () => ReceiveDelivery): HttpHandler {
  return async (event) => {
    // The bytes as they were sent: signatures are made over them.
    const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
    if (body.byteLength > MAX_BODY_BYTES) {
      return errorResponse(413, `A delivery must have at most ${MAX_BODY_BYTES} bytes.`, {
        code: 'webhook.too_big',
      });
    }
    const answer = await receiveDelivery()(event.pathParameters?.['hookID'] ?? '', {
      headers: lowerCased(event.headers),
      body,
    });
    if (answer.kind === 'accepted') return { statusCode: 202 };
    return answer.kind === 'limited' ? tooMany(answer.retryAfterSeconds) : refused();
  };
}

function lowerCased(headers: APIGatewayProxyEventV2['headers']): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function refused(): APIGatewayProxyStructuredResultV2 {
  return errorResponse(401, 'The delivery was not accepted.', { code: 'webhook.refused' });
}

function tooMany(retryAfterSeconds: number): APIGatewayProxyStructuredResultV2 {
  const response = errorResponse(429, `Too many deliveries: try again in ${retryAfterSeconds} seconds.`, {
    code: 'limits.too_many_requests',
  });
  return { ...response, headers: { ...response.headers, 'Retry-After': String(retryAfterSeconds) } };
}
