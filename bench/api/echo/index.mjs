/** Answers what it was asked: the least that a function behind the front door can do. */
export const handler = async (event) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    method: event.requestContext.http.method,
    path: event.rawPath,
    headers: event.headers,
  }),
});
