import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ScriptedFtp {
  readonly port: number;
  readonly url: string;
  readonly commands: string[];
  /** Connections for data so far. */
  readonly dataConnections: () => number;
}

export interface FtpScript {
  /** What is answered to a command instead of the usual; `null`: nothing. Without a verb: the greeting. */
  readonly answers?: Readonly<Record<string, string | null>>;
  /** What happens with the data connection once the file is asked for; it has to say on the control connection how it ended. */
  readonly send?: (data: Socket, say: (line: string) => void) => void;
}

const USUAL: Readonly<Record<string, string>> = {
  '': '220 ready',
  USER: '331 password',
  PASS: '230 in',
  FEAT: '211 none',
  TYPE: '200 ok',
  STRU: '200 ok',
  OPTS: '200 ok',
  SIZE: '502 unknown',
  MDTM: '502 unknown',
  REST: '350 from there',
};

/** An FTP server on loopback that says what a test wants it to. */
export async function startScriptedFtp({ answers = {}, send }: FtpScript): Promise<ScriptedFtp> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const waiting: ((socket: Socket) => void)[] = [];
  const arrived: Socket[] = [];
  let dataConnections = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  };
  const data = createServer((socket) => {
    keep(socket);
    dataConnections += 1;
    const taker = waiting.shift();
    if (taker === undefined) arrived.push(socket);
    else taker(socket);
  });
  const dataPort = await listenOn(data);
  const control = createServer((socket) => {
    keep(socket);
    const say = (line: string | null | undefined) => {
      if (line !== null && line !== undefined && !socket.destroyed) socket.write(`${line}\r\n`);
    };
    const answerTo = (verb: string) => (verb in answers ? answers[verb] : USUAL[verb]);
    say(answerTo(''));
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().split('\r\n').filter(Boolean)) {
        commands.push(line);
        const verb = line.split(' ')[0] ?? '';
        // Connections that were asked for before and not used are over.
        if (verb === 'EPSV' || verb === 'PASV') arrived.length = 0;
        const answer = answerTo(verb);
        if (answer !== undefined || verb in answers) say(answer);
        else if (verb === 'EPSV') say(`229 here (|||${dataPort}|)`);
        else if (verb === 'PASV') say(`227 here (127,0,0,1,${dataPort >> 8},${dataPort & 255})`);
        else if (verb === 'RETR') {
          say('150 it comes');
          const take = (taken: Socket) => send?.(taken, say);
          const socketForData = arrived.shift();
          if (socketForData === undefined) waiting.push(take);
          else take(socketForData);
        } else say('502 unknown');
      }
    });
  });
  const port = await listenOn(control);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    control.close();
    data.close();
  });
  return { port, url: `ftp://127.0.0.1:${port}/a.csv`, commands, dataConnections: () => dataConnections };
}

async function listenOn(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
