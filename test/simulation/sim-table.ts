import {
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Command, MemoryClient } from '../support/memory-table/memory-client.ts';
import type { Fault } from './faults.ts';
import type { CallRules, SimProcess } from './sim-process.ts';

const READS: CallRules = {
  faults: ['failBefore', 'throttle', 'slow', 'staleRead', 'crashBefore', 'crashAfter', 'zombie'],
  failure: (fault) => (fault === 'throttle' ? throttled() : unreachable()),
};

const WRITES: CallRules = {
  faults: [
    'failBefore',
    'executeAndFail',
    'throttle',
    'slow',
    'crashBefore',
    'crashAfter',
    'zombie',
    'lateApply',
  ],
  failure: (fault) => (fault === 'throttle' ? throttled() : unreachable()),
};

const TRANSACTIONS: CallRules = {
  ...WRITES,
  failure: (fault) => (fault === 'throttle' ? conflict() : unreachable()),
};

/** The table as one process reaches it over the network. */
export function connectTable(process: SimProcess, table: MemoryClient): DynamoDBDocumentClient {
  const send = (command: Command): Promise<object> => {
    const name = command.constructor.name.replace('Command', '');
    const isStrong = 'ConsistentRead' in command.input && command.input.ConsistentRead === true;
    const effect = (fault: Fault | undefined) =>
      table.run(command, { isStale: fault === 'staleRead' && !isStrong });
    return process.call(`table.${name}`, effect, rulesOf(name, isStrong));
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

function rulesOf(name: string, isStrong: boolean): CallRules {
  if (name === 'TransactWrite') return TRANSACTIONS;
  if (name !== 'Get' && name !== 'BatchGet' && name !== 'Query') return WRITES;
  return isStrong ? STRONG_READS : READS;
}

const STRONG_READS: CallRules = { ...READS, faults: READS.faults.filter((fault) => fault !== 'staleRead') };

function unreachable(): Error {
  return Object.assign(new Error('The table did not answer'), { name: 'TimeoutError' });
}

function throttled(): Error {
  return new ProvisionedThroughputExceededException({ message: 'Too much at once', $metadata: {} });
}

function conflict(): Error {
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: [{ Code: 'TransactionConflict' }],
  });
}
