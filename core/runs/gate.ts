import { number, percent } from './amounts.ts';
import type { RunCounts, Settlement } from './run.ts';
import type { RunPolicy } from './run-policy.ts';
import type { AttributeSample } from './ports.ts';

/** What a replace run's temporary index was found to hold, what it should, and what it would replace. */
export interface GateEvidence {
  readonly written: number;
  /** The least and the most that can be right; the same number unless the run was taken up again in between. */
  readonly atLeast: number;
  readonly atMost: number;
  readonly live: number;
  /** Absent when the destination lets nobody look into its records. */
  readonly samples?: { readonly written: AttributeSample; readonly live: AttributeSample };
}

/** Why a new index must not take the place of the live one without a person's consent. */
interface Objection {
  readonly reasonCode: Settlement['reasonCode'];
  readonly cause: string;
}

/**
 * The gate before the move, in this order: no records → `no_events`; fewer records in the new index than were sent →
 * `lacking_events`, more → `internal`; too large a drop against the live index, or an attribute that vanished from too
 * many records → `lacking_events`. Nothing when the move may be made.
 */
export function findObjection(
  counts: RunCounts,
  evidence: GateEvidence,
  policy: RunPolicy,
): Objection | undefined {
  const { written, atLeast, atMost, live } = evidence;
  if (counts.applied === 0) {
    return { reasonCode: 'no_events', cause: 'The source has no records to put into the index.' };
  }
  if (written < atLeast) {
    const cause = `The new index holds ${number(written)} records though ${number(atLeast)} were sent.`;
    return { reasonCode: 'lacking_events', cause };
  }
  if (written > atMost) {
    const cause = `The new index holds ${number(written)} records though only ${number(atMost)} were sent.`;
    return { reasonCode: 'internal', cause };
  }
  if ((live - written) * 100 > policy.maxDropPercent * live) {
    const cause = `The new index holds ${number(written)} records and the live one ${number(live)}: ${percent(live - written, live)} fewer, where the task accepts ${policy.maxDropPercent} %.`;
    return { reasonCode: 'lacking_events', cause };
  }
  const vanished = findVanished(evidence, policy.vanishedAttributesPercent);
  return vanished === undefined ? undefined : { reasonCode: 'lacking_events', cause: vanished };
}

/** The attribute that lost most, when it lost more than the task accepts. */
function findVanished({ samples }: GateEvidence, acceptedPercent: number): string | undefined {
  if (samples === undefined || samples.written.records === 0 || samples.live.records === 0) return undefined;
  const { written, live } = samples;
  const shareOf = (sample: AttributeSample, name: string) =>
    ((sample.attributes.get(name) ?? 0) / sample.records) * 100;
  let worst = { name: '', loss: acceptedPercent };
  for (const name of live.attributes.keys()) {
    const loss = shareOf(live, name) - shareOf(written, name);
    if (loss > worst.loss) worst = { name, loss };
  }
  if (worst.name === '') return undefined;
  const [before, after] = [live, written].map((sample) => `${Math.round(shareOf(sample, worst.name))} %`);
  return `The attribute ${worst.name} is on ${after} of the new records looked at, where ${before} of the live ones have it; the task accepts a loss on ${acceptedPercent} %.`;
}
