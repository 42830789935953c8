import type { SweepAlerts } from '../../core/alerts/sweep-alerts.ts';
import type { LogFields } from '../../core/foundation/logging.ts';
import type { SweepLinks } from '../../core/links/sweep-links.ts';
import type { SweepRuns } from '../../core/runs/sweep-runs.ts';
import type { SweepSchedules } from '../../core/triggers/sweep-schedules.ts';
import type { SweepRegistrations } from '../../core/webhooks/sweep-registrations.ts';
import type { SweepWindows } from '../../core/webhooks/sweep-windows.ts';

export interface Sweeps {
  readonly sweepAlerts: SweepAlerts;
  readonly sweepLinks: SweepLinks;
  readonly sweepRegistrations: SweepRegistrations;
  readonly sweepRuns: SweepRuns;
  readonly sweepSchedules: SweepSchedules;
  readonly sweepWindows: SweepWindows;
}

/** One sweep of everything; fails when something could not be done, so that the alarm on this function sees it. */
export function createHandler(sweeps: () => Sweeps): () => Promise<LogFields> {
  return async () => {
    const { sweepRuns, sweepSchedules, sweepWindows, sweepRegistrations, sweepLinks, sweepAlerts } = sweeps();
    const swept = [
      sweepRuns(),
      sweepSchedules(),
      sweepWindows(),
      sweepLinks(),
      sweepAlerts(),
      sweepRegistrations(),
    ] as const;
    // Each to its end, whatever becomes of the other.
    await Promise.allSettled(swept);
    const [runs, schedules, windows, links, alerts, registrations] = await Promise.all(swept);
    if (runs.failed > 0) throw new Error(`${runs.failed} RunFinished messages could not be handed off`);
    if (schedules.failed > 0) throw new Error(`The schedules of ${schedules.failed} tasks could not be made`);
    return {
      sent: runs.sent,
      handedOff: runs.handedOff,
      synced: schedules.synced,
      windows,
      links,
      alerts,
      registrations,
    };
  };
}
