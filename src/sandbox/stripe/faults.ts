import { seededRandom } from './seeded-random';

/**
 * What goes wrong with a request:
 *
 * - `timeout-before-work`, `timeout-after-work`: no answer; the connection is closed after `delayMs`.
 * - `reset-mid-body`: the work is done, half of the answer arrives.
 * - `error-after-work`: the work is done, this answer is a 500, a replay of the key gives the true one.
 * - `stored-error`: nothing is done, and 500 is the answer that the key remembers.
 * - `stored-error-after-work`: the work is done, and 500 is the answer that the key remembers.
 * - `rate-limited` (429) and `in-flight` (409): nothing is done or remembered.
 * - `malformed`: the work is done, the answer is no JSON.
 * - `balance-insufficient`, `account-restricted`: the work is refused for good, and that is the answer that the key remembers.
 * - `slow`: everything right, after `delayMs`; the key is in flight meanwhile.
 */
export type RequestFaultKind = (typeof requestFaultKinds)[number];

export const requestFaultKinds = [
  'timeout-before-work',
  'timeout-after-work',
  'reset-mid-body',
  'error-after-work',
  'stored-error',
  'stored-error-after-work',
  'rate-limited',
  'in-flight',
  'malformed',
  'balance-insufficient',
  'account-restricted',
  'slow',
] as const;

export interface RequestFault {
  readonly kind: RequestFaultKind;
  /** Absent: any method. */
  readonly method?: 'GET' | 'POST';
  /** A regular expression over the path; absent: any path of the API. */
  readonly path?: string;
  /** From 0 to 1; absent: always. */
  readonly probability?: number;
  /** How often at most; absent: without end. */
  readonly times?: number;
  readonly delayMs?: number;
  readonly seed?: number;
}

/** How webhooks travel. Stripe promises neither order nor once. */
export interface WebhookFaults {
  /** Each event is delivered from once up to this many times. */
  readonly repeatMax?: number;
  /** Events of about the same time arrive in any order. */
  readonly shuffle?: boolean;
  /** Wait before a delivery. */
  readonly delayMs?: number;
  /** From 0 to 1: the part of events that is never delivered, until `deliverAgain`. */
  readonly lose?: number;
  readonly seed?: number;
}

interface Armed {
  readonly fault: RequestFault;
  readonly path: RegExp;
  readonly random: () => number;
  left: number;
}

/** The faults that are in force. The first that matches and strikes is the one that happens. */
export class StripeFaults {
  private armed: Armed[] = [];
  private webhookFaults: WebhookFaults = {};
  private struckCount = 0;
  webhookRandom = seededRandom(1);

  inject(fault: RequestFault): void {
    this.armed.push({
      fault,
      path: new RegExp(fault.path ?? '^/v1/'),
      random: seededRandom(fault.seed ?? 1),
      left: fault.times ?? Infinity,
    });
  }

  clear(): void {
    this.armed = [];
    this.webhookFaults = {};
  }

  setWebhooks(faults: WebhookFaults): void {
    this.webhookFaults = faults;
    this.webhookRandom = seededRandom(faults.seed ?? 1);
  }

  get webhooks(): WebhookFaults {
    return this.webhookFaults;
  }

  /** How many requests were struck so far. */
  get struck(): number {
    return this.struckCount;
  }

  strike(method: string, path: string): RequestFault | undefined {
    for (const armed of this.armed) {
      const { fault } = armed;
      const matches = armed.left > 0 && (fault.method ?? method) === method && armed.path.test(path);
      if (!matches || armed.random() >= (fault.probability ?? 1)) continue;
      armed.left -= 1;
      this.struckCount += 1;
      return fault;
    }
    return undefined;
  }
}
