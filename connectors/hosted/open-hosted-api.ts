import * as z from 'zod';
import {
  HostedRefusedError,
  HostedUnreachableError,
  type HostedApi,
  type HostedPage,
  type HostedRun,
  type OpenHostedApi,
  type Position,
} from '../../core/links/hosted-api.ts';
import type { RunEvent } from '../../core/run-events/run-event.ts';
import { createHttpClient } from '../http/http-client.ts';
import {
  hostedDestinationSchema,
  hostedEventSchema,
  hostedRunSchema,
  hostedSourceSchema,
  hostedTaskSchema,
  readItems,
} from './hosted-answers.ts';
import { createHostedTransport, type SendToHosted } from './hosted-transport.ts';
import type { NetworkPolicy } from '../http/network-policy.ts';

/** The most that a list answers at once. */
const PAGE_SIZE = 100;

const pagination = z.object({ nbItems: z.int().min(0), nbPages: z.int().min(1) });
const anyItems = z.array(z.unknown());
const taskPageSchema = z.object({ tasks: anyItems, pagination });
const runPageSchema = z.object({ runs: anyItems, pagination });
const eventPageSchema = z.object({ events: anyItems, pagination });
const startedSchema = z.object({ runID: z.string() });

/** Where the Ingestion API of applications is that are not at Algolia's own hosts: application ID → region → base URL. */
export const ingestionHostsSchema = z.record(
  z.string(),
  z.object({ eu: z.string().optional(), us: z.string().optional() }),
);

/** The hosted API over the guarded way out. */
export function createOpenHostedApi(options: {
  readonly hosts: z.output<typeof ingestionHostsSchema>;
  readonly network: NetworkPolicy;
}): OpenHostedApi {
  const http = createHttpClient(options.network);
  return (access) => {
    const baseURL =
      options.hosts[access.applicationID]?.[access.region] ?? `https://data.${access.region}.algolia.com`;
    return createHostedApi(createHostedTransport(access, { baseURL, http }));
  };
}

function createHostedApi(send: SendToHosted): HostedApi {
  return {
    async listTasks(page) {
      const query = `page=${page}&itemsPerPage=${PAGE_SIZE}&sort=createdAt&order=asc`;
      const answer = read(taskPageSchema, await send({ method: 'GET', path: `/2/tasks?${query}` }));
      return {
        tasks: readItems(answer.tasks, hostedTaskSchema),
        isLast: answer.tasks.length < PAGE_SIZE || page >= answer.pagination.nbPages,
      };
    },
    hasTask: async (taskID) =>
      (await unlessMissing(send({ method: 'GET', path: `/2/tasks/${taskID}` }))) !== undefined,
    async readSources(sourceIDs) {
      const body = { sourceIDs };
      const answer = read(anyItems, await send({ method: 'POST', path: '/1/sources/search', body }));
      return new Map(
        readItems(answer, hostedSourceSchema).map(({ sourceID, ...source }) => [sourceID, source]),
      );
    },
    async readDestinations(destinationIDs) {
      const body = { destinationIDs };
      const answer = read(anyItems, await send({ method: 'POST', path: '/1/destinations/search', body }));
      const found = readItems(answer, hostedDestinationSchema);
      return new Map(found.map(({ destinationID, ...destination }) => [destinationID, destination]));
    },
    listRuns: (position, taskID) => listRuns(send, position, taskID),
    async findRun(runID) {
      const answer = await unlessMissing(send({ method: 'GET', path: `/1/runs/${runID}` }));
      return answer === undefined ? undefined : read(hostedRunSchema, answer);
    },
    listEvents: (runID, position) => listEvents(send, runID, position),
    async startRun(taskID, idempotencyKey) {
      const headers = { 'idempotency-key': idempotencyKey };
      return read(
        startedSchema,
        await send({ method: 'POST', path: `/2/tasks/${taskID}/run`, body: {}, headers }),
      );
    },
  };
}

async function listRuns(
  send: SendToHosted,
  position: Position,
  taskID: string | undefined,
): Promise<HostedPage<HostedRun>> {
  const query = `${windowOf(position)}&sort=createdAt${taskID === undefined ? '' : `&taskID=${taskID}`}`;
  const { runs, pagination } = read(runPageSchema, await send({ method: 'GET', path: `/1/runs?${query}` }));
  return toPage(runs, hostedRunSchema, { position, pagination, instantOf: (run) => run.createdAt });
}

async function listEvents(
  send: SendToHosted,
  runID: string,
  position: Position,
): Promise<HostedPage<RunEvent> | undefined> {
  const path = `/1/runs/${runID}/events?${windowOf(position)}&sort=publishedAt`;
  const found = await unlessMissing(send({ method: 'GET', path }));
  if (found === undefined) return undefined;
  const { events, pagination } = read(eventPageSchema, found);
  return toPage(events, hostedEventSchema, { position, pagination, instantOf: (event) => event.publishedAt });
}

function windowOf({ from, page }: Position): string {
  return `startDate=${encodeURIComponent(from)}&page=${page}&itemsPerPage=${PAGE_SIZE}&order=asc`;
}

/**
 * Goes on from the last instant of a page and not from its number: what goes from the beginning of a list, or comes in
 * late, then moves nothing out of sight.
 */
function toPage<Item>(
  answered: readonly unknown[],
  schema: z.ZodType<Item>,
  page: {
    readonly position: Position;
    readonly pagination: { readonly nbItems: number };
    readonly instantOf: (item: Item) => string;
  },
): HostedPage<Item> {
  const { position, pagination, instantOf } = page;
  const items = readItems(answered, schema);
  const total = pagination.nbItems;
  if (answered.length < PAGE_SIZE) return { items, next: undefined, total };
  const last = items.at(-1);
  const from = last === undefined ? position.from : instantOf(last);
  const next = from > position.from ? { from, page: 1 } : { from: position.from, page: position.page + 1 };
  return { items, next, total };
}

/** The answer; nothing when there is no such thing. */
async function unlessMissing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HostedRefusedError && error.status === 404) return undefined;
    throw error;
  }
}

function read<Answer>(schema: z.ZodType<Answer>, answer: unknown): Answer {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new HostedUnreachableError('Algolia answered with what is not known here.', {
    cause: parsed.error,
    isUnsent: false,
  });
}
