import type { EventSourceMapping } from '../event-sources/event-source-mapping.ts';
import type { FunctionDefinition } from '../lambda/function-definition.ts';

/** What the template leaves for the runtime to run itself, once the embedded services hold the rest. */
export interface MachinePlan {
  readonly functions: FunctionDefinition[];
  readonly eventSourceMappings: EventSourceMapping[];
  /** Function name → how an asynchronous invocation is repeated. */
  readonly asynchronousRetries: Map<string, AsynchronousRetries>;
  /** Queue ARN → its URL here. */
  readonly queueURLs: Map<string, string>;
  /** Integration id → ARN of the function behind it. */
  readonly integrations: Map<string, string>;
  readonly routes: { readonly apiID: string; readonly routeKey: string; readonly integrationID: string }[];
  /** The stack's own schedules: what each of them would send, and where. */
  readonly schedules: { readonly targetArn: string; readonly input: string }[];
}

export interface AsynchronousRetries {
  readonly maxAttempts: number;
  readonly maxAgeSeconds: number;
}

export function emptyPlan(): MachinePlan {
  return {
    functions: [],
    eventSourceMappings: [],
    asynchronousRetries: new Map(),
    queueURLs: new Map(),
    integrations: new Map(),
    routes: [],
    schedules: [],
  };
}
