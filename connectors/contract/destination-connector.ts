import type { DestinationType } from '../../core/destinations/destination.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import type { Secret } from '../../core/foundation/secret.ts';
import type { BatchLimits, RecordDestination } from '../../core/runs/ports.ts';
import type { TaskAction } from '../../core/runs/run.ts';
import type { NetworkPolicy } from '../http/network-policy.ts';

/** What a destination is opened with, for one run. */
export interface DestinationContext {
  readonly applicationID: string;
  readonly apiKey: Secret;
  readonly indexName: string;
  readonly action: TaskAction;
  readonly runID: string;
  /** Which of the run's temporary indices counts, where the destination has such. */
  readonly generation?: number | undefined;
  readonly network: NetworkPolicy;
  /** Application ID → base URL of its Search API, where that is not Algolia's own. */
  readonly searchHosts: Readonly<Record<string, string>>;
  /** Vendor → base URL, where the operator reaches it elsewhere than at its own address; such a host may be private. */
  readonly vendorHosts: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Records over this size are rejected without being sent. */
  readonly maxRecordBytes: number;
  /** Called right before each request; what it throws ends the request. */
  readonly beforeRequest: () => void;
}

/** One destination type. `open` does no I/O: what is wrong with the destination shows when it is written. */
export interface DestinationConnector {
  readonly type: DestinationType;
  /** How large batches from the source may be. */
  readonly batchLimits: BatchLimits;
  open(context: DestinationContext): RecordDestination;
}
