import type { ZodType } from 'zod';
import type { Secret } from '../../core/foundation/secret.ts';
import type { BatchLimits, RecordSource } from '../../core/runs/ports.ts';
import type { HttpTimeouts } from '../http/http-client.ts';

/** The opened fields of the authentication that a source names, by type; secret fields are wrapped. */
export interface OpenedAuthentication {
  readonly type: string;
  readonly input: Readonly<Record<string, string | Secret>>;
}

/** Where requests may go besides public addresses. */
export interface NetworkPolicy {
  /** CIDRs that may be reached though private. */
  readonly allowPrivate: readonly string[];
  /** `host:port` entries that may be reached though private. */
  readonly trustedHosts: readonly string[];
}

/** What a connector is opened with, for one run. */
export interface SourceContext<Input> {
  readonly input: Input;
  readonly authentication?: OpenedAuthentication;
  readonly limits: BatchLimits;
  readonly network: NetworkPolicy;
  /** How long a server may take, where that is not the connector's own. */
  readonly timeouts?: Partial<HttpTimeouts>;
  /** Records without an id of their own get `deriveID(taskID, position)`, so a repeat gives the same ids. */
  readonly taskID: string;
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
  check(context: SourceContext<Input>, signal: AbortSignal): Promise<{ sample: Record<string, unknown>[] }>;
}
