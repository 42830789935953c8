import { prepare } from '../../connectors/containers/fargate/relay/prepare.ts';
import { relay } from '../../connectors/containers/fargate/relay/relay.ts';
import { RelayError } from '../../connectors/containers/fargate/relay/requests.ts';

/**
 * A program for the containers beside a connector in its task on Fargate: `FILES OUTPUT SCRATCH prepare|relay URL`. Its text is
 * part of the task's definition, so it needs nothing but Node.
 */
const [files = '', output = '', scratch = '', step, ordersURL = ''] = process.argv.slice(1);
const places = { files, output, scratch };
// The first process of a container is ended by no signal that it does not listen to.
process.once('SIGTERM', () => process.exit(0));

try {
  await (step === 'prepare' ? prepare(ordersURL, places) : relay(ordersURL, places));
  // Pipes that nobody has opened would keep it.
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'It failed'}\n`);
  process.exit(error instanceof RelayError ? error.exitCode : 1);
}
