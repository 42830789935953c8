import { startServices } from '../../../../local/services/start-services.ts';

/** Runs as a process of its own, to be killed: says where the services are, then appends each delivery as a line. SIGTERM stops it cleanly. */
const dataDirectory = process.argv[2];
if (dataDirectory === undefined) throw new Error('usage: run-services.ts <data directory>');

const services = await startServices({
  dataDirectory,
  deliver: async (targetArn, payload) => {
    process.stdout.write(`${JSON.stringify({ targetArn, payload })}\n`);
  },
});
process.stdout.write(`${JSON.stringify(services.endpoints)}\n`);
process.once('SIGTERM', () => {
  void services.stop();
});
