import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { defer, firstValueFrom, type Observable, tap } from 'rxjs';
import type { AccordoRequest } from '../auth/allow';
import { Database } from '../database/database';
import { IdempotentWrites, keyOf } from '../idempotency/idempotent-writes';
import { tagAnswer } from './etag';

const ownTransactions = 'accordo:own-transactions';

/** For routes that stream or talk to the outside before they write: they open their transactions themselves. */
export const OpensOwnTransactions = (): MethodDecorator => SetMetadata(ownTransactions, true);

/** Metadata of a POST that only asks. */
export const reading = 'accordo:reading';

/** For a POST that only asks (its questions do not fit a query string): no idempotency key, no write. */
export const OnlyReads = (): MethodDecorator => SetMetadata(reading, true);

/** Metadata of a write whose content is its own key. */
export const ownIdentity = 'accordo:own-identity';

/** For a write that changes nothing when it is sent again, whatever key it comes with: none is asked for, and no answer remembered. */
export const CarriesItsIdentity = (): MethodDecorator => SetMetadata(ownIdentity, true);

/**
 * One transaction per request, opened for the actor's organization. A read sees one snapshot and cannot write; a write commits its effect,
 * its audit and outbox entries and its remembered answer together, or nothing.
 */
@Injectable()
export class TransactionInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly database: Database,
    private readonly writes: IdempotentWrites,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<AccordoRequest>();
    const { actor } = request;
    const handler = context.getHandler();
    if (actor === undefined || this.reflector.get<boolean | undefined>(ownTransactions, handler)) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const handle = (): Promise<unknown> => firstValueFrom(next.handle(), { defaultValue: undefined });
    const tagged = tap((answer: unknown) => tagAnswer(handler, answer, reply));
    if (
      request.method === 'GET' ||
      request.method === 'HEAD' ||
      this.reflector.get<boolean | undefined>(reading, handler)
    ) {
      return defer(() =>
        this.database.withTenant(
          actor,
          (tx) => {
            request.tx = tx;
            return handle();
          },
          'read',
        ),
      ).pipe(tagged);
    }
    return defer(() =>
      this.writes.run({ actor, key: keyOf(request), request, reply }, (tx) => {
        request.tx = tx;
        return handle();
      }),
    ).pipe(tagged);
  }
}
