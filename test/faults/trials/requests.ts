import { randomUUID } from 'node:crypto';
import type { Person, Product } from '../simulator/product';
import { months } from '../simulator/deals';
import { eventOf, streams, territories } from './months-of-plays';

/** A request as somebody might send it, sound or not. */
export interface Request {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
  readonly type?: string;
  readonly by: Person | 'nobody';
}

export interface Drawing {
  readonly product: Product;
  readonly below: (limit: number) => number;
  /** A new number each time. */
  readonly next: () => number;
}

/** Undefined where there is nothing yet that it could be about. */
type Draw = (drawing: Drawing, ids: Ids) => Omit<Request, 'what'> | undefined;

interface Numbered {
  readonly of: string;
  readonly number: number;
}

/** What there is to ask about, looked up before each request. */
interface Ids {
  readonly statements: readonly { readonly id: string; readonly lines: number }[];
  /** Those that nobody has decided come last. */
  readonly approvals: readonly string[];
  readonly disputes: readonly Numbered[];
  readonly usageDisputes: readonly Numbered[];
  readonly facts: readonly Numbered[];
  readonly invoices: readonly string[];
  /** The first month of each agreement that is not closed. */
  readonly open: readonly { readonly agreement: string; readonly month: string }[];
  readonly events: readonly string[];
}

/** The first month of each agreement that is not closed, by SQL. */
export const firstOpenMonths = `
  SELECT a.id AS agreement,
         coalesce((SELECT to_char(max(month) + interval '1 month', 'YYYY-MM') FROM statements s WHERE s.agreement_id = a.id), '2026-01') AS month
    FROM agreements a`;

const lookUp = async (product: Product): Promise<Ids> => {
  const list = (element: string, from: string): string =>
    `(SELECT coalesce(json_agg(${element}), '[]') FROM (${from}) x)`;
  const lines = `(SELECT count(*)::int FROM statement_lines l WHERE l.agreement_id = s.agreement_id AND l.month = s.month AND l.draft = s.draft)`;
  const [row] = await product.look<Ids>(
    `SELECT ${list('x', `SELECT id, ${lines} AS lines FROM statements s`)} AS statements,
            ${list('id', 'SELECT id FROM approvals ORDER BY decision IS NULL, requested_at, id')} AS approvals,
            ${list('x', 'SELECT s.id AS of, d.number FROM statement_disputes d JOIN statements s USING (agreement_id, month)')} AS disputes,
            ${list('x', 'SELECT agreement_id AS of, number FROM usage_disputes')} AS "usageDisputes",
            ${list('x', 'SELECT agreement_id AS of, number FROM period_facts')} AS facts,
            ${list('id', 'SELECT id FROM invoices ORDER BY number')} AS invoices,
            ${list('x', firstOpenMonths)} AS open,
            ${list('id', 'SELECT id FROM usage_events ORDER BY position DESC LIMIT 50')} AS events`,
  );
  return row!;
};

const pick = <One>({ below }: Drawing, list: readonly One[]): One | undefined => list[below(list.length)];
const money = ({ below }: Drawing): string => `${below(40)}.${String(below(100)).padStart(2, '0')}`;

/** An element of the list now and then replaced by one that nobody has. */
const known = (drawing: Drawing, ids: readonly string[]): string | undefined =>
  ids.length === 0 ? undefined : drawing.below(12) === 0 ? randomUUID() : pick(drawing, ids);

const requests: Readonly<Record<string, Draw>> = {
  close: (drawing, { open }) => {
    const { agreement: id, month } = pick(drawing, open)!;
    const path = `/v1/agreements/${id}/closes`;
    return {
      method: 'POST',
      path,
      by: 'label',
      body: { month: drawing.below(4) === 0 ? pick(drawing, months) : month },
    };
  },
  decision: (drawing, { approvals }) => {
    const id = known(drawing, approvals.slice(-3));
    const body = { decision: drawing.below(8) === 0 ? 'rejected' : 'approved' };
    return id === undefined
      ? undefined
      : { method: 'POST', path: `/v1/approvals/${id}/decision`, by: 'colleague', body };
  },
  acceptance: (drawing, { statements }) => {
    const id = known(
      drawing,
      statements.map((one) => one.id),
    );
    if (id === undefined || drawing.below(3) > 0) return undefined;
    return { method: 'POST', path: `/v1/statements/${id}/acceptance`, by: 'platform', body: {} };
  },
  dispute: (drawing, { statements }) => {
    const statement = pick(drawing, statements);
    if (statement === undefined) return undefined;
    const body = { lines: [1 + drawing.below(statement.lines + 2)], reason: 'Not ours.' };
    return { method: 'POST', path: `/v1/statements/${statement.id}/disputes`, by: 'platform', body };
  },
  withdrawal: (drawing, { disputes }) =>
    about(drawing, disputes, (id, number) => ({
      ...{ path: `/v1/statements/${id}/disputes/${number}/withdrawal`, by: 'platform', body: {} },
    })),
  answer: (drawing, { disputes }) =>
    about(drawing, disputes, (id, number) => ({
      ...{ path: `/v1/statements/${id}/disputes/${number}/answer`, by: 'label' },
      body: { answer: drawing.below(2) === 0 ? 'rejected' : 'accepted' },
    })),
  amount: (drawing, { disputes }) =>
    about(drawing, disputes, (id, number) => ({
      ...{ path: `/v1/statements/${id}/disputes/${number}/amount`, body: { amount: money(drawing) } },
      by: drawing.below(2) === 0 ? 'label' : 'platform',
    })),
  expenses: (drawing, { open }) => {
    const { agreement: id, month } = pick(drawing, open)!;
    const body = {
      kind: 'expenses',
      month: drawing.below(4) === 0 ? pick(drawing, months) : month,
      value: money(drawing),
    };
    return { method: 'POST', path: `/v1/agreements/${id}/period-facts`, by: 'platform', body };
  },
  confirmation: (drawing, { facts }) =>
    about(drawing, facts, (id, number) => ({
      ...{ path: `/v1/agreements/${id}/period-facts/${number}/confirmation`, by: 'label', body: {} },
    })),
  'usage dispute': (drawing, { open }) => {
    const { agreementId: id, serviceId } = drawing.product.world.deals[0]!;
    const month = open.find(({ agreement: of }) => of === id)!.month;
    const body = { month, serviceId, reason: 'They differ.' };
    return { method: 'POST', path: `/v1/agreements/${id}/usage-disputes`, by: 'platform', body };
  },
  release: (drawing, { usageDisputes }) =>
    about(drawing, usageDisputes, (id, number) => ({
      ...{ path: `/v1/agreements/${id}/usage-disputes/${number}/release`, body: {} },
      by: drawing.below(2) === 0 ? 'label' : 'platform',
    })),
  payout: (drawing, { invoices }) => {
    const id = known(drawing, invoices);
    return id === undefined
      ? undefined
      : { method: 'POST', path: '/v1/payouts', by: 'label', body: { invoiceIds: [id] } };
  },
  plays: (drawing) => ({
    ...{ method: 'POST', path: '/v1/usage-events', by: 'platform', type: 'application/cloudevents+json' },
    body: drawnEvent(drawing, drawing.below(6) === 0 ? drawing.below(50) : drawing.next()),
  }),
  void: (drawing, { events }) => {
    const id = known(drawing, events);
    const body = { reason: 'Counted by mistake.', events: [{ source: '/trials', id }] };
    return id === undefined ? undefined : { method: 'POST', path: '/v1/usage-event-voids', by: 'platform', body };
  },
};

function about(
  drawing: Drawing,
  all: readonly Numbered[],
  request: (id: string, number: number) => Omit<Request, 'what' | 'method'>,
): Omit<Request, 'what'> | undefined {
  const one = pick(drawing, all);
  if (one === undefined) return undefined;
  return { method: 'POST', ...request(one.of, drawing.below(12) === 0 ? one.number + 1 : one.number) };
}

function drawnEvent(drawing: Drawing, number: number): object {
  const { product, below } = drawing;
  return eventOf(product, {
    ...{ id: `e${number}`, deal: below(product.world.deals.length), month: pick(drawing, months)! },
    ...{ isrc: pick(drawing, product.world.isrcs)!, territory: pick(drawing, territories)! },
    ...{ useType: pick(drawing, streams)!, units: 1 + below(9_000) },
  });
}

type Spoil = (drawing: Drawing, request: Omit<Request, 'what'>) => Omit<Request, 'what'>;

const withBody = (
  request: Omit<Request, 'what'>,
  change: (body: Record<string, unknown>) => object,
): Omit<Request, 'what'> => ({
  ...request,
  body: change({ ...(request.body as Record<string, unknown>) }),
});

/** What may be wrong with a request. */
const spoils: readonly Spoil[] = [
  (_, request) => ({ ...request, path: request.path.replace(/[\da-f-]{36}/, randomUUID()) }),
  (_, request) => ({ ...request, path: request.path.replace(/[\da-f-]{36}/, 'none') }),
  (drawing, request) => ({ ...request, by: pick(drawing, ['label', 'colleague', 'platform', 'nobody'] as const)! }),
  (_, request) => withBody(request, (body) => ({ ...body, surplus: true })),
  (drawing, request) => withBody(request, (body) => without(body, pick(drawing, Object.keys(body)))),
  (drawing, request) =>
    withBody(request, (body) => ({
      ...body,
      [pick(drawing, Object.keys(body)) ?? 'none']: pick(drawing, [
        null,
        [],
        {},
        '',
        '-1.00',
        '1e9',
        7,
        '2026-13',
        [null],
      ]),
    })),
  (_, request) => ({ ...request, body: [] }),
  (_, request) => ({ ...request, type: 'text/plain' }),
  (_, request) => ({ ...request, method: 'PATCH' }),
];

const without = (body: Record<string, unknown>, name: string | undefined): object =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));

export const moves: readonly string[] = ['decision', 'decision', 'close', 'dispute', 'plays', 'payout'];

/** One that adds to lists or moves something in them, where there is such a thing; sound. */
export async function drawnMove(drawing: Drawing, of: readonly string[]): Promise<Request | undefined> {
  const ids = await lookUp(drawing.product);
  const what = pick(drawing, of)!;
  const request = requests[what]!(drawing, ids);
  return request && { what, ...request };
}

/** Any of the requests that write something of settlement; a third of them spoilt. */
export async function drawnRequest(drawing: Drawing): Promise<Request> {
  const ids = await lookUp(drawing.product);
  for (;;) {
    const [what, draw] = pick(drawing, Object.entries(requests))!;
    const request = draw(drawing, ids);
    if (request === undefined) continue;
    return { what, ...(drawing.below(3) === 0 ? pick(drawing, spoils)!(drawing, request) : request) };
  }
}
