import { HttpRequestError } from './http-request-error.ts';
import { describeURL } from './request-url.ts';

/** How long an answer may take, and what ends when it does not come. */
export interface Patience {
  readonly milliseconds: number;
  readonly url: URL;
  readonly close: () => void;
}

/** Asks the server something and waits for its answer, but not for ever. */
export async function askSftp<Answer>(
  { milliseconds, url, close }: Patience,
  ask: (answer: (error: Error | null | undefined, value: Answer) => void) => void,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => {
    const says = `${describeURL(url)} sent no bytes for ${milliseconds / 1000} s.`;
    reject(new HttpRequestError('http.timeout', says));
    close();
  }, milliseconds);
  try {
    ask((error, value) => {
      if (error === undefined || error === null) resolve(value);
      else reject(error);
    });
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
