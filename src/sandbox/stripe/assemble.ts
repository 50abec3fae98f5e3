import { StripeApi } from './api';
import { StripeControl } from './control';
import { StripeFaults } from './faults';
import { IdempotencyKeys } from './idempotency';
import { readState, StateFile } from './state-file';
import { Store } from './store';
import { Webhooks } from './webhooks';
import type { World } from './world';

export interface StripeDoubleOptions {
  /** 0 or absent: a free port. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** http on loopback only; may be set later, events wait until then. */
  readonly webhookUrl?: string;
  readonly now: () => Date;
  /** State is read from this file and written to it after each change; absent: state lives as long as the double. */
  readonly dataFile?: string;
  /** New accounts wait for `onboardAccount`; absent: they are able at once. */
  readonly onboarding?: boolean;
  readonly webhookTypes?: readonly string[];
  /** Waits between delivery attempts; their number bounds them. */
  readonly webhookRetryDelaysMs?: readonly number[];
}

const webhookTypes = ['account.updated', 'invoice.paid', 'payout.paid', 'payout.failed', 'transfer.reversed'];
/** About two minutes: a receiver that was killed is back by then. */
const retryDelaysMs = [100, 300, 1000, 2000, ...Array.from({ length: 24 }, () => 5000)];

/** Builds the double from its options and from what an earlier run saved. */
export function assemble(options: StripeDoubleOptions) {
  const saved = readState(options.dataFile);
  let time = saved?.time;
  const now = () => (time === undefined ? options.now() : new Date(time));
  const store = new Store(saved?.store);
  const keys = new IdempotencyKeys(saved?.idempotency);
  const faults = new StripeFaults();
  const owed = new Map((saved?.owed ?? []).map((entry) => [entry.event, entry]));
  const file: StateFile = new StateFile(options.dataFile, () => ({
    version: 1,
    store: store.snapshot(),
    idempotency: keys.snapshot(now()),
    owed: [...owed.values()],
    ...(webhooks.address === undefined ? {} : { webhookUrl: webhooks.address }),
    ...(time === undefined ? {} : { time }),
  }));
  const webhookOptions = {
    secret: options.webhookSecret,
    now,
    types: options.webhookTypes ?? webhookTypes,
    retryDelaysMs: options.webhookRetryDelaysMs ?? retryDelaysMs,
  };
  const byId = (id: string) => store.anywhere(id) as ReturnType<typeof store.find<'events'>>;
  const webhooks: Webhooks = new Webhooks(webhookOptions, faults, byId, () => file.touch(), owed);
  if (saved?.webhookUrl !== undefined && options.webhookUrl === undefined) webhooks.setUrl(saved.webhookUrl);
  const world: World = {
    store,
    now,
    onboarding: options.onboarding ?? false,
    announce: (event) => webhooks.announce(event),
  };
  const setTime = (at: Date) => void (time = at.toISOString());
  const control = new StripeControl(world, webhooks, faults, setTime, file);
  return { api: new StripeApi(world, keys, options.secretKey), control, faults, webhooks, file };
}

export type DoubleParts = ReturnType<typeof assemble>;
