/** A queue that invokes a function, as the template says. */
export interface EventSourceMapping {
  readonly queueArn: string;
  readonly queueURL: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly maxConcurrency: number;
  readonly reportsItemFailures: boolean;
}
