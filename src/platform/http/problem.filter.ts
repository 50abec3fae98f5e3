import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, errorCodes } from '../errors/codes';
import { DomainError } from '../errors/domain-error';

/** What frameworks throw by themselves, in our words. */
const ofStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'request-invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'body-too-large',
  // An address with a longer part than any id of ours.
  414: 'not-found',
  415: 'content-type-unsupported',
  429: 'too-many-requests',
  503: 'not-ready',
};

/** The one place where a refusal becomes HTTP: problem details (RFC 9457) with a stable code and every fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const refusal = toDomainError(error);
    this.report(refusal, error, http.getRequest<FastifyRequest>().routeOptions.url);
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void sendProblem(reply, refusal);
  }

  /** Only what is our own fault is worth a stack. */
  private report({ status, code, cause }: DomainError, error: unknown, route: string | undefined): void {
    if (status < 500) return;
    if (code === 'internal-error') this.logger.error({ err: cause ?? error, route });
    else this.logger.warn({ code, route, cause: cause instanceof Error ? cause.message : undefined });
  }
}

export function sendProblem(reply: FastifyReply, refusal: DomainError): FastifyReply {
  const { status } = refusal;
  // The rest of a body that nobody will read: the next request must not be taken for it.
  if (!reply.request.raw.complete) void reply.header('connection', 'close');
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  if (status === 503 || status === 429) void reply.header('retry-after', '5');
  return reply
    .status(status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemOf(refusal)));
}

export function problemOf({ code, status, message, faults }: DomainError): object {
  const { title } = errorCodes[code];
  return {
    type: `https://accordo.example/errors/${code}`,
    title,
    status,
    code,
    detail: message,
    ...(faults.length > 0 ? { faults } : {}),
  };
}

export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | undefined)?.statusCode;
  const code = typeof status === 'number' ? ofStatus[status] : undefined;
  if (code === undefined) {
    const failure = new DomainError('internal-error');
    failure.cause = error;
    return failure;
  }
  // A framework's own message may quote the request; a body that is not JSON is the one worth passing on.
  const detail = code === 'request-invalid' && error instanceof Error ? error.message : undefined;
  return new DomainError(code, detail);
}
