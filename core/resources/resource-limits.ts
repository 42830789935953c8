import { LimitReachedError } from '../foundation/errors.ts';
import type { Limits } from '../foundation/limits.ts';
import type { Reference, ResourceKind } from './resource.ts';

/** Limits do not pass with time, but clients look for a time: they may ask again when somebody had time to delete. */
const RETRY_AFTER_SECONDS = 60;

const LIMIT_NAMES: Partial<Record<ResourceKind, 'authentications' | 'sources' | 'destinations' | 'alerts'>> =
  {
    authentication: 'authentications',
    source: 'sources',
    destination: 'destinations',
    alert: 'alerts',
  };

/** How many resources of this kind an application may have; nothing where that is not limited. */
export function maxResources(kind: ResourceKind, limits: Limits | undefined): number | undefined {
  const name = LIMIT_NAMES[kind];
  return (name === undefined ? null : limits?.[name]) ?? undefined;
}

/** How many resources of this kind may use what `reference` names; nothing where that is not limited. */
export function maxUses(
  user: ResourceKind,
  reference: Reference,
  limits: Limits | undefined,
): number | undefined {
  const isBound = user === 'task' && reference.kind === 'source';
  return isBound ? (limits?.tasksPerSource ?? undefined) : undefined;
}

export function tooManyResources(kind: ResourceKind, limit: number): LimitReachedError {
  return new LimitReachedError(
    'limits.too_many_resources',
    `An application may have at most ${limit} ${kind}s (the limit "${LIMIT_NAMES[kind]}"), and this one has as many: ` +
      'delete one that is not needed.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}

export function tooManyUses(reference: Reference, limit: number): LimitReachedError {
  return new LimitReachedError(
    'limits.too_many_tasks',
    `At most ${limit} tasks may use one source (the limit "tasksPerSource"), and ${reference.id} has as many: ` +
      'delete one that is not needed.',
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
