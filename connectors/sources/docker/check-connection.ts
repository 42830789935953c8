import { SourceError } from '../../../core/runs/source-error.ts';
import { connectorFault } from './connector-fault.ts';
import { MessageScanner } from './message-scanner.ts';
import type { Session } from './session.ts';

const POLL_MILLISECONDS = 1_000;

/** Has the connector try its configuration, where it can; throws what it found wrong. */
export async function checkConnection(session: Session): Promise<void> {
  const { protocol, blot } = session;
  if (protocol.checkArgs === undefined) return;
  const process = await session.start(protocol.checkArgs);
  try {
    const scanner = new MessageScanner();
    let isGood = false;
    for (;;) {
      const lines = await process.nextLines(POLL_MILLISECONDS);
      if (lines === undefined) break;
      if (lines === 'waiting') continue;
      for (const line of lines) {
        if (!scanner.load(line)) {
          process.note(`${line.subarray(0, 1_000).toString()}\n`);
          continue;
        }
        const message = protocol.parse(scanner);
        if (message.kind === 'log') process.note(`${message.text}\n`);
        if (message.kind === 'error') throw connectorFault(message, blot);
        if (message.kind !== 'connection') continue;
        if (!message.isGood) throw connectorFault({ isConfiguration: true, text: message.text }, blot);
        isGood = true;
      }
    }
    await process.confirmSuccess();
    if (!isGood) {
      throw new SourceError('docker.no_status', 'The connector ended without saying whether it can connect.');
    }
  } finally {
    await process.stop();
  }
}
