import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

import { errorResponse } from '../middleware/error-response.ts';

/** The answer to a method that the path does not take. */
export function refuseMethod(allowed: readonly string[]): APIGatewayProxyStructuredResultV2 {
  const methods = allowed.join(', ');
  const response = errorResponse(405, `This path takes ${methods}.`, { code: 'route.method_not_allowed' });
  return { ...response, headers: { ...response.headers, Allow: methods } };
}
