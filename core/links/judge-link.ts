import { SealBrokenError } from '../foundation/sealing.ts';
import {
  HostedRefusedError,
  HostedThrottledError,
  HostedUnreachableError,
  type HostedApi,
} from './hosted-api.ts';
import type { LinkState } from './link-states.ts';
import { otherRegion, type Link } from './link.ts';
import { SliceEndedError } from './slice-budget.ts';

/** What is wrong for now changes by a person's hand: asking each minute is no use. */
const WRONG_WAIT_SECONDS = 15 * 60;

/** What a slice found out about its link. */
export interface Judgement {
  readonly status?: LinkState['status'];
  readonly message?: string;
  /** When to look again, where that is not a minute later. */
  readonly waitSeconds?: number;
}

const ACTIVE = { status: 'active', message: 'Tasks, runs and events are copied.' } as const;

/**
 * The API of a region knows every application, with nothing in it if its data is in the other. So where there are no
 * tasks, the other region is asked before the link is taken for good.
 */
export async function judgeRegion(
  link: Link,
  { hasTasks, isKnown }: { readonly hasTasks: boolean; readonly isKnown: boolean },
  openOther: () => Promise<HostedApi>,
): Promise<Judgement> {
  if (hasTasks) return ACTIVE;
  if (!isKnown && (await hasAnyTask(await openOther()))) return wrongRegion(link);
  return { status: 'active', message: 'The application has no tasks there yet.' };
}

/** What a failure says about the link; what nobody foresaw is thrown. */
export async function judgeFailure(
  error: unknown,
  link: Link,
  openOther: () => Promise<HostedApi>,
): Promise<Judgement | undefined> {
  // All is well: there is only more to do than fits into one slice.
  if (error instanceof SliceEndedError) return undefined;
  if (error instanceof SealBrokenError) {
    const message = 'The stored key does not open: set it again.';
    return { status: 'keyRefused', message, waitSeconds: WRONG_WAIT_SECONDS };
  }
  if (error instanceof HostedThrottledError) {
    return { message: 'Algolia asked to wait: the copying goes on later.', waitSeconds: error.seconds };
  }
  if (error instanceof HostedRefusedError && error.isOfKey) {
    if (await isAccepted(await openOther())) return wrongRegion(link);
    const message = `${error.message} Set a key with the rights addObject, deleteIndex and editSettings.`;
    return { status: 'keyRefused', message, waitSeconds: WRONG_WAIT_SECONDS };
  }
  if (error instanceof HostedUnreachableError || error instanceof HostedRefusedError) {
    return { status: 'unreachable', message: error.message };
  }
  throw error;
}

function wrongRegion({ applicationID, region }: Link): Judgement {
  const other = otherRegion(region);
  return {
    status: 'wrongRegion',
    message: `The tasks of ${applicationID} are in the region ${other}, not in ${region}: delete this link and make one for ${other}.`,
    waitSeconds: WRONG_WAIT_SECONDS,
  };
}

async function hasAnyTask(hosted: HostedApi): Promise<boolean> {
  try {
    return (await hosted.listTasks(1)).tasks.length > 0;
  } catch (error) {
    return isAnswer(error);
  }
}

async function isAccepted(hosted: HostedApi): Promise<boolean> {
  try {
    await hosted.listTasks(1);
    return true;
  } catch (error) {
    return isAnswer(error);
  }
}

/** Whatever the other region answers instead of tasks, it tells nothing of this one. */
function isAnswer(error: unknown): false {
  const isForeseen =
    error instanceof HostedRefusedError ||
    error instanceof HostedThrottledError ||
    error instanceof HostedUnreachableError ||
    error instanceof SliceEndedError;
  if (!isForeseen) throw error;
  return false;
}
