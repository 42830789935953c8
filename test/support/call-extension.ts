import type { OneMachine } from './one-machine.ts';

/** A request to an operation of our own, which the official client does not know; fails where the answer does. */
export async function callExtension<Answer>(
  { connection }: OneMachine,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const { url, appID, apiKey } = connection;
  const answer = await fetch(url + path, {
    method,
    headers: { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as Answer;
}
