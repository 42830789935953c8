import { createHttpClient } from '../../http/http-client.ts';
import type { FileTransport } from './file-request.ts';
import { createHttpTransport } from './http-transport.ts';
import { createServerTransport } from './server-transport.ts';
import type { NetworkPolicy } from '../../http/network-policy.ts';
import type { HttpTimeouts } from '../../http/http-timeouts.ts';

/** The way to a file, by its URL's scheme. What speaks FTP and SFTP is loaded when it is first needed. */
export async function createTransport(
  url: string,
  options: { readonly network: NetworkPolicy; readonly timeouts: HttpTimeouts },
): Promise<FileTransport> {
  switch (URL.parse(url)?.protocol) {
    case 'ftp:':
    case 'ftps:':
      return createServerTransport((await import('../../http/open-ftp-file.ts')).openFtpFile, options);
    case 'sftp:':
      return createServerTransport((await import('../../http/open-sftp-file.ts')).openSftpFile, options);
    default:
      return createHttpTransport(createHttpClient(options.network, { timeouts: options.timeouts }));
  }
}
