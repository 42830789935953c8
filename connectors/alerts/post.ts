import type { ChannelAnswer } from '../../core/alerts/channel-port.ts';
import type { HttpClient } from '../http/http-client.ts';
import { HttpRequestError } from '../http/http-request-error.ts';

/** Standard Webhooks advises 15 to 30 seconds. */
const TIMEOUT_MILLISECONDS = 15_000;

/** The receiver wants nothing more, ever. */
const GONE = 410;

/** One POST of JSON. Its answer's body is not read: it could be anything of anybody. */
export async function post(
  http: HttpClient,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<ChannelAnswer> {
  try {
    const { statusCode, body: answer } = await http.request({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', 'user-agent': 'Millrace', ...headers },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      // A signature is for the one that was named.
      maxRedirects: 0,
    });
    answer.destroy();
    const said = `The receiver answered with status ${statusCode}.`;
    if (statusCode >= 200 && statusCode < 300) return { result: 'delivered', statusCode, answer: said };
    return { result: statusCode === GONE ? 'gone' : 'failed', statusCode, answer: said };
  } catch (error) {
    if (error instanceof HttpRequestError) return { result: 'failed', answer: error.message };
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      const answer = `The receiver did not answer within ${TIMEOUT_MILLISECONDS / 1000} seconds.`;
      return { result: 'failed', answer };
    }
    throw error;
  }
}
