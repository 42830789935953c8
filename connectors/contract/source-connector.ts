import type { ZodType } from 'zod';
import type { Secret } from '../../core/foundation/secret.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import type { BatchLimits, RecordSource } from '../../core/runs/ports.ts';
import type { SourceStream } from '../../core/sources/source-stream.ts';
import type { TaskSourceInput } from '../../core/tasks/task-source-input.ts';
import type { ContainerRunner } from '../containers/container-runner.ts';
import type { NetworkPolicy } from '../http/network-policy.ts';
import type { HttpTimeouts } from '../http/http-timeouts.ts';

/** The opened fields of the authentication that a source names, by type; secret fields are wrapped. */
export interface OpenedAuthentication {
  readonly type: string;
  readonly input: Readonly<Record<string, string | Secret>>;
}

/** What one record of a shop stands for. */
export type RecordType = 'product' | 'variant' | 'collection';

/** What a connector is opened with, for one run. */
export interface SourceContext<Input> {
  readonly input: Input;
  readonly authentication?: OpenedAuthentication;
  readonly limits: BatchLimits;
  readonly network: NetworkPolicy;
  /** Vendor → base URL, where the operator reaches it elsewhere than at its own address; such a host may be private. */
  readonly vendorHosts: Readonly<Record<string, string>>;
  /** How long a server may take, where that is not the connector's own. */
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly clock: Clock;
  /** Records without an id of their own get `deriveID(taskID, position)`, so a repeat gives the same ids. */
  readonly taskID: string;
  /** When the run was triggered: the day that date ranges are counted from, the same for every worker of the run. */
  readonly triggeredAt: Date;
  /** What the task says of how its source is read, checked for the source's type. */
  readonly taskInput?: TaskSourceInput;
  /** What the destination wants of a shop: products where absent. */
  readonly recordType?: RecordType;
  /** One of those that `plan` named: only its records are read. */
  readonly recordSet?: string;
  /** The run fills an index of its own, so everything has to be read whatever earlier runs have read. */
  readonly inFull?: boolean;
  /** The destination counts what it is given twice, so what earlier runs have given is not to be given again. */
  readonly countsRepeats?: boolean;
  /** Where the task's runs before have come to, as `RecordSource.stateAt` had it. */
  readonly resumeFrom?: string;
  /** Where states are kept that are too large for a cursor. */
  readonly states?: KeptStates;
  /** Runs connectors that are container images; absent where that cannot be done. */
  readonly containers?: ContainerRunner;
}

/** Keeps states of connectors for the runs of a task. */
interface KeptStates {
  /** Resolves with the key under which it can be opened, by later runs of the task too. */
  keep(text: string): Promise<string>;
  /** Nothing when it is not there any more. */
  open(key: string): Promise<string | undefined>;
}

/** Where a vendor is to deliver its webhooks, and what it proves them with. */
export interface VendorHook {
  readonly url: string;
  readonly secret: Secret;
}

/** Has a vendor deliver webhooks. Both methods may be repeated at any time and then change nothing that is right. */
export interface WebhookRegistrar<Input> {
  /**
   * Looks at what is registered for the hook's URL and creates, corrects or switches on again what differs. Resolves with
   * the vendor's topics that are then delivered. Errors: `SourceError`.
   */
  register(
    context: SourceContext<Input>,
    hook: VendorHook,
    signal: AbortSignal,
  ): Promise<{ readonly topics: readonly string[] }>;
  /** Removes everything that is registered for the hook's URL. */
  remove(context: SourceContext<Input>, hook: Pick<VendorHook, 'url'>, signal: AbortSignal): Promise<void>;
}

/** What a look at a source gave. */
export interface SourceCheck {
  readonly sample: Record<string, unknown>[];
  /** A sentence that whoever sets up the source should read: what a run costs, say. */
  readonly note?: string;
}

/**
 * One source type. `open` does no I/O: what is wrong with the source shows when it is read.
 * `check` reads just enough to prove that the source can be read, and returns up to 10 sample records.
 */
export interface SourceConnector<Input> {
  readonly type: string;
  /** Types of authentication that a source of this type may name. */
  readonly authenticationTypes: readonly string[];
  /** What the connector itself needs of a source's input; the API's own checks go further. */
  readonly inputSchema: ZodType<Input>;
  open(context: SourceContext<Input>): RecordSource;
  check(context: SourceContext<Input>, signal: AbortSignal): Promise<SourceCheck>;
  /** The streams that the source offers, where it has such a thing. */
  readonly discover?: (
    context: SourceContext<Input>,
    signal: AbortSignal,
  ) => Promise<readonly SourceStream[]>;
  /**
   * The record sets (locales, stores, streams) that can be read and indexed each by itself, in a stable order: a
   * destination with a prefix has an index for each. None where the source is one set.
   */
  readonly plan?: (context: SourceContext<Input>, signal: AbortSignal) => Promise<readonly string[]>;
  /** Where the vendor can be told to deliver webhooks. */
  readonly webhooks?: WebhookRegistrar<Input>;
}
