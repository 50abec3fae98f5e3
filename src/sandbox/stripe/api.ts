import { randomUUID, timingSafeEqual } from 'node:crypto';
import { expanded } from './expand';
import type { RequestFault } from './faults';
import { Parameters, readForm } from './form';
import { fingerprintOf, type IdempotencyKeys } from './idempotency';
import { insufficientFunds, StripeRefusal, withoutTransfers } from './refusal';
import { accountRoutes } from './resources/accounts';
import { balanceRoutes } from './resources/balance';
import { creditNoteRoutes } from './resources/credit-notes';
import { customerRoutes } from './resources/customers';
import { eventRoutes } from './resources/events';
import { invoiceItemRoutes } from './resources/invoice-items';
import { invoicePaymentRoutes } from './resources/invoice-payments';
import { invoiceRoutes } from './resources/invoices';
import { payoutRoutes } from './resources/payouts';
import { transferRoutes } from './resources/transfers';
import { platform } from './store';
import { apiVersion, type Route, type World } from './world';

export interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly pairs: URLSearchParams;
  readonly header: (name: string) => string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const routes: readonly Route[] = [
  ...accountRoutes,
  ...balanceRoutes,
  ...creditNoteRoutes,
  ...customerRoutes,
  ...eventRoutes,
  ...invoiceItemRoutes,
  ...invoicePaymentRoutes,
  ...invoiceRoutes,
  ...payoutRoutes,
  ...transferRoutes,
];

/** The API itself: who asks, whether it was asked before, what comes of it. */
export class StripeApi {
  constructor(
    private readonly world: World,
    private readonly keys: IdempotencyKeys,
    private readonly secretKey: string,
  ) {}

  /** Answers one request. `pause` runs while its idempotency key is taken and before the work, which itself is one step. */
  async answer(incoming: Incoming, fault: RequestFault | undefined, pause: () => Promise<void>): Promise<Answer> {
    try {
      this.authenticate(incoming);
      const owner = this.ownerOf(incoming);
      const key = incoming.method === 'POST' ? incoming.header('idempotency-key') : undefined;
      if (key === undefined) {
        await pause();
        return fault?.kind.startsWith('stored-error') ? serverError() : this.attempt(incoming, owner).answer;
      }
      return await this.once(incoming, owner, key, fault, pause);
    } catch (error) {
      if (error instanceof StripeRefusal) return error.answer;
      throw error;
    }
  }

  /** Throws 401 unless the request carries the secret key. */
  authenticate(incoming: Pick<Incoming, 'header'>): void {
    const given = Buffer.from(incoming.header('authorization') ?? '');
    const expected = Buffer.from(`Bearer ${this.secretKey}`);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new StripeRefusal(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });
    }
  }

  private ownerOf({ header }: Incoming): string {
    const version = header('stripe-version') ?? apiVersion;
    if (version !== apiVersion) {
      throw new StripeRefusal(400, {
        type: 'invalid_request_error',
        message: `Invalid Stripe API version: ${version}. The double speaks ${apiVersion}.`,
      });
    }
    const account = header('stripe-account') ?? platform;
    if (account !== platform && !this.world.store.find('accounts', platform, account)) {
      throw new StripeRefusal(403, {
        type: 'invalid_request_error',
        code: 'account_invalid',
        message: `The provided key does not have access to account '${account}' (or that account does not exist).`,
      });
    }
    return account;
  }

  private async once(
    incoming: Incoming,
    owner: string,
    key: string,
    fault: RequestFault | undefined,
    pause: () => Promise<void>,
  ): Promise<Answer> {
    if (key.length > 255)
      throw new StripeRefusal(400, {
        type: 'invalid_request_error',
        message: 'Idempotency keys are at most 255 characters.',
      });
    const scoped = `${owner}/${key}`;
    const before = this.keys.take(
      scoped,
      fingerprintOf(incoming.method, incoming.path, incoming.pairs),
      this.world.now(),
    );
    if (before.found === 'answer') return { ...before.answer, headers: { 'idempotent-replayed': 'true' } };
    await pause();
    const instead = insteadOfTheWork(fault);
    const attempt = instead === undefined ? this.attempt(incoming, owner) : { answer: instead, remembered: true };
    const answer = fault?.kind === 'stored-error-after-work' ? serverError() : attempt.answer;
    if (attempt.remembered) this.keys.keep(scoped, answer);
    else this.keys.release(scoped);
    return answer;
  }

  private attempt(incoming: Incoming, owner: string): { answer: Answer; remembered: boolean } {
    try {
      const { route, ids } = routeOf(incoming);
      const parameters = new Parameters(readForm(incoming.pairs));
      parameters.allowOnly(route.parameters);
      const request = { id: `req_${randomUUID()}`, idempotencyKey: incoming.header('idempotency-key') };
      const result = route.run({ world: this.world, owner, ids, path: incoming.path, parameters, request });
      const body = expanded(result, parameters.values('expand'), this.world.store);
      return { answer: { status: 200, body: JSON.stringify(body, null, 2) }, remembered: true };
    } catch (error) {
      if (error instanceof StripeRefusal) return { answer: error.answer, remembered: error.remembered };
      throw error;
    }
  }
}

/** What a fault answers where it keeps the work from being done. */
function insteadOfTheWork(fault: RequestFault | undefined): Answer | undefined {
  if (fault?.kind === 'stored-error') return serverError();
  if (fault?.kind === 'balance-insufficient') return insufficientFunds().answer;
  if (fault?.kind === 'account-restricted') return withoutTransfers().answer;
  return undefined;
}

function routeOf({ method, path }: Incoming): { route: Route; ids: string[] } {
  const segments = path.split('/');
  for (const route of routes) {
    const pattern = route.path.split('/');
    const fits =
      pattern.length === segments.length && pattern.every((part, index) => part === ':id' || part === segments[index]);
    if (!fits || route.method !== method) continue;
    return { route, ids: segments.filter((_, index) => pattern[index] === ':id') };
  }
  const message = `Unrecognized request URL (${method}: ${path}).`;
  throw new StripeRefusal(404, { type: 'invalid_request_error', message });
}

export function serverError(): Answer {
  return new StripeRefusal(500, { type: 'api_error', message: 'An unknown error occurred' }).answer;
}

export function rateLimited(): Answer {
  return new StripeRefusal(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' })
    .answer;
}
