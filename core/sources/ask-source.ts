import * as z from 'zod';

import type { AuthenticationStore } from '../authentications/authentication-store.ts';
import { requireAuthentication } from '../authentications/require-authentication.ts';
import { newID } from '../foundation/ids.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import { NO_TASK, type Run } from '../runs/run.ts';
import type { StartRun } from '../runs/start-run.ts';
import type { WaitForEnd } from '../runs/wait-for-end.ts';
import { requireConnector } from './require-connector.ts';
import { SOURCE_AUTHENTICATION_TYPES } from './source-types.ts';
import type { Source } from './source.ts';

const sampleSchema = z.array(z.record(z.string(), z.unknown()));

/** What a worker found out about a source. */
export interface SourceAnswer {
  readonly run: Run;
  /** The first records of the source, or its streams; nothing when it cannot be read, or is still being read. */
  readonly sample: Record<string, unknown>[] | undefined;
  /** What went wrong; empty otherwise. */
  readonly events: readonly RunEvent[];
  readonly message: string;
}

/**
 * Has a worker read the beginning of a source that need not be stored, or list its streams, and waits for what it
 * finds: as long as a request may take, and then says which run to look at.
 */
export type AskSource = (
  appID: string,
  source: Source,
  type: 'validate' | 'discover',
) => Promise<SourceAnswer>;

export function createAskSource(dependencies: {
  readonly authentications: AuthenticationStore;
  readonly startRun: StartRun;
  readonly waitForEnd: WaitForEnd;
}): AskSource {
  const { authentications, startRun, waitForEnd } = dependencies;
  return async (appID, source, type) => {
    requireConnector(source);
    await requireAuthentication(authentications, {
      appID,
      authenticationID: source.authenticationID,
      types: SOURCE_AUTHENTICATION_TYPES[source.type],
      user: `sources of type ${source.type}`,
    });
    const started = await startRun({
      appID,
      // It writes nothing; `save` is what leaves an index alone that is not there.
      task: { taskID: NO_TASK, action: 'save', failureThreshold: 0 },
      trigger: { kind: 'api', key: newID() },
      type,
      checkedSource: JSON.stringify(source),
    });
    const { run, events } = await waitForEnd(started);
    return {
      run,
      sample: run.sample === undefined ? undefined : sampleSchema.parse(JSON.parse(run.sample)),
      events,
      message: run.reason ?? `The source is still being read: GET /1/runs/${run.runID} says how it ended.`,
    };
  };
}
