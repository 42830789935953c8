import { AdminKey } from './admin-key.ts';
import { CredentialsKey } from './credentials-key.ts';
import { FrontDoor } from './front-door.ts';
import { createApi, createPollRuns, createRunTransform, createWorkRun } from './functions.ts';
import { MessageBus } from './message-bus.ts';
import { PushPayloads } from './push-payloads.ts';
import { RunQueue } from './run-queue.ts';
import type { Stage } from './stage.ts';
import { SweepSchedule } from './sweep-schedule.ts';
import { Table } from './table.ts';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';

export interface IngestionServiceProps {
  readonly stage: Stage;
  /** Function name → directory of its bundle. */
  readonly bundles: Readonly<Record<string, string>>;
}

/** The whole system: what there is, who may do what, what starts what, and what a user is told. */
export class IngestionService extends Stack {
  constructor(scope: Construct, { stage, bundles }: IngestionServiceProps) {
    super(scope, `millrace-${stage.name}`, {
      description: "Millrace: Algolia's Ingestion API on your own account",
      env: { region: stage.region },
    });

    const table = new Table(this, 'Table');
    const credentialsKey = new CredentialsKey(this, 'CredentialsKey');
    const adminKey = new AdminKey(this, 'AdminKey', { stage });
    const runs = new RunQueue(this, 'RunQueue', { stage });
    const pushPayloads = new PushPayloads(this, 'PushPayloads');
    const bus = new MessageBus(this, 'MessageBus', { stage });
    const group = new CfnScheduleGroup(this, 'Schedules', { name: this.stackName });

    const runTransform = createRunTransform(this, { stage, bundles });
    const around = { runTransform, stage, bundles, table, credentialsKey, adminKey, pushPayloads, runs, bus };
    const api = createApi(this, around);
    const workRun = createWorkRun(this, around);
    const pollRuns = createPollRuns(this, around);

    table.grantReadWriteDelete(api);
    table.grantReadWriteDelete(workRun);
    table.grantReadWriteDelete(pollRuns);
    for (const fn of [api, workRun, pollRuns]) runs.grantStartRun(fn);
    adminKey.grantRead(api);
    credentialsKey.grantSeal(api);
    credentialsKey.grantOpen(workRun);
    for (const fn of [api, workRun]) runTransform.grantInvoke(fn);
    pushPayloads.grantStore(api);
    pushPayloads.grantUse(workRun);
    bus.grantAnnounce(workRun);
    bus.grantAnnounce(pollRuns);

    const frontDoor = new FrontDoor(this, 'FrontDoor', { stage, api });
    runs.workedBy(workRun, { maxConcurrency: stage.runConcurrency });
    const sweep = new SweepSchedule(this, 'Sweep', { stage, group });
    sweep.invoke(pollRuns);

    this.#tell({
      ApiUrl: frontDoor.url,
      AdminKeySecretArn: adminKey.secretArn,
      BusName: bus.busName,
      TableName: table.tableName,
      RunsQueueUrl: runs.url,
    });
  }

  #tell(outputs: Readonly<Record<string, string>>): CfnOutput[] {
    return Object.entries(outputs).map(([name, value]) => new CfnOutput(this, name, { value }));
  }
}
