import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { connect, type Connected, type Guard } from './guarded-connection.ts';

export interface GuardedAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Free connections are kept for a little less than servers commonly do, so that few are found closed. */
const KEEP_FREE_MILLISECONDS = 4000;
const AGENT_OPTIONS = { keepAlive: true, timeout: KEEP_FREE_MILLISECONDS, scheduling: 'lifo' } as const;

/** Connection pools that hand out a connection only after its address passed the policy, before a byte is sent. */
export function createGuardedAgents(guard: Guard): GuardedAgents {
  return { http: new GuardedHttpAgent(guard), https: new GuardedHttpsAgent(guard) };
}

class GuardedHttpAgent extends HttpAgent {
  readonly #guard: Guard;

  constructor(guard: Guard) {
    super(AGENT_OPTIONS);
    this.#guard = guard;
  }

  override createConnection(options: ClientRequestArgs, callback?: Connected): undefined {
    const open = (lookup: LookupFunction) => super.createConnection({ ...options, lookup });
    connect({ ...targetOf(options), guard: this.#guard, readyEvent: 'connect', open }, callback);
  }
}

class GuardedHttpsAgent extends HttpsAgent {
  readonly #guard: Guard;

  constructor(guard: Guard) {
    super(AGENT_OPTIONS);
    this.#guard = guard;
  }

  override createConnection(options: RequestOptions, callback?: Connected): undefined {
    const open = (lookup: LookupFunction) => super.createConnection({ ...options, lookup });
    connect({ ...targetOf(options), guard: this.#guard, readyEvent: 'secureConnect', open }, callback);
  }
}

function targetOf(options: { host?: string | null; port?: number | string | null }): {
  host: string;
  port: number;
} {
  return { host: options.host ?? '', port: Number(options.port) };
}
