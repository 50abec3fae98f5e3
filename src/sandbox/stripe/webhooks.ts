import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import type { StripeFaults } from './faults';
import { shuffled } from './seeded-random';
import type { StoredEvent } from './store';
import { unixSeconds } from './world';

export interface WebhookOptions {
  readonly secret: string;
  readonly now: () => Date;
  /** The event types that are delivered; all others can be listed only. */
  readonly types: readonly string[];
  /** Waits before the second, third … attempt; after the last one the event stays undelivered. */
  readonly retryDelaysMs: readonly number[];
}

/** A delivery that is still owed: kept with the state, so that a restart goes on with it. */
export interface Owed {
  readonly event: string;
  attempts: number;
}

const gatherMs = 20;
const answerTimeoutMs = 30_000;

/** Delivers events to one address on this machine: signed as Stripe signs, again until 2xx, never anywhere else. */
export class Webhooks {
  private url: URL | undefined;
  private queue: StoredEvent[] = [];
  private gathering: NodeJS.Timeout | undefined;
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly underway = new Set<Promise<void>>();
  private closed = false;
  readonly counts = { delivered: 0, refused: 0, lost: 0 };

  constructor(
    private readonly options: WebhookOptions,
    private readonly faults: StripeFaults,
    private readonly event: (id: string) => StoredEvent | undefined,
    private readonly changed: () => void,
    private readonly owed: Map<string, Owed>,
  ) {}

  /** Throws for an address that is not loopback. Deliveries that were owed start at once. */
  setUrl(url: string): void {
    this.url = loopbackUrl(url);
    this.deliverAgain();
  }

  get address(): string | undefined {
    return this.url?.href;
  }

  announce(event: StoredEvent): void {
    if (!this.options.types.includes(event.type)) return;
    event.pending_webhooks = 1;
    this.owed.set(event.id, { event: event.id, attempts: 0 });
    this.enqueue(event);
  }

  /** Starts over with everything that is still owed, lost events included. */
  deliverAgain(): void {
    for (const owed of this.owed.values()) {
      const event = this.event(owed.event);
      owed.attempts = 0;
      if (event && !this.queue.includes(event)) this.enqueue(event);
    }
  }

  get pending(): number {
    return this.owed.size;
  }

  /** Ends when nothing is queued, waiting or under way: everything was delivered, lost or given up. */
  async settled(): Promise<void> {
    while (this.gathering !== undefined || this.timers.size > 0 || this.underway.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.gathering);
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.allSettled(this.underway);
  }

  private enqueue(event: StoredEvent): void {
    if (!this.url || this.closed) return;
    this.queue.push(event);
    this.gathering ??= setTimeout(() => this.flush(), gatherMs);
  }

  private flush(): void {
    this.gathering = undefined;
    const { repeatMax = 1, shuffle = false, delayMs = 0, lose = 0 } = this.faults.webhooks;
    const random = () => this.faults.webhookRandom();
    const batch = this.queue.flatMap((event) => {
      if (random() < lose) {
        this.counts.lost += 1;
        return [];
      }
      return Array.from({ length: 1 + Math.floor(random() * repeatMax) }, () => event);
    });
    this.queue = [];
    const ordered = shuffle ? shuffled(batch, random) : batch;
    this.track(this.deliverInTurn(ordered, delayMs));
  }

  private async deliverInTurn(events: readonly StoredEvent[], delayMs: number): Promise<void> {
    for (const event of events) {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      await this.attempt(event);
    }
  }

  private async attempt(event: StoredEvent): Promise<void> {
    if (!this.url || this.closed) return;
    const accepted = await post(this.url, this.signed(event));
    const owed = this.owed.get(event.id);
    if (accepted) {
      this.counts.delivered += 1;
      event.pending_webhooks = 0;
      this.owed.delete(event.id);
      this.changed();
      return;
    }
    this.counts.refused += 1;
    if (owed) this.later(event, owed);
  }

  private later(event: StoredEvent, owed: Owed): void {
    const wait = this.options.retryDelaysMs[owed.attempts];
    owed.attempts += 1;
    if (wait === undefined || this.closed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (this.owed.has(event.id)) this.track(this.attempt(event));
    }, wait);
    this.timers.add(timer);
  }

  private track(delivery: Promise<void>): void {
    this.underway.add(delivery);
    void delivery.finally(() => this.underway.delete(delivery));
  }

  /** Each attempt has its own time and so its own signature; the event and its id stay the same. */
  private signed(event: StoredEvent): { payload: string; signature: string } {
    const payload = JSON.stringify({ ...event, pending_webhooks: 1 }, null, 2);
    const time = unixSeconds(this.options.now());
    const mac = createHmac('sha256', this.options.secret).update(`${time}.${payload}`).digest('hex');
    return { payload, signature: `t=${time},v1=${mac}` };
  }
}

/** Only this machine: the double must never be a way to the outside. */
export function loopbackUrl(text: string): URL {
  const url = new URL(text);
  const loopback = /^127\.\d+\.\d+\.\d+$/.test(url.hostname) || url.hostname === '[::1]';
  if (url.protocol !== 'http:' || !loopback) {
    throw new Error(`The Stripe double delivers webhooks to http://127.0.0.1 or http://[::1] only, not to ${text}`);
  }
  return url;
}

/** True for 2xx; redirects, refusals and broken connections are failures, as with Stripe. */
function post(url: URL, { payload, signature }: { payload: string; signature: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      url,
      {
        method: 'POST',
        agent: false,
        timeout: answerTimeoutMs,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(payload),
          'stripe-signature': signature,
          'user-agent': 'Stripe/1.0 (local double)',
        },
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode !== undefined && answer.statusCode >= 200 && answer.statusCode < 300);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', () => resolve(false));
    outgoing.on('close', () => resolve(false));
    outgoing.end(payload);
  });
}
