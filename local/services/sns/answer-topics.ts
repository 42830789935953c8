import { SnsError } from '../../../node_modules/fauxqs/dist/common/errors.js';
import { snsErrorResponse, snsSuccessResponse } from '../../../node_modules/fauxqs/dist/common/xml.js';
import { listSubscriptionsByTopic } from '../../../node_modules/fauxqs/dist/sns/actions/listSubscriptions.js';
import { listTopics } from '../../../node_modules/fauxqs/dist/sns/actions/listTopics.js';
import { publish } from '../../../node_modules/fauxqs/dist/sns/actions/publish.js';
import { subscribe } from '../../../node_modules/fauxqs/dist/sns/actions/subscribe.js';
import { unsubscribe } from '../../../node_modules/fauxqs/dist/sns/actions/unsubscribe.js';
import type { Call } from '../protocol/call.ts';
import type { Answer } from '../protocol/endpoint.ts';
import type { QueueDatabase } from '../sqs/queue-database.ts';

type Parameters = Record<string, string>;

type TopicOperation = (parameters: Parameters, database: QueueDatabase, call: Call) => string;

const OPERATIONS: Readonly<Record<string, TopicOperation>> = {
  CreateTopic(parameters, { topics }, { region }) {
    const { Name = '' } = parameters;
    if (!/^[\w-]{1,256}$/.test(Name)) throw new SnsError('InvalidParameter', 'Topic Name');
    const { arn } = topics.createTopic(Name, undefined, undefined, region);
    return snsSuccessResponse('CreateTopic', `<TopicArn>${arn}</TopicArn>`);
  },
  ListTopics: (parameters, { topics }) => listTopics(parameters, topics),
  ListSubscriptionsByTopic: (parameters, { topics }) => listSubscriptionsByTopic(parameters, topics),
  Subscribe(parameters, { topics }) {
    // fauxqs takes the others too, and sends them nothing.
    if (parameters['Protocol'] !== 'sqs') {
      throw new SnsError('InvalidParameter', 'The protocol must be sqs: no other is served here.');
    }
    return subscribe(parameters, topics);
  },
  Unsubscribe: (parameters, { topics }) => unsubscribe(parameters, topics),
  Publish: (parameters, { topics, store }) => publish(parameters, topics, store),
};

/** SNS's query protocol, as far as standard topics that queues are subscribed to need it; durable at each answer. */
export function answerTopics(database: QueueDatabase): Answer {
  return async ({ body }, call) => {
    const parameters: Parameters = Object.fromEntries(new URLSearchParams(body));
    const action = parameters['Action'] ?? '';
    const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
    const contentType = 'text/xml';
    try {
      if (operation === undefined) {
        throw new SnsError('InvalidAction', `The operation ${action} is not supported here.`);
      }
      const answer = database.transact(() => operation(parameters, database, call));
      return { status: 200, contentType, body: answer };
    } catch (error) {
      if (!(error instanceof SnsError)) throw error;
      return { status: error.statusCode, contentType, body: snsErrorResponse(error.code, error.message) };
    }
  };
}
