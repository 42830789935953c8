import type { Clock } from '../foundation/clock.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { CauseStates } from './cause-states.ts';
import { readCauseName } from './causes.ts';
import { forgetGoneSubject, type GoneSubject } from './gone-subject.ts';
import type { Matter } from './incident-log.ts';
import type { Report } from './report.ts';

/** Closes what is open of a task or an alert that was deleted; of a task, those hear of it who heard that it began. */
export type CloseGone = (subject: GoneSubject) => Promise<void>;

export function createCloseGone(dependencies: {
  readonly table: TableAccess;
  readonly states: Pick<CauseStates, 'list'>;
  readonly report: Pick<Report, 'recovered'>;
  readonly clock: Clock;
}): CloseGone {
  const { table, states, report, clock } = dependencies;
  return async (subject) => {
    const { appID, subjectID } = subject;
    for (const { name, isOpen } of await states.list(appID, subjectID)) {
      if (!isOpen) continue;
      const { cause, part } = readCauseName(name);
      const isOfAlert = cause === 'channelFailed';
      const matter: Matter = {
        appID,
        cause,
        ...(isOfAlert ? { alertID: subjectID } : { taskID: subjectID }),
        ...(part === undefined ? {} : { part }),
      };
      const sighting = { key: `gone#${subjectID}`, at: clock.now().toISOString() };
      await report.recovered(matter, sighting, `The ${isOfAlert ? 'alert' : 'task'} was deleted.`);
    }
    await forgetGoneSubject(table, subject);
  };
}
