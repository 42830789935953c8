import { createTransport } from 'nodemailer';

import type { Mailer } from './send-email.ts';

const TIMEOUT_MILLISECONDS = 15_000;

/** The name and password of a mail server. */
export interface SmtpCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Sends by the mail server of `url` (`smtp://` or `smtps://`). A password travels over TLS only: without it, a server
 * that offers no STARTTLS is refused.
 */
export function createSmtpMailer(
  url: string,
  readCredentials: () => Promise<SmtpCredentials | undefined>,
): Mailer {
  const { protocol, hostname, port } = new URL(url);
  return {
    async send({ from, to, subject, text, html }) {
      const credentials = await readCredentials();
      const transport = createTransport({
        host: hostname,
        port: Number(port),
        secure: protocol === 'smtps:',
        ...(credentials === undefined
          ? {}
          : { requireTLS: true, auth: { user: credentials.username, pass: credentials.password } }),
        connectionTimeout: TIMEOUT_MILLISECONDS,
        greetingTimeout: TIMEOUT_MILLISECONDS,
        socketTimeout: TIMEOUT_MILLISECONDS,
        // Nothing of a message may make this machine read a file or fetch a URL.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      try {
        await transport.sendMail({ from, to: [...to], subject, text, html });
      } finally {
        transport.close();
      }
    },
  };
}
