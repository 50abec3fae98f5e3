import { createReadStream } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';

export interface S3Settings {
  /** Without a path: buckets follow as its first part. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface S3Object {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
}

/** The object is not, or no longer, the one that was asked for. */
export class S3ObjectChanged extends Error {}

const attemptsMax = 5;
const waitMilliseconds = 100;
/** Without an answer, or without a byte of one. */
const silentMilliseconds = 30_000;
/** A file of the largest size, from a slow storage. */
const fileMilliseconds = 3_600_000;
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

interface Asked {
  readonly method: 'GET' | 'PUT';
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sha256?: string;
  readonly body?: () => AsyncIterable<Buffer>;
  /** For all of it, a body in either direction included. */
  readonly milliseconds?: number;
}

/** What is needed of S3: listing, reading, writing. Everything here may be asked twice, so what fails for a moment is asked again. */
export class S3Client {
  private readonly keys = new Map<string, ArrayBuffer>();

  constructor(
    private readonly settings: S3Settings,
    private readonly bucket: string,
  ) {}

  /** All objects below a prefix, none of those in folders below it. */
  async *list(prefix: string): AsyncGenerator<S3Object> {
    for (let token: string | undefined; ;) {
      const query = {
        'list-type': '2',
        // Keys come percent-encoded: nothing in them can be taken for XML.
        'encoding-type': 'url',
        delimiter: '/',
        prefix,
        ...(token !== undefined && { 'continuation-token': token }),
      };
      const response = await this.ask({ method: 'GET', query });
      if (!response.ok) throw await failure(response);
      const xml = await response.text();
      for (const [, content = ''] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
        const key = decodeURIComponent((textOf(content, 'Key') ?? '').replaceAll('+', ' '));
        yield { key, bytes: Number(textOf(content, 'Size')), etag: textOf(content, 'ETag') ?? '' };
      }
      token = textOf(xml, 'IsTruncated') === 'true' ? textOf(xml, 'NextContinuationToken') : undefined;
      if (token === undefined) return;
    }
  }

  /** The bytes of this very version, from where they broke off where they do. Stops by S3ObjectChanged. */
  async *read({ key, bytes, etag }: S3Object): AsyncGenerator<Buffer> {
    let at = 0;
    for (let attempt = 1; at < bytes || (bytes === 0 && attempt === 1); attempt += 1) {
      const before = at;
      try {
        for await (const piece of await this.open({ key, bytes, etag }, at)) {
          at += piece.length;
          if (at > bytes) throw new S3ObjectChanged(key);
          yield piece;
        }
      } catch (error) {
        if (error instanceof S3ObjectChanged || error instanceof S3Refused) throw error;
        if (at > before) attempt = 0;
        if (attempt >= attemptsMax) throw error;
        await wait(waitMilliseconds * 2 ** attempt);
        continue;
      }
      if (at < bytes && attempt >= attemptsMax) throw new Error(`${key} ends too early`);
    }
  }

  /** Writes a file whole. */
  async write(key: string, { path, bytes, sha256 }: { path: string; bytes: number; sha256: string }): Promise<void> {
    const response = await this.ask({
      method: 'PUT',
      key,
      sha256,
      headers: { 'content-length': String(bytes) },
      milliseconds: fileMilliseconds,
      body: () => createReadStream(path) as AsyncIterable<Buffer>,
    });
    if (!response.ok) throw await failure(response);
    await response.body?.cancel();
  }

  private async open({ key, bytes, etag }: S3Object, at: number): Promise<AsyncIterable<Uint8Array & Buffer>> {
    const range = at === 0 ? {} : { range: `bytes=${at}-${bytes - 1}` };
    const response = await this.ask({
      method: 'GET',
      key,
      headers: { 'if-match': etag, ...range },
      milliseconds: fileMilliseconds,
    });
    if (response.status === 404 || response.status === 412) {
      await response.body?.cancel();
      throw new S3ObjectChanged(key);
    }
    if (!response.ok) throw await failure(response);
    // An answer from the beginning in place of the rest would be read as the rest.
    if (at > 0 && response.status !== 206) throw new Error(`${key} is not given from within`);
    return alive(response);
  }

  /** Asks again after 429, 5xx and broken connections, each time with a signature of its own. */
  private async ask(asked: Asked): Promise<Response> {
    const { method, key = '', query = {}, headers = {}, sha256 = emptyHash, body, milliseconds = 60_000 } = asked;
    const { endpoint, ...credentials } = this.settings;
    const url = new URL(`${endpoint}/${[this.bucket, ...key.split('/')].map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    for (let attempt = 1; ; attempt += 1) {
      const signed = await new AwsV4Signer({
        ...{ ...credentials, service: 's3', method, url: url.toString(), cache: this.keys },
        headers: { ...headers, 'x-amz-content-sha256': sha256 },
      }).sign();
      try {
        const response = await fetch(signed.url, {
          ...{ method, headers: signed.headers, redirect: 'error', signal: AbortSignal.timeout(milliseconds) },
          ...(body && { body: body() as never, duplex: 'half' as const }),
        });
        if ((response.status < 500 && response.status !== 429) || attempt === attemptsMax) return response;
        await response.body?.cancel();
      } catch (error) {
        if (attempt === attemptsMax) throw error;
      }
      await wait(waitMilliseconds * 2 ** attempt);
    }
  }
}

async function* alive(response: Response): AsyncGenerator<Buffer> {
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  try {
    for (;;) {
      const stop = new AbortController();
      const silent = wait(silentMilliseconds, undefined, { signal: stop.signal, ref: false }).then(() => {
        throw new Error('the storage has fallen silent');
      });
      silent.catch(() => undefined);
      const next = await Promise.race([reader.read(), silent]).finally(() => stop.abort());
      if (next.done) return;
      yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The storage has refused what was asked, and would again. */
export class S3Refused extends Error {}

async function failure(response: Response): Promise<S3Refused> {
  const code = textOf(await response.text(), 'Code') ?? 'no reason';
  return new S3Refused(`the storage answers ${response.status} ${code}`);
}

function textOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
