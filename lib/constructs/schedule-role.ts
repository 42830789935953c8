import { Stack } from 'aws-cdk-lib';
import {
  Policy,
  PolicyStatement,
  Role,
  ServicePrincipal,
  type PolicyStatementProps,
} from 'aws-cdk-lib/aws-iam';
import type { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

/** A role that only schedules of this group and account may take on, to do exactly this. */
export class ScheduleRole extends Construct {
  readonly role: Role;
  /** What a schedule must wait for: Scheduler refuses a target whose role cannot invoke it yet. */
  readonly policy: Policy;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly group: CfnScheduleGroup; readonly statements: readonly PolicyStatementProps[] },
  ) {
    super(scope, id);
    const conditions = {
      StringEquals: {
        'aws:SourceAccount': Stack.of(this).account,
        'aws:SourceArn': props.group.attrArn,
      },
    };
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions }),
    });
    this.policy = new Policy(this, 'Policy', { roles: [this.role] });
    this.policy.addStatements(...props.statements.map((statement) => new PolicyStatement(statement)));
  }
}
