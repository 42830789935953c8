import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { listenOnLoopback } from './listen-on-loopback.ts';
import { DEFAULT_PORT } from './settings.ts';
import { StartUpError } from './start-up-error.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const port = z.int().min(1).max(65_535);
const portsSchema = z.object({ api: port, searchIndex: port, samples: port });

export type Ports = z.infer<typeof portsSchema>;

/**
 * The ports of this data directory: chosen at the first start and kept, since sources name the sample server's. Only
 * the API's moves when another is asked for. Each is free at this moment, or an error says which is not.
 */
export async function choosePorts(dataDirectory: string, asked: number | undefined): Promise<Ports> {
  const file = join(dataDirectory, 'ports.json');
  const kept = await readPorts(file);
  const ports = kept ? { ...kept, api: asked || kept.api } : await newPorts(asked ?? DEFAULT_PORT);
  if (new Set(Object.values(ports)).size < 3) {
    throw new StartUpError(
      `Port ${ports.api} is already used for the local index or the sample data: choose another with --port.`,
    );
  }
  await Promise.all(Object.values(ports).map(takeAndRelease));
  await writeFileAtomically(file, `${JSON.stringify(ports)}\n`);
  return ports;
}

async function readPorts(file: string): Promise<Ports | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const json: unknown = JSON.parse(text);
  return portsSchema.parse(json);
}

async function newPorts(first: number): Promise<Ports> {
  if (first > 0) return { api: first, searchIndex: first + 1, samples: first + 2 };
  const servers = [createServer(), createServer(), createServer()];
  const [api = 0, searchIndex = 0, samples = 0] = await Promise.all(
    servers.map((server) => listenOnLoopback(server, 0)),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return { api, searchIndex, samples };
}

async function takeAndRelease(number: number): Promise<void> {
  const server = createServer();
  await listenOnLoopback(server, number);
  await new Promise((resolve) => server.close(resolve));
}
