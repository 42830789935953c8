import type { Secret } from '../foundation/secret.ts';
import type { AlertRaised } from './alert-raised.ts';
import type { RenderedAlert } from './render-alert.ts';

/** A channel with what opens it. */
export type OpenedChannel =
  | { readonly type: 'email'; readonly to: readonly string[] }
  | { readonly type: 'webhook'; readonly url: string; readonly secret: Secret }
  | { readonly type: 'slack'; readonly url: Secret }
  | { readonly type: 'sns'; readonly topicARN: string }
  | { readonly type: 'eventBridge' };

export interface OutgoingAlert {
  readonly rendered: RenderedAlert;
  readonly raised: AlertRaised;
  /** Of the event told, the same in every attempt. */
  readonly at: Date;
}

/** What came of one attempt. `gone`: the receiver wants nothing more, ever. */
export interface ChannelAnswer {
  readonly result: 'delivered' | 'failed' | 'gone';
  readonly statusCode?: number;
  /** A sentence without secrets. */
  readonly answer: string;
}

/** Brings an alert to a channel, once; never throws for what the other side does. */
export type SendThrough = (channel: OpenedChannel, alert: OutgoingAlert) => Promise<ChannelAnswer>;
