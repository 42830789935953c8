import type { TableAccess } from '../foundation/table-client.ts';
import type { HeldLease } from '../leases/held-lease.ts';
import type { Engine } from '../runs/engine.ts';
import type { OpenPushDestination } from './push-destination.ts';
import type { PushLine } from './push-line.ts';
import type { PushPayloads } from './push-payloads.ts';

export interface PushPorts {
  readonly table: TableAccess;
  readonly payloads: PushPayloads;
  readonly openDestination: OpenPushDestination;
}

/** One worker's hold on the pushes to one index. */
export interface PushWork {
  readonly engine: Engine;
  readonly ports: PushPorts;
  readonly line: PushLine;
  readonly lease: HeldLease;
  readonly remainingMilliseconds: () => number;
}
