import { randomUUID } from 'node:crypto';
import { ApiClient, type ApiAnswer } from '../../../src/sample/api-client';
import { signIn } from '../../../src/sample/parties';
import { seededRandom } from '../../../src/sandbox/stripe/seeded-random';
import { months } from '../simulator/deals';
import type { Person, Product } from '../simulator/product';
import { forgetJob, runJob, waitingJobs } from '../simulator/queue';
import type { Death } from '../simulator/tapped-source';
import { listInFull, listNames } from './lists-in-full';
import { endMonth, onACopy, seeBalanced, sendPlays } from './months-of-plays';
import { drawnMove, drawnRequest, type Drawing, firstOpenMonths, moves, type Request } from './requests';
import { rootOfBooks } from './root-of-books';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

const deaths: readonly Death[] = ['before', 'before', 'after-commit', 'terminated'];
const people: readonly Person[] = ['label', 'colleague', 'platform'];
/** Commands between two lists that are read while more is written. */
const betweenLists = 12;
const betweenPayments = 15;
const tickMilliseconds = 50;

/**
 * T13: people send what they should and what they should not, by HTTP, while processes die; whatever is answered with 4xx has changed no count of any table and no posting,
 * and the same request again under its key is done once. Lists that are read meanwhile have everything that was acknowledged before, once.
 */
export const definiteErrors: ServiceTrial = {
  name: 'T13',
  about: 'a definite error has no effect, and a list that ends is complete',
  unit: 'commands',
  sizes: { brief: 100, usual: 1_000, full: 10_000 },
  run: (product, order: Order): Promise<Verdict> => onACopy(product, () => new DefiniteErrors(product, order).run()),
};

class DefiniteErrors {
  private readonly found = new Found();
  private readonly random: () => number;
  private readonly clients = new Map<string, ApiClient>();
  private readonly codes = new Map<string, number>();
  private readonly counts = { done: 0, refused: 0, died: 0, replayed: 0, jobs: 0, lists: 0 };
  private numbers = 1_000;
  private url = '';
  private tables = '';

  constructor(
    private readonly product: Product,
    private readonly order: Order,
  ) {
    this.random = seededRandom(order.seed);
  }

  async run(): Promise<Verdict> {
    const { size, say } = this.order;
    this.url = await this.product.listen();
    this.tables = await countsOfAll(this.product);
    let monthsOver = -1;
    for (let at = 0; at < size; at += 1) {
      const over = Math.floor((at * months.length) / size);
      if (over !== monthsOver) {
        await this.monthEnds((monthsOver = over));
        await this.issuedWhileListed();
      }
      await this.command();
      await this.job();
      if (at % betweenPayments === 0) await this.payment();
      if (at % betweenLists === betweenLists - 1) await this.list();
      if (at % 1_000 === 999) say(`${at + 1} commands`);
    }
    await seeBalanced(this.product, this.found);
    if (this.codes.size < 8) this.found.add(`only ${this.codes.size} codes of refusal were seen`);
    const codes = Object.fromEntries([...this.codes].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { commands: size, ...this.counts, codes, found: this.found.list };
  }

  /** Sessions do not last for a month: everybody signs in again. */
  private async monthEnds(over: number): Promise<void> {
    endMonth(this.product, months[over]!);
    for (const person of people)
      this.clients.set(person, await signIn(this.url, this.product.world.credentials[person]));
    this.clients.set('nobody', new ApiClient(this.url));
    if (over === 0) await this.clients.get('label')!.post('/v1/payment-accounts', {});
    const { world } = this.product;
    const plays = world.deals.flatMap((_, deal) =>
      world.isrcs.map((isrc) => ({ id: `${months[over]} ${deal} ${isrc}`, deal, month: months[over]!, isrc })),
    );
    const more = { territory: 'RU', useType: 'OnDemandStream', units: 60_000 };
    await sendPlays(
      this.product,
      plays.map((play) => ({ ...play, ...more })),
    );
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private get drawing(): Drawing {
    return { product: this.product, below: (limit) => this.below(limit), next: () => (this.numbers += 1) };
  }

  /** No two things happen at the same time, and no session ends before its month. */
  private tick(): void {
    const { clock } = this.product;
    clock.moveTo(new Date(clock.now().getTime() + tickMilliseconds));
  }

  private async command(): Promise<void> {
    this.tick();
    const request = await drawnRequest(this.drawing);
    const key = randomUUID();
    const { source } = this.product;
    const dies = this.below(5) === 0;
    const death = deaths[this.below(deaths.length)]!;
    if (dies) source.killAt(death, 1 + this.below(death === 'after-commit' ? 2 : 14));
    const first = await this.sent(request, key, () => source.revive());
    if (!first.died) return;
    this.counts.died += 1;
    // Nobody knows what became of it. Asked again under the same key it is done now, or was done then.
    const again = await this.sent(request, key, () => false);
    if (first.status < 300 && again.status >= 300)
      this.found.add(`${request.what} was done, and asked again it was answered with ${again.status}`);
  }

  private async sent(request: Request, key: string, revive: () => boolean): Promise<{ status: number; died: boolean }> {
    const before = await this.fingerprint();
    const answer = await this.answered(request, key).catch(() => undefined);
    const died = revive();
    const status = answer?.status ?? 0;
    const said = `${request.method} ${request.path} by ${request.by} (${request.what})`;
    if (status >= 400 && status < 500) {
      this.counts.refused += 1;
      const code = answer!.body.code ?? 'none';
      this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
      const after = await this.fingerprint();
      if (after !== before)
        this.found.add(
          `${said} was refused with ${code} and changed ${difference(before, after)}; it sent ${JSON.stringify(request.body)}`,
        );
    } else if (status >= 200 && status < 300) {
      this.counts.done += 1;
      if (answer!.headers.get('idempotency-replayed') === 'true') this.counts.replayed += 1;
    } else if (!died) {
      this.found.add(
        `${said} was answered with ${status} although nothing failed: ${answer?.text ?? ''} ${JSON.stringify(request.body)}`,
      );
    }
    return { status, died };
  }

  private answered(
    { method, path, body, type, by }: Request,
    key: string,
  ): Promise<ApiAnswer<{ readonly code?: string }>> {
    const client = this.clients.get(by)!;
    if (type === undefined) return client.request(method, path, { body, key });
    return client.request(method, path, { file: { type, content: JSON.stringify(body) }, key });
  }

  /** One of the jobs that wait is worked, so that the story goes on; what cannot be done yet waits. */
  private async job(): Promise<void> {
    const [job] = await waitingJobs(this.product);
    if (job === undefined) return;
    // A close is drafted only: people decide about it here.
    await runJob(this.product, job, 'leave drafts').catch(() => undefined);
    await forgetJob(this.product, job);
    this.counts.jobs += 1;
  }

  /** The platform's bank pays an invoice, and the provider tells of all that was paid. */
  private async payment(): Promise<void> {
    const { stripe } = this.product;
    const open = stripe.control.invoices().find(({ status }) => status === 'open');
    if (open !== undefined) stripe.control.payInvoice(open.id);
    for (const event of await this.product.providerEvents()) {
      if (event.type !== 'invoice.paid') continue;
      const { rawBody, signature } = this.product.signed(JSON.stringify(event));
      const file = { type: 'application/json', content: rawBody };
      const headers = { 'stripe-signature': signature };
      const { status } = await this.clients.get('nobody')!.request('POST', '/v1/stripe/webhooks', { file, headers });
      if (status !== 200) this.found.add(`a webhook was answered with ${status}`);
    }
  }

  /** Whatever can be closed is drafted, so that a list has statements in it that are issued while it is read. */
  private async draftAll(): Promise<void> {
    const open = await this.product.look<{ agreement: string; month: string }>(firstOpenMonths);
    for (const { agreement, month } of open) {
      this.tick();
      const path = `/v1/agreements/${agreement}/closes`;
      await this.clients.get('label')!.request('POST', path, { body: { month } });
    }
    for (const job of await waitingJobs(this.product)) {
      this.tick();
      if (job.task === 'close-period') await runJob(this.product, job, 'leave drafts');
      if (job.task === 'close-period') await forgetJob(this.product, job);
    }
  }

  /** A draft is on the first page of a list, and is issued before the second is asked for: it is the same statement, and stands where it stood. */
  private async issuedWhileListed(): Promise<void> {
    await this.draftAll();
    const label = this.clients.get('label')!;
    type Page = { readonly rows: readonly { id: string; approvalId: string }[]; readonly next: string | null };
    const path = '/v1/statements?limit=1&state=draft';
    const drafts = await label.get<Page>(path);
    const [draft] = drafts.rows;
    if (draft === undefined || drafts.next === null) return;
    const listed: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
      const page: Page = await label.get(`/v1/statements?limit=1${cursor}`);
      listed.push(...page.rows.map(({ id }) => id));
      next = page.next;
      if (listed.at(-1) !== draft.id || listed.length !== new Set(listed).size) continue;
      this.tick();
      const decision = { body: { decision: 'approved' } };
      await this.clients.get('colleague')!.request('POST', `/v1/approvals/${draft.approvalId}/decision`, decision);
    }
    const times = listed.filter((id) => id === draft.id).length;
    if (times !== 1) this.found.add(`a statement that is issued while it is listed is there ${times} times`);
  }

  private async list(): Promise<void> {
    const name = listNames[this.below(listNames.length)]!;
    if (name === 'statements') await this.draftAll();
    const meanwhile = async (): Promise<void> => {
      this.tick();
      const request = await drawnMove(this.drawing, name === 'statements' ? ['decision'] : moves);
      await Promise.all([request && this.answered(request, randomUUID()), this.job()]);
    };
    for (const what of await listInFull(this.product, this.clients.get('label')!, { name, meanwhile }))
      this.found.add(what);
    this.counts.lists += 1;
  }

  /** How many rows every table has, and what the books say to the last posting. */
  private async fingerprint(): Promise<string> {
    const counts = await this.product.lookAgain<{ name: string; n: string }>('all counts', this.tables);
    const { root } = await rootOfBooks((text, values) => this.product.look(text, values));
    // Counted side by side, tables come in any order.
    return [...counts.map(({ name, n }) => `${name} ${n}`).sort(), `root ${root}`].join('\n');
  }
}

/** Sign-ins that failed are counted, and nothing else that a refusal may leave. */
const notCounted = ['rate_limits'];

async function countsOfAll(product: Product): Promise<string> {
  const tables = await product.look<{ name: string }>(
    `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
      WHERE (schemaname = 'public' AND NOT tablename = ANY($1)) OR (schemaname = 'graphile_worker' AND tablename = '_private_jobs') ORDER BY 1`,
    [notCounted],
  );
  return tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::text AS n FROM ${name}`).join(' UNION ALL ');
}

function difference(before: string, after: string): string {
  const old = new Set(before.split('\n'));
  return after
    .split('\n')
    .filter((line) => !old.has(line))
    .join(', ');
}
