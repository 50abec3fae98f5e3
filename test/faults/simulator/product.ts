import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Client } from 'pg';
import { createApp } from '../../../src/app';
import { FrozenClock } from '../../../src/platform/clock';
import { Database } from '../../../src/platform/database/database';
import { createDatabase, toDatabase } from '../../../src/platform/database/embedded';
import type { Tx } from '../../../src/platform/database/tx';
import type { Actor, OrganizationKind } from '../../../src/platform/auth/actor';
import { Keyring } from '../../../src/platform/keyring/keyring';
import { Places } from '../../../src/platform/places/file-place';
import { Storage } from '../../../src/platform/storage/storage';
import { type StripeDouble, startStripeDouble } from '../../../src/sandbox/stripe';
import { type PaymentRail, StripeRail } from '../../../src/settlement/payments';
import { testServer } from '../../support/server';
import { beginning } from './deals';
import type { Bug } from './mutants';
import { TappedSource } from './tapped-source';
import type { World } from './world';

const secrets = { stripeKey: 'sk_test_double', webhookSecret: 'whsec_double' };

/** Who acts: two people of the label, one of the platform. */
export type Person = 'label' | 'colleague' | 'platform';

/**
 * The product's real services in this process, without HTTP and without a worker: the simulator is its network, its queue and its clock. The database and
 * the provider are another one for each seed; the services are the same.
 */
export class Product {
  readonly clock = new FrozenClock(new Date(beginning));
  readonly source = new TappedSource();
  readonly database = new Database(this.source.asDataSource());
  private rail: PaymentRail | undefined;
  private double: StripeDouble | undefined;
  private superuser: Client | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private name = '';
  private services: NestFastifyApplication | undefined;
  private readonly people: Readonly<Record<Person, Actor>>;

  private constructor(readonly world: World) {
    const { labelId, platformId, members } = world;
    const person = (organizationId: string, organizationKind: OrganizationKind, id: string): Actor => ({
      organizationId,
      organizationKind,
      verified: true,
      roles: ['finance', 'usage'],
      by: { kind: 'member', id, sessionId: randomUUID() },
    });
    this.people = {
      label: person(labelId, 'label', members.label),
      colleague: person(labelId, 'label', members.colleague),
      platform: person(platformId, 'platform', members.platform),
    };
  }

  static async open(world: World): Promise<Product> {
    const product = new Product(world);
    const { config } = world;
    const parts = {
      clock: product.clock,
      database: product.database,
      storage: new Storage(config.storageFolder),
      keyring: await Keyring.open(config.keyringFile, product.clock.now()),
      places: new Places(undefined),
      rail: product.railOfNow(),
      licences: { ageLimitMilliseconds: 5_000 },
    };
    // It does not listen by itself: the simulator calls what a request or a worker would.
    product.services = await createApp(parts, false);
    return product;
  }

  /** A copy of the world, a provider that knows nobody, and the clock back at the beginning. */
  async begin(bug: Bug | undefined): Promise<void> {
    const server = testServer();
    this.name = `test_${randomBytes(8).toString('hex')}`;
    await asSuperuser((client) => createDatabase(client, this.name, { template: this.world.database.name }));
    const connectionString = toDatabase(server.superuserUrl, this.name);
    // Its questions are small and many: starting parallel workers would cost more than all the rest.
    this.superuser = new Client({ connectionString, options: '-c max_parallel_workers_per_gather=0' });
    // A server that is stopped in the middle ends the run by its answers, not by an event that nobody hears.
    this.superuser.on('error', () => undefined);
    await this.superuser.connect();
    if (bug?.sql !== undefined) await this.superuser.query(bug.sql);
    this.clock.moveTo(new Date(beginning));
    await this.source.pointAt(toDatabase(server.applicationUrl, this.name), this.superuser, bug?.tap ?? {});
    const now = (): Date => this.clock.now();
    this.double = await startStripeDouble({
      secretKey: secrets.stripeKey,
      webhookSecret: secrets.webhookSecret,
      now,
    });
    const { port, url } = this.double;
    const endpoint = { protocol: 'http', host: '127.0.0.1', port } as const;
    const rail = new StripeRail({ config: { ...secrets, endpoint }, now, timeoutMs: 20_000 });
    this.rail = bug?.rail?.(rail, { url, secretKey: secrets.stripeKey }) ?? rail;
  }

  async end(): Promise<void> {
    await this.source.leave();
    await this.double?.close();
    await this.superuser?.end();
    await asSuperuser((client) => client.query(`DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`));
  }

  async close(): Promise<void> {
    await this.services?.close();
  }

  /** Has the product answer by HTTP, until it is closed. Gives its address. */
  async listen(): Promise<string> {
    const server = this.services!.getHttpServer();
    if (!server.listening) await this.services!.listen(0, '127.0.0.1');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Of the copy that is worked on. */
  get databaseName(): string {
    return this.name;
  }

  get stripe(): StripeDouble {
    return this.double!;
  }

  actor(person: Person): Actor {
    return this.people[person];
  }

  service<Service>(type: new (...parameters: never[]) => Service): Service {
    return this.services!.get<Service>(type as never);
  }

  /** A request of a person: one transaction, as the interceptor would open it. */
  as<Result>(person: Person, work: (tx: Tx, actor: Actor) => Promise<Result>): Promise<Result> {
    const actor = this.actor(person);
    return this.database.withTenant(actor, (tx) => work(tx, actor));
  }

  /** What really stands in the database, behind row-level security and whatever is planted. */
  async look<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.inTurn(() => this.superuser!.query<Row>(text, values))).rows;
  }

  /** As `look`, for a question that is asked again and again: planned once. */
  async lookAgain<Row extends object>(name: string, text: string): Promise<Row[]> {
    return (await this.inTurn(() => this.superuser!.query<Row>({ name, text }))).rows;
  }

  /** A connection has one question at a time. */
  private inTurn<Result>(ask: () => Promise<Result>): Promise<Result> {
    const answer = this.turn.then(ask);
    this.turn = answer.catch(() => undefined);
    return answer;
  }

  /** An event as the provider would send it now: its bytes and their signature. */
  signed(payload: string, secret = secrets.webhookSecret): { rawBody: Buffer; signature: string } {
    return { rawBody: Buffer.from(payload), signature: this.signature(payload, this.clock.now().getTime(), secret) };
  }

  /** As of another instant, in milliseconds. */
  signature(payload: string, at: number, secret = secrets.webhookSecret): string {
    const seconds = Math.floor(at / 1000);
    return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex')}`;
  }

  /** The provider's newest events, oldest first: our own account's, or a connected one's. */
  async providerEvents(account?: string): Promise<ProviderEvent[]> {
    const headers = {
      authorization: `Bearer ${secrets.stripeKey}`,
      connection: 'close',
      ...(account === undefined ? {} : { 'stripe-account': account }),
    };
    const answer = await fetch(`${this.stripe.url}/v1/events?limit=100`, { headers });
    if (!answer.ok) throw new Error(`the double answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { data: ProviderEvent[] }).data.reverse();
  }

  /** The rail that the services use now. */
  get currentRail(): PaymentRail {
    return this.rail!;
  }

  /** Somebody with our key does something at the provider by hand. */
  async atTheProvider(path: string, form: Readonly<Record<string, string>>): Promise<void> {
    const headers = { authorization: `Bearer ${secrets.stripeKey}`, connection: 'close' };
    const answer = await fetch(`${this.stripe.url}${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
    });
    if (!answer.ok) throw new Error(`the double answered ${answer.status}: ${await answer.text()}`);
  }

  private railOfNow(): PaymentRail {
    return new Proxy({} as PaymentRail, {
      get: (_, name) => {
        const value: unknown = Reflect.get(this.rail!, name);
        return typeof value === 'function' ? value.bind(this.rail) : value;
      },
    });
  }
}

export interface ProviderEvent {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly object: { readonly id: string; readonly metadata?: Record<string, string> } };
}

async function asSuperuser(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: testServer().superuserUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
