import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '../errors/domain-error';
import { sendProblem } from './problem.filter';

const depthMax = 64;

/** What every request passes before any of our code: no encoded bodies, no deep JSON, safe headers. */
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
      await sendProblem(reply, new DomainError('content-encoding-unsupported'));
    }
  });
  fastify.addHook('preValidation', async (request, reply) => {
    if (request.body !== null && typeof request.body === 'object' && isDeeperThan(request.body, depthMax)) {
      const fault = { pointer: '', code: 'body-too-deep', message: `JSON may nest ${depthMax} levels deep` };
      await sendProblem(reply, new DomainError('request-invalid', undefined, [fault]));
    }
  });
}

/** Files arrive as streams: their parser hands the socket on and reads nothing itself. */
export function uploadsStream(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  for (const type of ['text/csv', 'text/tab-separated-values', 'application/octet-stream']) {
    fastify.addContentTypeParser(type, { bodyLimit: Number.MAX_SAFE_INTEGER }, (_request, payload, done) =>
      done(null, payload),
    );
  }
}

function isDeeperThan(value: object, levels: number): boolean {
  if (Symbol.asyncIterator in value) return false;
  let layer: object[] = [value];
  for (let level = 0; layer.length > 0; level += 1) {
    if (level > levels) return true;
    layer = layer.flatMap((parent) =>
      Object.values(parent).filter((child): child is object => typeof child === 'object' && child !== null),
    );
  }
  return false;
}
