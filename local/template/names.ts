/** What CloudFormation's pseudo parameters stand for on one machine. */
export interface StackNames {
  readonly stackName: string;
  readonly region: string;
  readonly accountID: string;
}

/** The ARN of a resource of this stack's account and region. */
export function arnOf(names: StackNames, service: string, resource: string): string {
  return `arn:aws:${service}:${names.region}:${names.accountID}:${resource}`;
}

/** A physical name for a resource that the template does not name. */
export function physicalName(names: StackNames, logicalID: string): string {
  return `${names.stackName}-${logicalID}`;
}
