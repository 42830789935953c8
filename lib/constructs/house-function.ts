import type { Environment } from '../../core/foundation/environment.ts';
import type { Stage } from '../stage.ts';
import { addAlarm } from './house-alarm.ts';
import { CfnResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
  type IFunction,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface HouseFunctionProps {
  readonly stage: Stage;
  /** The bundles of all functions: function name → directory. */
  readonly bundles: Readonly<Record<string, string>>;
  /** The folder of `lambdas/` that it runs. */
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
  /** Only what this function uses. */
  readonly environment: Partial<Environment>;
  /** One sentence: what a failure of this function means for a user. */
  readonly failureMeans: string;
  /** How often Lambda itself repeats a failed asynchronous invocation; Lambda's own default without it. */
  readonly asynchronous?: { readonly retryAttempts: number; readonly maxEventAge: Duration };
}

/** A function with the house's defaults: its own role, kept logs, traces and an alarm on errors. */
export class HouseFunction extends Construct {
  readonly function: IFunction;
  readonly timeout: Duration;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: HouseFunctionProps) {
    super(scope, id);
    this.timeout = Duration.seconds(props.timeoutSeconds);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.#role);
    Validations.of(this.#role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'xray:PutTraceSegments and xray:PutTelemetryRecords know no resources; nothing else has a *.',
    });

    const deployed = new LambdaFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(requireBundle(props)),
      role: this.#role,
      logGroup,
      timeout: this.timeout,
      memorySize: props.memoryMB,
      tracing: Tracing.ACTIVE,
      environment: environmentOf(props.environment),
      ...props.asynchronous,
    });
    // How the one-machine runtime and the tests tell which folder of lambdas/ this is.
    const { defaultChild } = deployed.node;
    if (CfnResource.isCfnResource(defaultChild)) defaultChild.addMetadata('millrace:function', props.name);
    this.function = deployed;

    addAlarm(this, {
      stage: props.stage,
      runbookEntry: `${props.name}-errors`,
      failureMeans: props.failureMeans,
      metric: deployed.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: 1,
    });
  }

  /** The other function may invoke this one and wait for its answer. */
  grantInvoke(caller: HouseFunction): void {
    caller.allow({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] });
  }

  /** Lets the function do exactly this. The grants of the other constructs are written with it. */
  allow(statement: PolicyStatementProps): void {
    this.#role.addToPolicy(new PolicyStatement(statement));
  }
}

function requireBundle({ bundles, name }: HouseFunctionProps): string {
  const bundle = bundles[name];
  if (bundle) return bundle;
  const known = Object.keys(bundles).join(', ') || 'none';
  throw new Error(
    `There is no bundle for the function ${name} (bundles: ${known}). Is lambdas/${name}/index.ts there?`,
  );
}

function environmentOf(environment: Partial<Environment>): Record<string, string> {
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(variables);
}
