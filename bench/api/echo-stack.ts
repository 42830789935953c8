import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openFrontDoor } from '../../local/http/front-door.ts';
import { startFunctionHost } from '../../local/lambda/function-host.ts';

/** The echo function behind the front door of the one machine, in a process of its own; prints its URL and waits. */
const functions = await startFunctionHost({
  functions: [
    {
      name: 'echo',
      label: 'echo',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
      bundleDirectory: join(import.meta.dirname, 'echo'),
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      environment: {},
      memoryMegabytes: 512,
      timeoutSeconds: 30,
    },
  ],
  region: 'us-east-1',
  endpoints: {},
  dataDirectory: mkdtempSync(join(tmpdir(), 'millrace-echo-')),
});
await functions.warm('echo');
const door = await openFrontDoor({
  port: 0,
  apiID: 'echo',
  accountID: '000000000000',
  routes: [{ routeKey: '$default', functionName: 'echo' }],
  invoke: functions.invoke,
});
process.stdout.write(`${door.url}\n`);
