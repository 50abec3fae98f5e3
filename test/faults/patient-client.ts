import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type ApiAnswer, ApiClient, ApiRefusal } from '../../src/sample/api-client';

/** Where the token comes from: a key that stays, or a sign-in that is repeated when the token has run out. */
export type TokenSource = () => Promise<string>;

const patienceMilliseconds = 120_000;
const requestMilliseconds = 30_000;

/**
 * A client as the API asks for: it repeats a request under the same idempotency key until it gets a definite answer.
 * No answer, 5xx, 429 and "still running" are not definite; an expired token is renewed.
 */
export class PatientClient {
  private token: string | undefined;
  private repeated = 0;

  constructor(
    private readonly url: string,
    private readonly source: TokenSource,
  ) {}

  /** How often a request had to be sent again. */
  get repeats(): number {
    return this.repeated;
  }

  get<Body>(path: string): Promise<Body> {
    return this.definite((client) => client.request<Body>('GET', path), `GET ${path}`);
  }

  post<Body>(path: string, body: object, key: string = randomUUID()): Promise<Body> {
    return this.definite((client) => client.request<Body>('POST', path, { body, key }), `POST ${path}`);
  }

  upload<Body>(path: string, type: string, content: string | Uint8Array, key: string = randomUUID()): Promise<Body> {
    return this.definite(
      (client) => client.request<Body>('POST', path, { file: { type, content }, key }),
      `POST ${path}`,
    );
  }

  private async definite<Body>(send: (client: ApiClient) => Promise<ApiAnswer<Body>>, request: string): Promise<Body> {
    const until = Date.now() + patienceMilliseconds;
    for (;;) {
      const answer = await this.attempt(send);
      if (answer !== undefined) {
        if (answer.status < 300) return answer.body;
        if (!this.mayPass(answer)) throw new ApiRefusal(answer.status, codeOf(answer), answer.body, request);
      }
      if (Date.now() > until) throw new Error(`${request} got no definite answer (last: ${answer?.status ?? 'none'})`);
      this.repeated += 1;
      await wait(100);
    }
  }

  /** Undefined when the connection gave no answer. */
  private async attempt<Body>(
    send: (client: ApiClient) => Promise<ApiAnswer<Body>>,
  ): Promise<ApiAnswer<Body> | undefined> {
    const late = new AbortController();
    try {
      this.token ??= await this.source();
      const tooLong = wait(requestMilliseconds, undefined, { signal: late.signal });
      return await Promise.race([send(new ApiClient(this.url, this.token)), tooLong]);
    } catch (error) {
      // A sign-in that is refused for good would be a mistake of the scenario.
      if (error instanceof ApiRefusal && error.status < 500 && error.status !== 429) throw error;
      return undefined;
    } finally {
      late.abort();
    }
  }

  private mayPass(answer: ApiAnswer<unknown>): boolean {
    if (answer.status === 401) {
      this.token = undefined;
      return true;
    }
    return answer.status >= 500 || answer.status === 429 || codeOf(answer) === 'idempotency-key-in-use';
  }
}

const codeOf = ({ body }: ApiAnswer<unknown>): string | undefined => (body as { code?: string } | undefined)?.code;
