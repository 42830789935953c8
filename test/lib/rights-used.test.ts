import { buildBundles, functionNames } from '../../lib/bundles.ts';
import {
  actionsOf,
  aStage,
  functionOf,
  roleOf,
  statementsOf,
  synthesiseTemplate,
  type Template,
} from './support/template.ts';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const OWN_CODE = ['core', 'connectors', 'lambdas'].map((folder) => `${join(ROOT, folder)}/`);

// One machine does not check rights, so what a function lacks would show on AWS only. What it calls is read from the
// source files that its bundle was made of.
const ACTIONS: Readonly<Record<string, string>> = {
  GetCommand: 'dynamodb:GetItem',
  BatchGetCommand: 'dynamodb:BatchGetItem',
  BatchWriteCommand: 'dynamodb:BatchWriteItem',
  QueryCommand: 'dynamodb:Query',
  PutCommand: 'dynamodb:PutItem',
  UpdateCommand: 'dynamodb:UpdateItem',
  DeleteCommand: 'dynamodb:DeleteItem',
  SendMessageCommand: 'sqs:SendMessage',
  SendMessageBatchCommand: 'sqs:SendMessage',
  PutEventsCommand: 'events:PutEvents',
  InvokeCommand: 'lambda:InvokeFunction',
  PutObjectCommand: 's3:PutObject',
  GetObjectCommand: 's3:GetObject',
  DeleteObjectCommand: 's3:DeleteObject',
  GetSecretValueCommand: 'secretsmanager:GetSecretValue',
  SendEmailCommand: 'ses:SendEmail',
  PublishCommand: 'sns:Publish',
  GetScheduleCommand: 'scheduler:GetSchedule',
  CreateScheduleCommand: 'scheduler:CreateSchedule',
  UpdateScheduleCommand: 'scheduler:UpdateSchedule',
  DeleteScheduleCommand: 'scheduler:DeleteSchedule',
  RegisterTaskDefinitionCommand: 'ecs:RegisterTaskDefinition',
  RunTaskCommand: 'ecs:RunTask',
  DescribeTasksCommand: 'ecs:DescribeTasks',
  ListTasksCommand: 'ecs:ListTasks',
  StopTaskCommand: 'ecs:StopTask',
};
const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
};
// A transaction needs the rights of its parts. Who may use which key is told one by one in rights.test.ts: the same
// file seals and opens. Whoever works on a queue may ask for its attributes anyway.
const ELSEWHERE = [
  'GetQueueAttributesCommand',
  'TransactWriteCommand',
  'GenerateDataKeyCommand',
  'DecryptCommand',
];

let template: Template;
let bundles: Readonly<Record<string, string>>;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-rights-'));
  template = await synthesiseTemplate({ stage: aStage({ connectors: true }) });
  bundles = await buildBundles({ outDirectory: directory });
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function ownSourceOf(name: string): string {
  const bundle = bundles[name] ?? '';
  const { sources } = JSON.parse(readFileSync(join(bundle, 'index.mjs.map'), 'utf8')) as {
    sources: string[];
  };
  return sources
    .map((source) => resolve(bundle, source))
    .filter((file) => OWN_CODE.some((folder) => file.startsWith(folder)))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

function commandsIn(source: string): string[] {
  return [...source.matchAll(/new (?:\w+\.)?(\w+Command)\(/g)].map(([, command]) => command ?? '');
}

function actionsUsedBy(name: string): string[] {
  const source = ownSourceOf(name);
  const parts = [...source.matchAll(/ (Put|Update|Delete|ConditionCheck): \{/g)].map(
    ([, part]) => part ?? '',
  );
  const actions = [
    ...commandsIn(source).flatMap((command) => ACTIONS[command] ?? []),
    ...parts.flatMap((part) => TRANSACTION_ACTIONS[part] ?? []),
  ];
  return [...new Set(actions)].sort();
}

/**
 * Without what Lambda itself does with the function's role, the keys, the roles that schedules and tasks are handed, and what
 * comes with other calls: tags of a task that is run, and to be told that an object is not there.
 */
function actionsGrantedTo(name: string): string[] {
  const granted = statementsOf(template, roleOf(functionOf(template, name).resource)).flatMap(actionsOf);
  const ofLambda =
    /^(?:logs|xray):|^sqs:(?:ReceiveMessage|DeleteMessage|ChangeMessageVisibility|GetQueueAttributes)$/;
  return [...new Set(granted)]
    .filter((action) => !ofLambda.test(action) && !/^(?:kms|iam):/.test(action))
    .filter((action) => !['ecs:TagResource', 's3:ListBucket'].includes(action))
    .sort();
}

test.for(functionNames(join(ROOT, 'lambdas')))(
  '%s may do what its code does, no less and no more',
  (name) => {
    expect(actionsGrantedTo(name)).toEqual(actionsUsedBy(name));
  },
);

test('every call to AWS in the code is known here', () => {
  const commands = commandsIn(Object.keys(bundles).map(ownSourceOf).join('\n'));
  expect(commands.length).toBeGreaterThan(0);
  expect(commands.filter((command) => !(command in ACTIONS) && !ELSEWHERE.includes(command))).toEqual([]);
});
