import { AdminKey } from './admin-key.ts';
import { Alerts } from './alerts.ts';
import { CredentialsKey } from './credentials-key.ts';
import { FrontDoor } from './front-door.ts';
import {
  createApi,
  createPollLink,
  createPollRuns,
  createRunTransform,
  createStartRun,
  createWorkRun,
  type FunctionSurroundings,
} from './functions.ts';
import { LinkQueue } from './link-queue.ts';
import { MessageBus } from './message-bus.ts';
import { PushPayloads } from './push-payloads.ts';
import { RunQueue } from './run-queue.ts';
import type { Stage } from './stage.ts';
import { StartQueue } from './start-queue.ts';
import { TaskSchedules } from './task-schedules.ts';
import { SweepSchedule } from './sweep-schedule.ts';
import { Table } from './table.ts';
import { Webhooks } from './webhooks.ts';
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
    const starts = new StartQueue(this, 'StartQueue', { stage });
    const links = new LinkQueue(this, 'LinkQueue', { stage });
    const pushPayloads = new PushPayloads(this, 'PushPayloads');
    const bus = new MessageBus(this, 'MessageBus', { stage });
    const alerts = new Alerts(this, 'Alerts', { stage, bus });
    const group = new CfnScheduleGroup(this, 'Schedules', { name: this.stackName });
    const schedules = new TaskSchedules(this, 'TaskSchedules', { stage, group, starts });

    const runTransform = createRunTransform(this, { stage, bundles });
    const around = {
      stage,
      bundles,
      table,
      credentialsKey,
      adminKey,
      pushPayloads,
      runs,
      starts,
      links,
      schedules,
      bus,
      alerts,
      runTransform,
    };
    const api = createApi(this, around);
    const startRun = createStartRun(this, around);
    const workRun = createWorkRun(this, around);
    const pollLink = createPollLink(this, around);
    const pollRuns = createPollRuns(this, around);
    const { receiveWebhook } = new Webhooks(this, 'Webhooks', around);

    for (const fn of [api, startRun, workRun, pollRuns]) table.grantReadWriteDelete(fn);
    table.grantStore(pollLink);
    for (const fn of [api, startRun, workRun, pollRuns]) runs.grantStartRun(fn);
    for (const fn of [startRun, pollRuns]) starts.grantAsk(fn);
    for (const fn of [api, pollRuns]) schedules.grantManage(fn);
    adminKey.grantRead(api);
    credentialsKey.grantSeal(api);
    credentialsKey.grantOpen(workRun);
    credentialsKey.grantOpenLinks(pollLink);
    for (const fn of [api, startRun, pollRuns]) links.grantAsk(fn);
    for (const fn of [api, workRun]) runTransform.grantInvoke(fn);
    pushPayloads.grantStore(api);
    pushPayloads.grantUse(workRun);
    for (const fn of [workRun, pollRuns]) bus.grantAnnounce(fn);

    const frontDoor = new FrontDoor(this, 'FrontDoor', { stage, api, receiveWebhook });
    starts.workedBy(startRun);
    links.workedBy(pollLink);
    runs.workedBy(workRun, { maxConcurrency: stage.runConcurrency });
    new SweepSchedule(this, 'Sweep', { stage, group }).invoke(pollRuns);
    alerts.send(around, { apiURL: frontDoor.endpoint, askers: [api, pollRuns] });

    this.#tell(around, frontDoor);
  }

  #tell({ adminKey, bus, table, runs }: FunctionSurroundings, frontDoor: FrontDoor): CfnOutput[] {
    const outputs = {
      ApiUrl: frontDoor.url,
      AdminKeySecretArn: adminKey.secretArn,
      BusName: bus.busName,
      TableName: table.tableName,
      RunsQueueUrl: runs.url,
    };
    return Object.entries(outputs).map(([name, value]) => new CfnOutput(this, name, { value }));
  }
}
