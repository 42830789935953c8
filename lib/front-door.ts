import { addAlarm } from './constructs/house-alarm.ts';
import type { HouseFunction } from './constructs/house-function.ts';
import type { Stage } from './stage.ts';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

// A ceiling for all callers together that keeps a runaway client from taking the account's whole Lambda concurrency.
const REQUESTS_PER_SECOND = 500;
const REQUEST_BURST = 1000;

// A few can be a client's bad luck with a cold start; clients repeat them.
const SERVER_ERRORS_IN_FIVE_MINUTES = 5;

// No query string and no header: credentials can be in both.
const ACCESS_LOG = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  responseLength: '$context.responseLength',
  latencyMilliseconds: '$context.responseLatency',
  integrationError: '$context.integrationErrorMessage',
};

export interface FrontDoorProps {
  readonly stage: Stage;
  readonly api: HouseFunction;
  readonly receiveWebhook: HouseFunction;
}

/** The HTTP API: deliveries of webhooks go to a function of their own, every other request to one that knows the routes. */
export class FrontDoor extends Construct {
  readonly url: string;
  /** The same without a slash at its end, as links begin. */
  readonly endpoint: string;

  constructor(scope: Construct, id: string, { stage, api, receiveWebhook }: FrontDoorProps) {
    super(scope, id);
    const httpApi = new HttpApi(this, 'HttpApi', {
      apiName: `millrace-${stage.name}`,
      defaultIntegration: new HttpLambdaIntegration('Integration', api.function),
      createDefaultStage: false,
    });
    const hooks = httpApi.addRoutes({
      path: '/hooks/{hookID}',
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Webhooks', receiveWebhook.function),
    });
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const httpStage = new HttpStage(this, 'DefaultStage', {
      httpApi,
      autoDeploy: true,
      throttle: { rateLimit: REQUESTS_PER_SECOND, burstLimit: REQUEST_BURST },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    this.url = httpStage.url;
    this.endpoint = httpApi.apiEndpoint;
    Validations.of(httpApi).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        "Algolia's clients send their key in a header or in the query: the function checks it on every route.",
    });
    for (const route of hooks) {
      Validations.of(route).acknowledge({
        id: 'AwsSolutions-APIG4',
        reason: 'Senders prove each delivery by signature or secret: the function checks it.',
      });
    }
    addAlarm(this, {
      stage,
      runbookEntry: 'http-api-server-errors',
      failureMeans: 'Callers of the API get answers of 500 and above: tasks cannot be changed or started.',
      metric: httpApi.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
      threshold: SERVER_ERRORS_IN_FIVE_MINUTES,
    });
  }
}
