import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

import type { Operation } from '../define-operation.ts';
import { refuseMethod } from '../refuse-method.ts';
import { isPublicPath, type PublicPath } from './public-paths.ts';

interface PublicDocument {
  readonly contentType: string;
  readonly write: (operations: readonly Operation[]) => Promise<string>;
}

/** What needs no key: they say what the API is, and nothing about what is in it. */
const PUBLIC_DOCUMENTS: Readonly<Record<PublicPath, PublicDocument>> = {
  '/ext/1/openapi.json': {
    contentType: 'application/json',
    write: async (operations) => JSON.stringify(await createDocument(operations)),
  },
  '/ext/1/docs': {
    contentType: 'text/html; charset=utf-8',
    write: async (operations) => {
      const [{ renderPage }, document] = await Promise.all([
        import('./render-page.ts'),
        createDocument(operations),
      ]);
      return renderPage(document);
    },
  },
};

/** Answers the API's description; made when it is first asked for, so that no other request pays for it. */
export function createPublicDocuments(
  operations: readonly Operation[],
): (method: string, path: string) => Promise<APIGatewayProxyStructuredResultV2 | undefined> {
  const written = new Map<string, Promise<string>>();
  return async (method, path) => {
    if (!isPublicPath(path)) return undefined;
    const document = PUBLIC_DOCUMENTS[path];
    if (method !== 'GET') return refuseMethod(['GET']);
    const text = written.get(path) ?? document.write(operations);
    written.set(path, text);
    const headers = {
      'Content-Type': document.contentType,
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
      'X-Content-Type-Options': 'nosniff',
    };
    return { statusCode: 200, headers, body: await text };
  };
}

async function createDocument(operations: readonly Operation[]) {
  const { createDocument: create } = await import('./create-document.ts');
  return create(operations);
}
