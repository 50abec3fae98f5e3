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

type Draw = (drawing: Drawing, ids: Ids) => Omit<Request, 'what'>;

/** What there is to ask about, looked up before each request. */
interface Ids {
  readonly statements: readonly { readonly id: string; readonly lines: number }[];
  readonly approvals: readonly string[];
  readonly disputes: readonly { readonly statement: string; readonly number: number }[];
  readonly invoices: readonly string[];
}

const lookUp = async (product: Product): Promise<Ids> => {
  const [row] = await product.look<Ids>(
    `SELECT (SELECT coalesce(json_agg(json_build_object('id', id, 'lines', (SELECT count(*) FROM statement_lines l WHERE l.agreement_id = s.agreement_id AND l.month = s.month))), '[]') FROM statements s) AS statements,
            (SELECT coalesce(json_agg(id), '[]') FROM approvals) AS approvals,
            (SELECT coalesce(json_agg(json_build_object('statement', s.id, 'number', d.number)), '[]')
               FROM statement_disputes d JOIN statements s USING (agreement_id, month)) AS disputes,
            (SELECT coalesce(json_agg(id), '[]') FROM invoices) AS invoices`,
  );
  return row!;
};

const pick = <One>({ below }: Drawing, list: readonly One[]): One | undefined => list[below(list.length)];
const orNone = (id: string | undefined): string => id ?? randomUUID();
const agreement = (drawing: Drawing): string => orNone(pick(drawing, drawing.product.world.deals)?.agreementId);
const money = ({ below }: Drawing): string => `${below(40)}.${String(below(100)).padStart(2, '0')}`;

const requests: Readonly<Record<string, Draw>> = {
  close: (drawing) => ({
    ...{ method: 'POST', path: `/v1/agreements/${agreement(drawing)}/closes`, by: 'label' },
    body: { month: pick(drawing, months) },
  }),
  decision: (drawing, { approvals }) => ({
    ...{
      method: 'POST',
      path: `/v1/approvals/${orNone(pick(drawing, approvals.slice(-3)))}/decision`,
      by: 'colleague',
    },
    body: { decision: drawing.below(8) === 0 ? 'rejected' : 'approved' },
  }),
  acceptance: (drawing, { statements }) => ({
    ...{ method: 'POST', path: `/v1/statements/${orNone(pick(drawing, statements)?.id)}/acceptance`, by: 'platform' },
    body: {},
  }),
  dispute: (drawing, { statements }) => {
    const statement = pick(drawing, statements);
    const lines = [1 + drawing.below((statement?.lines ?? 0) + 2)];
    const path = `/v1/statements/${orNone(statement?.id)}/disputes`;
    return { method: 'POST', path, by: 'platform', body: { lines, reason: 'Not ours.' } };
  },
  withdrawal: (drawing, { disputes }) => ({
    ...aboutDispute(drawing, disputes, 'withdrawal'),
    by: 'platform',
    body: {},
  }),
  answer: (drawing, { disputes }) => ({
    ...{ ...aboutDispute(drawing, disputes, 'answer'), by: 'label' },
    body: { answer: 'rejected' },
  }),
  amount: (drawing, { disputes }) => ({
    ...{ ...aboutDispute(drawing, disputes, 'amount'), by: drawing.below(2) === 0 ? 'label' : 'platform' },
    body: { amount: money(drawing) },
  }),
  expenses: (drawing) => ({
    ...{ method: 'POST', path: `/v1/agreements/${agreement(drawing)}/period-facts`, by: 'platform' },
    body: { kind: 'expenses', month: pick(drawing, months), value: money(drawing) },
  }),
  confirmation: (drawing) => ({
    ...{ method: 'POST', by: 'label', body: {} },
    path: `/v1/agreements/${agreement(drawing)}/period-facts/${1 + drawing.below(4)}/confirmation`,
  }),
  'usage dispute': (drawing) => ({
    ...{ method: 'POST', path: `/v1/agreements/${agreement(drawing)}/usage-disputes`, by: 'platform' },
    body: {
      ...{ month: pick(drawing, months), serviceId: pick(drawing, drawing.product.world.deals)?.serviceId },
      reason: 'They differ.',
    },
  }),
  release: (drawing) => ({
    ...{ method: 'POST', by: drawing.below(2) === 0 ? 'label' : 'platform', body: {} },
    path: `/v1/agreements/${agreement(drawing)}/usage-disputes/${1 + drawing.below(3)}/release`,
  }),
  payout: (drawing, { invoices }) => ({
    ...{ method: 'POST', path: '/v1/payouts', by: 'label' },
    body: { invoiceIds: [orNone(pick(drawing, invoices))] },
  }),
  plays: (drawing) => ({
    ...{ method: 'POST', path: '/v1/usage-events', by: 'platform', type: 'application/cloudevents+json' },
    body: drawnEvent(drawing, drawing.below(6) === 0 ? drawing.below(50) : drawing.next()),
  }),
  void: (drawing) => ({
    ...{ method: 'POST', path: '/v1/usage-event-voids', by: 'platform' },
    body: { reason: 'Counted by mistake.', events: [{ source: '/trials', id: `e${drawing.below(60)}` }] },
  }),
};

const aboutDispute = (drawing: Drawing, disputes: Ids['disputes'], act: string) => {
  const dispute = pick(drawing, disputes);
  const path = `/v1/statements/${orNone(dispute?.statement)}/disputes/${dispute?.number ?? 1}/${act}`;
  return { method: 'POST', path };
};

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

/** Any of the requests that write something of settlement; a third of them spoilt. */
export async function drawnRequest(drawing: Drawing): Promise<Request> {
  const [what, draw] = pick(drawing, Object.entries(requests))!;
  const request = draw(drawing, await lookUp(drawing.product));
  return { what, ...(drawing.below(3) === 0 ? pick(drawing, spoils)!(drawing, request) : request) };
}
