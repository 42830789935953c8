import { SMTPServer } from 'smtp-server';
import type { Certificate } from './certificate.ts';

export interface MailServer {
  readonly url: string;
  /** The raw text of each email taken so far, with who it was for. */
  readonly emails: { readonly to: string[]; readonly text: string }[];
  /** While true, every email is refused. */
  refuses: boolean;
  stop(): Promise<void>;
}

/** What a mail server asks for that lets nobody else send. */
interface Guarded {
  readonly certificate: Certificate;
  readonly username: string;
  readonly password: string;
}

/** A mail server on loopback that keeps what it gets; one that is guarded offers STARTTLS and wants a password. */
export async function startMailServer(guarded?: Guarded): Promise<MailServer> {
  const emails: MailServer['emails'] = [];
  const state = { refuses: false };
  const server = new SMTPServer({
    ...(guarded === undefined
      ? { authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] }
      : { key: guarded.certificate.key, cert: guarded.certificate.cert }),
    onAuth({ username, password }, _, callback) {
      const isKnown = username === guarded?.username && password === guarded?.password;
      return callback(isKnown ? null : new Error('Wrong user name or password'), { user: username });
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (state.refuses) return callback(new Error('The mailbox is full'));
        const to = session.envelope.rcptTo.map(({ address }) => address);
        emails.push({ to, text: Buffer.concat(chunks).toString('utf8') });
        return callback();
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    emails,
    get refuses() {
      return state.refuses;
    },
    set refuses(refuses) {
      state.refuses = refuses;
    },
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
