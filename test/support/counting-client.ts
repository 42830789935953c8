import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface ReadCount {
  requests: number;
  /** Items and keys in answers. */
  items: number;
}

/** The client, and what it has read so far. */
export function countReads(client: DynamoDBDocumentClient): {
  readonly client: DynamoDBDocumentClient;
  /** What `read` cost. */
  during(read: () => Promise<unknown>): Promise<ReadCount>;
} {
  const total: ReadCount = { requests: 0, items: 0 };
  const send = async (command: never): Promise<unknown> => {
    const answer = (await client.send(command)) as unknown as Answer;
    const responses = Object.values(answer.Responses ?? {}).flat();
    total.requests += 1;
    total.items += (answer.Items?.length ?? answer.Count ?? 0) + responses.length + (answer.Item ? 1 : 0);
    return answer;
  };
  return {
    client: new Proxy(client, {
      get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)),
    }),
    async during(read) {
      const before = { ...total };
      await read();
      return { requests: total.requests - before.requests, items: total.items - before.items };
    },
  };
}

interface Answer {
  readonly Items?: unknown[];
  readonly Count?: number;
  readonly Item?: unknown;
  readonly Responses?: Record<string, unknown[]>;
}
