import type { CountDelivery } from '../applications/rate-limiter.ts';
import type { Clock } from '../foundation/clock.ts';
import type { AcceptDelivery } from './accept-delivery.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { Hook } from './hook.ts';
import type { OpenedHook, OpenHooks } from './open-hooks.ts';

/** `refused` is all that is said of what is not authentic, whatever it lacks. */
export type DeliveryAnswer =
  | { readonly kind: 'accepted' | 'refused' }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number };

/** Takes in a request that claims to be a delivery of a hook. */
export type ReceiveDelivery = (hookID: string, delivery: Delivery) => Promise<DeliveryAnswer>;

export function createReceiveDelivery(dependencies: {
  readonly openHooks: OpenHooks;
  readonly ledger: Pick<DeliveryLedger, 'countRefused'>;
  readonly countDelivery: CountDelivery;
  readonly acceptDelivery: AcceptDelivery;
  readonly clock: Clock;
}): ReceiveDelivery {
  const { openHooks, ledger, countDelivery, acceptDelivery, clock } = dependencies;
  const isAuthentic = (opened: OpenedHook, delivery: Delivery) =>
    opened.hook.scheme.isAuthentic(delivery, opened.secretsAt(clock.now()));
  const take = async (hook: Hook, delivery: Delivery): Promise<DeliveryAnswer> => {
    // Only what is authentic counts: nobody else uses the limit up, or learns from it that the hook is there.
    const allowance = await countDelivery(hook);
    if (allowance?.isAllowed === false) {
      const milliseconds = allowance.resetsAt.getTime() - clock.now().getTime();
      return { kind: 'limited', retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1000)) };
    }
    await acceptDelivery(hook, delivery);
    return { kind: 'accepted' };
  };
  return async (hookID, delivery) => {
    const recalled = await openHooks.recall(hookID);
    if (recalled === undefined) return { kind: 'refused' };
    if (isAuthentic(recalled, delivery)) return take(recalled.hook, delivery);
    // Its secret may have been rotated a moment ago.
    const current = await openHooks.read(hookID);
    if (current === undefined) return { kind: 'refused' };
    if (isAuthentic(current, delivery)) return take(current.hook, delivery);
    await ledger.countRefused(current.hook);
    return { kind: 'refused' };
  };
}
