import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RequestSigner } from 'aws4';
import type { S3Settings } from '../../src/platform/places/s3-client';

/** What goes wrong with the next request that fits. */
export type S3Trouble = 'SlowDown' | 'reset' | 'half' | 'AccessDenied';

interface Stored {
  readonly body: Buffer;
  readonly etag: string;
}

/**
 * The part of S3 that is used here, on loopback, with a memory: one bucket, listing in pages, reading by range and by ETag, writing. Every request must be signed
 * (version 4), which is checked by another implementation than the one that signs.
 */
export class S3Double {
  readonly objects = new Map<string, Stored>();
  readonly requests: string[] = [];
  /** For the next requests, one each. */
  readonly troubles: { readonly for: RegExp; readonly what: S3Trouble }[] = [];
  pageSize = 2;
  private readonly server = createServer((request, response) => void this.answer(request, response));

  constructor(
    readonly bucket: string,
    private readonly credentials = { accessKeyId: 'AKIDDOUBLE', secretAccessKey: 'secret/of+the=double' },
  ) {}

  async start(): Promise<S3Settings> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    return { endpoint: `http://127.0.0.1:${port}`, region: 'eu-central-1', ...this.credentials };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  put(key: string, body: string | Uint8Array): void {
    const bytes = Buffer.from(body as string);
    this.objects.set(key, { body: bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"` });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${decodeURIComponent(url)}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const at = this.troubles.findIndex((trouble) => trouble.for.test(this.requests.at(-1)!));
    const trouble = at < 0 ? undefined : this.troubles.splice(at, 1)[0]!.what;
    if (trouble === 'reset') return void request.socket.destroy();
    if (trouble === 'SlowDown') return refuse(response, 503, 'SlowDown');
    if (trouble === 'AccessDenied') return refuse(response, 403, 'AccessDenied');
    const fault = this.faultOf(request, body);
    if (fault !== undefined) return refuse(response, 403, fault);
    const { pathname, searchParams } = new URL(url, 'http://double');
    const [, bucket, ...rest] = pathname.split('/').map(decodeURIComponent);
    if (bucket !== this.bucket) return refuse(response, 404, 'NoSuchBucket');
    const key = rest.join('/');
    if (method === 'GET' && key === '') return this.list(searchParams, response);
    if (method === 'GET') return this.read(key, request, response, trouble === 'half');
    if (method === 'PUT') return this.write(key, request, body, response);
    return refuse(response, 405, 'MethodNotAllowed');
  }

  /** The signature made once more, of the headers that it says it is of. */
  private faultOf({ method = '', url = '', headers }: IncomingMessage, body: Buffer): string | undefined {
    const { authorization = '' } = headers;
    const [, region = '', signed = ''] =
      /Credential=[^/]+\/\d{8}\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+)/.exec(authorization) ?? [];
    const names = signed.split(';');
    for (const needed of ['host', 'x-amz-date', 'x-amz-content-sha256'])
      if (!names.includes(needed)) return 'AccessDenied';
    if (headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex'))
      return 'XAmzContentSHA256Mismatch';
    const own = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
    const again = new RequestSigner(
      { service: 's3', region, method, path: url, headers: own, doNotModifyHeaders: true } as never,
      this.credentials,
    );
    // Where it may not change headers it takes the time of now, and a second may have gone by.
    again.datetime = String(headers['x-amz-date']);
    again.sign();
    return String(again.request.headers!.Authorization) === authorization ? undefined : 'SignatureDoesNotMatch';
  }

  private list(query: URLSearchParams, response: ServerResponse): void {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'))
      .sort();
    const rest = keys.filter((key) => key > Buffer.from(after, 'base64').toString());
    const page = rest.slice(0, this.pageSize);
    const isTruncated = page.length < rest.length;
    const contents = page.map((key) => {
      const { body, etag } = this.objects.get(key)!;
      return `<Contents><Key>${encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')}</Key><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${body.length}</Size></Contents>`;
    });
    const next = isTruncated
      ? `<NextContinuationToken>${Buffer.from(page.at(-1)!).toString('base64')}</NextContinuationToken>`
      : '';
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
    );
  }

  private read(key: string, { headers }: IncomingMessage, response: ServerResponse, isCutOff: boolean): void {
    const object = this.objects.get(key);
    if (object === undefined) return refuse(response, 404, 'NoSuchKey');
    const { body, etag } = object;
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag)
      return refuse(response, 412, 'PreconditionFailed');
    const [, from = '0'] = /^bytes=(\d+)-/.exec(headers.range ?? '') ?? [];
    const part = body.subarray(Number(from));
    response.writeHead(headers.range === undefined ? 200 : 206, { etag, 'content-length': part.length });
    if (!isCutOff) return void response.end(part);
    response.write(part.subarray(0, Math.ceil(part.length / 2)), () => response.destroy());
  }

  private write(key: string, { headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (headers['content-length'] === undefined) return refuse(response, 411, 'MissingContentLength');
    this.put(key, body);
    response.writeHead(200).end();
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code></Error>`);
}
