import { createHash } from 'node:crypto';
import { StripeRefusal } from './refusal';

const keptMs = 24 * 60 * 60 * 1000;

interface Remembered {
  readonly fingerprint: string;
  readonly at: number;
  readonly answer?: { readonly status: number; readonly body: string };
}

export type Lookup =
  { readonly found: 'nothing' } | { readonly found: 'answer'; readonly answer: { status: number; body: string } };

/** Idempotency keys after Stripe's published rules: 24 hours, parameters compared, one request of a key at a time. */
export class IdempotencyKeys {
  private readonly remembered: Map<string, Remembered>;

  constructor(saved: readonly (readonly [string, Remembered])[] = []) {
    this.remembered = new Map(saved.filter(([, entry]) => entry.answer !== undefined));
  }

  /** Answers from memory, or takes the key until `keep` or `release`. Throws 400 for other parameters and 409 while in flight. */
  take(key: string, fingerprint: string, now: Date): Lookup {
    const entry = this.remembered.get(key);
    if (entry === undefined || now.getTime() - entry.at >= keptMs) {
      this.remembered.set(key, { fingerprint, at: now.getTime() });
      return { found: 'nothing' };
    }
    if (entry.fingerprint !== fingerprint) throw otherParameters();
    if (entry.answer === undefined) throw inFlight();
    return { found: 'answer', answer: entry.answer };
  }

  keep(key: string, answer: { status: number; body: string }): void {
    const entry = this.remembered.get(key);
    if (entry) this.remembered.set(key, { ...entry, answer });
  }

  release(key: string): void {
    this.remembered.delete(key);
  }

  snapshot(now: Date): readonly (readonly [string, Remembered])[] {
    return [...this.remembered].filter(([, entry]) => now.getTime() - entry.at < keptMs);
  }
}

/** Equal for the same method, path and parameters in whatever order they were written. */
export function fingerprintOf(method: string, path: string, pairs: URLSearchParams): string {
  const sorted = [...pairs].map(([name, value]) => `${name}=${value}`).sort();
  return createHash('sha256')
    .update(JSON.stringify([method, path, sorted]))
    .digest('hex');
}

/** 409: an equal request is still being worked on. */
export function inFlight(): StripeRefusal {
  const message = 'There is currently another in-progress request using this Idempotency-Key. Please try again later.';
  return new StripeRefusal(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
}

function otherParameters(): StripeRefusal {
  const message = 'Keys for idempotent requests can only be used with the same parameters they were first used with.';
  return new StripeRefusal(400, { type: 'idempotency_error', message });
}
