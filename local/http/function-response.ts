import * as z from 'zod';
import type { InvokeResult } from '../lambda/function-definition.ts';

/** What goes back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

const responseSchema = z.looseObject({
  statusCode: z.union([
    z.int(),
    z
      .string()
      .regex(/^\d{3}$/)
      .transform(Number),
  ]),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/**
 * A function's answer as API Gateway maps it: with `statusCode` as it says, without as the JSON body of a 200. A failed
 * invocation or a malformed answer is a 500 that tells nothing of the inside.
 */
export function toHttpAnswer(result: InvokeResult): HttpAnswer {
  if (result.functionError) return jsonAnswer(500, 'Internal Server Error');
  const answer = parse(result.payload);
  if (answer === undefined) return jsonAnswer(500, 'Internal Server Error');
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(result.payload),
    };
  }
  const parsed = responseSchema.safeParse(answer);
  if (!parsed.success) return jsonAnswer(500, 'Internal Server Error');
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: statusCode,
    headers: {
      'content-type': 'text/plain;charset=utf-8',
      ...Object.fromEntries(named),
      ...(cookies && cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
    body: Buffer.from(String(body ?? ''), isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** The gateway's own refusals: `{"message": …}`. */
export function jsonAnswer(status: number, message: string): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message })),
  };
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
