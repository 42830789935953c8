import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { isEnded } from '../runs/run.ts';
import type { AlertMessage } from './alert-message.ts';
import type { CheckAlert } from './check-alert.ts';
import type { CloseGone } from './close-gone.ts';
import type { Deliver } from './deliver.ts';
import type { NoteRunEnd } from './note-run-end.ts';
import type { Report } from './report.ts';

/** Does what a message asks for. The same message again changes nothing and sends nothing twice. */
export type HandleAlertMessage = (message: AlertMessage) => Promise<void>;

export function createHandleAlertMessage(dependencies: {
  readonly runStore: Pick<RunStore, 'get'>;
  readonly noteRunEnd: NoteRunEnd;
  readonly deliver: Deliver;
  readonly checkAlert: CheckAlert;
  readonly closeGone: CloseGone;
  readonly report: Report;
}): HandleAlertMessage {
  const { runStore, noteRunEnd, deliver, checkAlert, closeGone, report } = dependencies;
  return async (message) => {
    const { appID } = message;
    switch (message.kind) {
      case 'deliver':
        return deliver(message);
      case 'check':
        return checkAlert(message);
      case 'gone':
        return closeGone(message);
      case 'runFinished': {
        const run = await runStore.get(appID, message.runID);
        return run === undefined ? undefined : noteRunEnd(run);
      }
      case 'runStuck': {
        const run = await runStore.get(appID, message.runID);
        if (run === undefined || isEnded(run)) return undefined;
        const matter = { appID, cause: 'runStuck', taskID: run.taskID } as const;
        return report.occurred(
          matter,
          { key: message.runID, at: message.at },
          { detail: describeStuck(run), run },
        );
      }
    }
  };
}

function describeStuck({ status, updatedAt }: Run): string {
  const since = `${updatedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return status === 'created'
    ? `A run of the task waits to be taken up since ${since}.`
    : `A run of the task has made no progress since ${since}.`;
}
