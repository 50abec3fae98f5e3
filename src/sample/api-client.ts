import { randomUUID } from 'node:crypto';

/** A refusal as the API gave it. */
export class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    readonly body: unknown,
    request: string,
  ) {
    super(`${request} answered ${status} ${code ?? ''}: ${typeof body === 'string' ? body : JSON.stringify(body)}`);
  }
}

export interface ApiAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

interface RequestOptions {
  readonly body?: object | undefined;
  /** A file's content, sent as it is. */
  readonly file?: {
    readonly type: string;
    readonly content: string | Uint8Array | ReadableStream | AsyncIterable<Uint8Array>;
  };
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The public API as any client sees it: the sample world, the demo and the tests talk through this. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly token?: string,
    private readonly password?: string,
  ) {}

  with(token: string): ApiClient {
    return new ApiClient(this.url, token);
  }

  async get<Body>(path: string): Promise<Body> {
    return (await this.accepted<Body>('GET', path, {})).body;
  }

  async post<Body>(path: string, body: object, key?: string): Promise<Body> {
    return (await this.accepted<Body>('POST', path, { body, ...(key === undefined ? {} : { key }) })).body;
  }

  async put<Body>(path: string, body: object): Promise<Body> {
    return (await this.accepted<Body>('PUT', path, { body })).body;
  }

  async delete(path: string): Promise<void> {
    await this.accepted('DELETE', path, {});
  }

  async upload<Body>(
    path: string,
    type: string,
    content: string | Uint8Array | AsyncIterable<Uint8Array>,
    key?: string,
  ): Promise<Body> {
    return (await this.accepted<Body>('POST', path, { file: { type, content }, ...(key === undefined ? {} : { key }) }))
      .body;
  }

  /** A file's bytes; undefined while it is still being made (409). */
  async download(path: string): Promise<Buffer | undefined> {
    const response = await fetch(`${this.url}${path}`, { headers: this.credentials(), redirect: 'error' });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.ok) return bytes;
    if (response.status === 409) return undefined;
    throw new ApiRefusal(response.status, undefined, bytes.toString('utf8'), `GET ${path}`);
  }

  /** A file as it comes, however long. */
  async *stream(path: string): AsyncGenerator<Uint8Array> {
    const response = await fetch(`${this.url}${path}`, { headers: this.credentials(), redirect: 'error' });
    if (!response.ok || response.body === null)
      throw new ApiRefusal(response.status, undefined, await response.text(), `GET ${path}`);
    yield* response.body;
  }

  /** What a signature needs beside its words: the password once more, of the member that is signed in here. */
  async confirmed(): Promise<{ confirmation: string }> {
    if (this.password === undefined) throw new Error('only a client that signed in by password can confirm');
    const { confirmation } = await this.post<{ confirmation: string }>('/v1/re-authentications', {
      password: this.password,
    });
    return { confirmation };
  }

  /** Every row of a list, page by page. */
  async all<Row>(path: string): Promise<Row[]> {
    const rows: Row[] = [];
    const separator = path.includes('?') ? '&' : '?';
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { rows: Row[]; next: string | null } = await this.get(`${path}${separator}limit=1000${query}`);
      rows.push(...page.rows);
      cursor = page.next;
    }
    return rows;
  }

  /** The answer whatever it is: for looking at refusals. */
  async request<Body>(
    method: string,
    path: string,
    { body, file, key, headers = {} }: RequestOptions = {},
  ): Promise<ApiAnswer<Body>> {
    const content = file?.content ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...this.credentials(), ...keyFor(method, key), ...typeOf(content, file?.type), ...headers },
      ...(content === undefined ? {} : { body: content as string, duplex: 'half' as const }),
      redirect: 'error',
    });
    const text = await response.text();
    const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (json && text !== '' ? JSON.parse(text) : text) as Body,
      text,
    };
  }

  private credentials(): Record<string, string> {
    // Node's Brotli decoder is unsafe on affected versions: ask for plain bytes.
    return {
      'accept-encoding': 'identity',
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
    };
  }

  private async accepted<Body>(method: string, path: string, options: RequestOptions): Promise<ApiAnswer<Body>> {
    const answer = await this.request<Body>(method, path, options);
    if (answer.status >= 300) {
      throw new ApiRefusal(
        answer.status,
        (answer.body as { code?: string } | undefined)?.code,
        answer.body,
        `${method} ${path}`,
      );
    }
    return answer;
  }
}

const keyFor = (method: string, key = randomUUID() as string): Record<string, string> =>
  method === 'GET' || method === 'HEAD' ? {} : { 'idempotency-key': key };

const typeOf = (content: unknown, type = 'application/json'): Record<string, string> =>
  content === undefined ? {} : { 'content-type': type };
