import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { types, type Pool } from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { translateDatabaseError } from '../../platform/database/constraints';

const minutes = 60;

/**
 * Counts attempts in PostgreSQL, so that all processes share the counters. It runs on the machine's clock: it protects the
 * machine. An attempt is counted before it is looked at, so that a burst cannot slip through between look and count.
 */
@Injectable()
export class Throttle {
  /** Wrong passwords for one account from one network: the owner elsewhere is not locked out by somebody who guesses. */
  private readonly account: RateLimiterPostgres;
  /** Wrong passwords from one network, whatever the account. */
  private readonly network: RateLimiterPostgres;
  private readonly registrations: RateLimiterPostgres;

  constructor(database: Database) {
    const limit = (keyPrefix: string, points: number, duration: number): RateLimiterPostgres =>
      new RateLimiterPostgres({
        storeClient: storeOf(database),
        storeType: 'client',
        tableName: 'rate_limits',
        tableCreated: true,
        keyPrefix,
        points,
        duration,
      });
    this.account = limit('sign-in-account', 10, 15 * minutes);
    this.network = limit('sign-in-network', 100, 15 * minutes);
    this.registrations = limit('registration', 100, 60 * minutes);
  }

  /** Counts a sign-in attempt. Refuses with too-many-requests, the same for accounts that exist and that do not. */
  async admitSignIn(email: string, address: string): Promise<void> {
    await admit(this.account, accountKey(email, address));
    await admit(this.network, networkOf(address));
  }

  /** A right password takes its attempt back and forgives the account's earlier ones from here. */
  async forgiveSignIn(email: string, address: string): Promise<void> {
    await this.account.delete(accountKey(email, address));
    await this.network.reward(networkOf(address), 1);
  }

  /** Counts a registration. Refuses with too-many-requests. */
  admitRegistration(address: string): Promise<void> {
    return admit(this.registrations, networkOf(address));
  }
}

async function admit(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw new DomainError('too-many-requests');
    throw translateDatabaseError(refusal);
  }
}

/** Whoever has an IPv6 address has 2^64 of them: one network is one source. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || isIPv4(address) || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const all = [...first, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...last];
  return `${all
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** Hashed: the counters keep no mail addresses, and their keys have a bounded length. */
const accountKey = (email: string, address: string): string =>
  createHash('sha256')
    .update(`${email}\n${networkOf(address)}`)
    .digest('hex');

/** The limiter computes with plain numbers, but the pool reads int8 as bigint: its queries bring PostgreSQL's usual types. */
const storeOf = ({ source }: Database): object => ({
  query: (query: object) =>
    (source.driver as unknown as { master: Pool }).master.query({ ...query, types: countersAsNumbers } as never),
});

const countersAsNumbers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format as 'text'),
};
