import { startUpReport } from './start-up/report.ts';
import { readSettings, USAGE } from './start-up/settings.ts';
import { startMachine } from './start-up/start-machine.ts';

/** A stop that takes longer than this is cut short: nothing is lost by it. */
const STOP_TIMEOUT_MILLISECONDS = 4500;

try {
  await main();
} catch (error) {
  fail(error);
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings.help) {
    process.stdout.write(USAGE);
    return;
  }
  const interrupted = nextSignal();
  void interrupted.then(() => setTimeout(() => process.exit(0), STOP_TIMEOUT_MILLISECONDS).unref());
  const machine = await startMachine(settings, warn);
  const seconds = performance.now() / 1000;
  process.stdout.write(`${startUpReport(machine, seconds, process.cwd())}\n`);
  const failure = await Promise.race([machine.failed, interrupted.then(() => undefined)]);
  if (failure !== undefined) warn(failure);
  await machine.stop();
  process.exit(failure === undefined ? 0 : 1);
}

function nextSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
  return promise;
}

function warn(problem: string): void {
  process.stderr.write(`${problem}\n`);
}

function fail(error: unknown): never {
  const known = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${process.env['DEBUG'] ? known.stack : known.message}\n`);
  process.exit(1);
}
