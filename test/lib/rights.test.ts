import {
  actionsOf,
  aStage,
  functionOf,
  onlyOf,
  resourcesOf,
  roleOf,
  statementsOf,
  synthesiseTemplate,
  type Statement,
  type Template,
} from './support/template.ts';
import { beforeAll, describe, expect, test } from 'vitest';

const FUNCTIONS = [
  'api',
  'start-run',
  'work-run',
  'poll-runs',
  'poll-link',
  'receive-webhook',
  'receive-message',
  'send-alert',
];

let template: Template;

beforeAll(async () => {
  template = await synthesiseTemplate();
});

function rightsOf(name: string): Statement[] {
  return statementsOf(template, roleOf(functionOf(template, name).resource));
}

function allStatements(): Statement[] {
  return resourcesOf(template, 'AWS::IAM::Policy').flatMap(
    ([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[],
  );
}

function isAbout(statement: Statement, logicalIdPart: string): boolean {
  return JSON.stringify(statement.Resource).includes(`"${logicalIdPart}`);
}

test('each function has a role of its own, which Lambda alone may take on and nothing managed widens', () => {
  const roles = FUNCTIONS.map((name) => roleOf(functionOf(template, name).resource));
  expect(new Set(roles).size).toBe(FUNCTIONS.length);
  for (const id of roles) {
    const role = template.Resources[id]?.Properties;
    expect(role.ManagedPolicyArns).toBeUndefined();
    expect(role.AssumeRolePolicyDocument.Statement).toHaveLength(1);
    expect(role.AssumeRolePolicyDocument.Statement[0].Principal).toEqual({ Service: 'lambda.amazonaws.com' });
  }
});

test('no right is given by wildcard, besides those of X-Ray, which knows no resources', () => {
  expect(allStatements().length).toBeGreaterThan(10);
  for (const statement of allStatements()) {
    expect(statement.Effect).toBe('Allow');
    for (const action of actionsOf(statement)) expect(action).not.toContain('*');
  }
  const onAnything = allStatements().filter(
    (statement) =>
      JSON.stringify(statement.Resource).includes('*') &&
      !isAbout(statement, 'PushPayloads') &&
      !JSON.stringify(statement.Resource).includes(':schedule/'),
  );
  expect([...new Set(onAnything.flatMap(actionsOf))].sort()).toEqual([
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
});

describe('the key that seals credentials', () => {
  test('can be used by the api to seal and by those who fetch, write and check to open, each not the other, and by nobody else', () => {
    const onKey = (name: string): string[] =>
      rightsOf(name)
        .filter((statement) => isAbout(statement, 'CredentialsKey'))
        .flatMap(actionsOf);
    expect(onKey('api')).toEqual(['kms:GenerateDataKey']);
    expect(onKey('work-run')).toEqual(['kms:Decrypt']);
    expect(onKey('receive-webhook')).toEqual(['kms:Decrypt']);
    expect(onKey('poll-link')).toEqual(['kms:Decrypt']);
    expect(onKey('send-alert')).toEqual(['kms:Decrypt']);
    expect(onKey('receive-message')).toEqual([]);
    for (const name of ['start-run', 'poll-runs']) expect(onKey(name)).toEqual([]);
  });

  test('opens for the receiver of webhooks no secret but those of webhooks', () => {
    const [statement, ...others] = rightsOf('receive-webhook').filter((one) =>
      isAbout(one, 'CredentialsKey'),
    );
    expect(others).toEqual([]);
    expect(statement?.Condition).toEqual({
      StringLike: { 'kms:EncryptionContext:authentication': 'webhook#*' },
    });
  });

  test('opens for the sender of alerts no secret but those of alerts', () => {
    const [statement, ...others] = rightsOf('send-alert').filter((one) => isAbout(one, 'CredentialsKey'));
    expect(others).toEqual([]);
    expect(statement?.Condition).toEqual({
      StringLike: { 'kms:EncryptionContext:authentication': 'alert#*' },
    });
  });

  test('opens for the poller of links no secret but their keys', () => {
    const [statement, ...others] = rightsOf('poll-link').filter((one) => isAbout(one, 'CredentialsKey'));
    expect(others).toEqual([]);
    expect(statement?.Condition).toEqual({
      StringLike: { 'kms:EncryptionContext:authentication': 'link#*' },
    });
  });

  test("every other right on a key holds only through DynamoDB, so nobody decrypts with the table's key directly", () => {
    const others = allStatements().filter(
      (statement) =>
        actionsOf(statement).some((action) => action.startsWith('kms:')) &&
        !isAbout(statement, 'CredentialsKey'),
    );
    expect(others).toHaveLength(FUNCTIONS.length);
    for (const { Condition } of others) {
      expect(Condition).toEqual({ StringEquals: { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com' } });
    }
  });
});

test('pushed records are stored by what takes them in, read and deleted by the worker, and touched by nobody else', () => {
  const onPayloads = (name: string): string[] =>
    rightsOf(name)
      .filter((statement) => isAbout(statement, 'PushPayloads'))
      .flatMap(actionsOf)
      .sort();
  expect(onPayloads('api')).toEqual(['s3:PutObject']);
  for (const name of ['receive-webhook', 'receive-message'])
    expect(onPayloads(name)).toEqual(['s3:PutObject']);
  expect(onPayloads('work-run')).toEqual(['s3:DeleteObject', 's3:GetObject']);
  for (const name of ['start-run', 'poll-runs']) expect(onPayloads(name)).toEqual([]);
});

test('strangers’ code runs in a function that may only write logs, and the api and the worker alone invoke it', () => {
  expect([...new Set(rightsOf('run-transform').flatMap(actionsOf))].sort()).toEqual([
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
  const { id, resource } = functionOf(template, 'run-transform');
  expect(resource.Properties.Environment).toBeUndefined();
  for (const name of FUNCTIONS) {
    const invoked = rightsOf(name)
      .filter((statement) => actionsOf(statement).includes('lambda:InvokeFunction'))
      .map(({ Resource }) => Resource);
    expect(invoked).toEqual(['api', 'work-run'].includes(name) ? [{ 'Fn::GetAtt': [id, 'Arn'] }] : []);
  }
});

test('the admin key is read by the api alone, and no secret value is in the template', () => {
  const readers = FUNCTIONS.filter((name) =>
    rightsOf(name).some((statement) => isAbout(statement, 'AdminKey')),
  );
  expect(readers).toEqual(['api']);
  const others = allStatements().filter(
    (statement) =>
      actionsOf(statement).includes('secretsmanager:GetSecretValue') && !isAbout(statement, 'AdminKey'),
  );
  expect(others.map(({ Resource }) => Resource)).toEqual([aStage().smtpSecretArn]);
  // Either would put the value itself into the template or into what a function's configuration shows.
  expect(onlyOf(template, 'AWS::SecretsManager::Secret').Properties.SecretString).toBeUndefined();
  expect(JSON.stringify(template)).not.toContain('{{resolve:');
});

test('the admin key is long, made by AWS, and bound to the application of the stage', () => {
  const secret = onlyOf(template, 'AWS::SecretsManager::Secret');
  expect(secret.Properties.GenerateSecretString).toEqual({
    SecretStringTemplate: '{"applicationID":"TESTAPP"}',
    GenerateStringKey: 'apiKey',
    PasswordLength: 40,
    ExcludePunctuation: true,
  });
});

test('only the worker, the sweep and the sender of alerts announce on the bus, and only those that work on a queue take messages from one', () => {
  const allowed = (action: string): string[] =>
    FUNCTIONS.filter((name) => rightsOf(name).some((statement) => actionsOf(statement).includes(action)));
  expect(allowed('events:PutEvents')).toEqual(['work-run', 'poll-runs', 'send-alert']);
  expect(allowed('sqs:ReceiveMessage')).toEqual([
    'start-run',
    'work-run',
    'poll-link',
    'receive-message',
    'send-alert',
  ]);
  // The poller of links tells nobody anything: what it leaves is due.
  expect(allowed('sqs:SendMessage')).toEqual(FUNCTIONS.filter((name) => name !== 'poll-link'));
});

test('no function may scan the table, change it or delete it', () => {
  const actions = allStatements()
    .flatMap(actionsOf)
    .filter((action) => action.startsWith('dynamodb:'));
  expect([...new Set(actions)].sort()).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
  ]);
});

test('only schedules of this group and account may start the sweep, and their role can do nothing else', () => {
  const schedule = onlyOf(template, 'AWS::Scheduler::Schedule');
  const roleId = schedule.Properties.Target.RoleArn['Fn::GetAtt'][0];
  expect(template.Resources[roleId]?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'scheduler.amazonaws.com' },
      Condition: {
        StringEquals: {
          'aws:SourceAccount': { Ref: 'AWS::AccountId' },
          'aws:SourceArn': { 'Fn::GetAtt': [schedule.Properties.GroupName.Ref, 'Arn'] },
        },
      },
    },
  ]);
  expect(statementsOf(template, roleId)).toEqual([
    {
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: { 'Fn::GetAtt': [functionOf(template, 'poll-runs').id, 'Arn'] },
    },
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: schedule.Properties.Target.DeadLetterConfig.Arn },
  ]);
});

describe('the schedules of tasks', () => {
  test('are made by the api and the sweep alone, and never those of the stack itself', () => {
    const managers = FUNCTIONS.filter((name) => rightsOf(name).some(isAboutSchedules));
    expect(managers).toEqual(['api', 'poll-runs']);
    for (const name of managers) {
      const [statement, ...others] = rightsOf(name).filter(isAboutSchedules);
      expect(others).toEqual([]);
      expect(statement?.Action).toEqual([
        'scheduler:CreateSchedule',
        'scheduler:DeleteSchedule',
        'scheduler:GetSchedule',
        'scheduler:UpdateSchedule',
      ]);
      expect(JSON.stringify(statement?.Resource)).toMatch(
        /:schedule\/",\{"Ref":"Schedules"\},"\/\*\.\*\.\*"/,
      );
    }
  });

  test('send by a role that only schedules of this group and account may take on, to the queue of starts alone', () => {
    const { SCHEDULE_ROLE_ARN, STARTS_QUEUE_ARN, SCHEDULE_DEAD_LETTERS_ARN } = functionOf(template, 'api')
      .resource.Properties.Environment.Variables;
    const roleId = SCHEDULE_ROLE_ARN['Fn::GetAtt'][0];
    const role = template.Resources[roleId];
    expect(role?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Principal: { Service: 'scheduler.amazonaws.com' },
        Condition: {
          StringEquals: {
            'aws:SourceAccount': { Ref: 'AWS::AccountId' },
            'aws:SourceArn': { 'Fn::GetAtt': ['Schedules', 'Arn'] },
          },
        },
      }),
    ]);
    // What could not be sent ends in the other.
    expect(statementsOf(template, roleId)).toEqual([
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: [STARTS_QUEUE_ARN, SCHEDULE_DEAD_LETTERS_ARN],
      },
    ]);
  });

  test('get a role that can be handed to Scheduler alone', () => {
    const passing = allStatements().filter((statement) => actionsOf(statement).includes('iam:PassRole'));
    expect(passing).toHaveLength(2);
    for (const { Resource, Condition } of passing) {
      const { SCHEDULE_ROLE_ARN } = functionOf(template, 'api').resource.Properties.Environment.Variables;
      expect(Resource).toEqual(SCHEDULE_ROLE_ARN);
      expect(Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
    }
  });
});

function isAboutSchedules(statement: Statement): boolean {
  return actionsOf(statement).some((action) => action.startsWith('scheduler:'));
}
