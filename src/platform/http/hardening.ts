import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError, type Fault } from '../errors/domain-error';
import { sendProblem } from './problem.filter';
import { isStream } from './streams';

const depthMax = 64;

/** Files and batches: they arrive as streams, and their routes say which of them they take. */
const streamedTypes = [
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/x-ndjson',
  'text/csv',
  'text/tab-separated-values',
  'text/plain',
  'application/csv',
  'application/xml',
  'text/xml',
  'application/gzip',
  'application/vnd.apache.parquet',
  'application/octet-stream',
  'application/offset+octet-stream',
  'application/pdf',
  'application/zip',
  'application/x-zip-compressed',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'image/jpeg',
  'image/png',
];

/** What routes read. Nest would also parse forms, which no route here asks for. */
const contentTypes = ['application/json', ...streamedTypes];

/** Names that reach a prototype when an object is copied carelessly. */
const prototypeNames = ['__proto__', 'constructor', 'prototype'];

/** What every request passes before any of our code: no encoded bodies, only types that are read, no deep or poisoned JSON, safe headers. */
export async function hardenHttp(app: NestFastifyApplication): Promise<void> {
  await app.register(
    helmet as never,
    { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } } as never,
  );
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => {
    const encoding = request.headers['content-encoding'];
    // Node’s Brotli decoder is unsafe on affected versions (CVE-2026-111497), and any decoder can be bombed: we decode nothing.
    if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
      return sendProblem(reply, new DomainError('content-encoding-unsupported'));
    }
    const [type] = request.headers['content-type']?.split(';') ?? [];
    if (type !== undefined && !contentTypes.includes(type.trim().toLowerCase())) {
      return sendProblem(reply, new DomainError('content-type-unsupported'));
    }
    return undefined;
  });
  fastify.addHook('preValidation', async (request, reply) => {
    const { body } = request;
    if (typeof body !== 'object' || body === null || isStream(body)) return undefined;
    const fault = structuralFault(body);
    return fault && sendProblem(reply, new DomainError('request-invalid', undefined, [fault]));
  });
}

/** Files arrive as streams: their parser hands the socket on and reads nothing itself. */
export function uploadsStream(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // Fastify would read plain text as a whole.
  fastify.removeContentTypeParser('text/plain');
  for (const type of streamedTypes) {
    fastify.addContentTypeParser(type, { bodyLimit: Number.MAX_SAFE_INTEGER }, (_request, payload, done) =>
      done(null, payload),
    );
  }
}

/** Looks at the whole of a body before any class or rule does, layer by layer. */
function structuralFault(body: object): Fault | undefined {
  let layer: object[] = [body];
  for (let level = 1; layer.length > 0; level += 1) {
    if (level > depthMax) {
      return { pointer: '', code: 'body-too-deep', message: `JSON may nest ${depthMax} levels deep` };
    }
    const name = prototypeNames.find((forbidden) => layer.some((value) => Object.hasOwn(value, forbidden)));
    if (name !== undefined) return { pointer: '', code: 'field-unknown', message: `no field is called ${name}` };
    layer = layer.flatMap((parent) =>
      Object.values(parent).filter((child): child is object => typeof child === 'object' && child !== null),
    );
  }
  return undefined;
}
