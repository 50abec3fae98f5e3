import type { ApiClient } from '../../src/sample/api-client';
import { issueInvoice } from '../../src/settlement/invoices/issue-invoice';
import { Database } from '../../src/platform/database/database';
import { startTestApp, type TestApp } from '../support/app';
import { brokenRules } from '../support/en16931';
import { openMarket, outcome, refused } from '../support/market';
import { reportUsage } from '../support/reported-usage';
import { TaxedDeal as Deal } from '../support/taxed-deal';
import { sendEvents, usageEvent } from '../support/usage-events';

let app: TestApp;
/** 19 % of VAT are added, 15 % withheld. */
let taxed: Deal;

const hamburg = {
  legalName: 'Stille Hafen GmbH',
  street: 'Kaistraße 1',
  city: 'Hamburg',
  postalCode: '20457',
  country: 'DE',
  vatId: 'DE123456789',
  registrationNumber: 'HRB 12345',
};
const berlin = {
  legalName: 'Radio <Nord> GmbH',
  street: 'Allee 2',
  city: 'Berlin',
  country: 'DE',
  vatId: 'DE987654321',
};

beforeAll(async () => {
  app = await startTestApp({ at: '2026-02-02T09:00:00Z', rail: true });
  taxed = await Deal.made(app, { taxes: { withholding: 'deducted', vat: 'added' } });
  await taxed.agree('withholding', '0.15', 'Treaty, article 12');
  await taxed.agree('vat', '0.19', 'UStG § 12');
});
afterAll(() => app?.close());

const ubl = async (by: ApiClient, invoice: { id: string }, rest = ''): Promise<string> =>
  (await by.download(`/v1/invoices/${invoice.id}${rest}/document?format=ubl`))!.toString();
const valueOf = (xml: string, element: string): string[] =>
  [...xml.matchAll(new RegExp(`<${element}[^>]*>([^<]*)`, 'g'))].map(([, text]) => text!);

describe('what invoices say of an organization', () => {
  it('is stated by its finance, version after version, and never changes', async () => {
    const label = await app.given.label();
    const state = (body: object, by = label.as) => by.post<{ version: number }>('/v1/invoicing-details', body);
    expect(await state(hamburg)).toMatchObject({ ...hamburg, version: 1, region: null, taxNumber: null });
    expect(await state(hamburg)).toMatchObject({ version: 1 });
    expect(await state({ ...hamburg, legalName: '  Stille   Hafen AG ' })).toMatchObject({
      ...{ version: 2, legalName: 'Stille Hafen AG' },
    });
    const cities = Array.from({ length: 8 }, (_, at) => state({ ...hamburg, city: `City ${at}` }));
    expect((await Promise.all(cities)).map(({ version }) => version).sort((a, b) => a - b)).toEqual([
      ...[3, 4, 5, 6, 7, 8, 9, 10],
    ]);
    const first = await label.as.get<{ rows: { version: number }[]; next: string }>('/v1/invoicing-details?limit=9');
    expect(first.rows.map(({ version }) => version)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2]);
    const second = await label.as.get<{ rows: { version: number }[] }>(
      `/v1/invoicing-details?limit=9&cursor=${first.next}`,
    );
    expect(second.rows.map(({ version }) => version)).toEqual([1]);
    expect(
      await outcome(await app.given.colleague(label, ['licensing']), 'POST', '/v1/invoicing-details', hamburg),
    ).toBe('403 forbidden');
    expect((await taxed.label.get<{ rows: object[] }>('/v1/invoicing-details')).rows).toEqual([]);
  });

  it('is refused with all faults at once', async () => {
    const wrong = { legalName: 'A', street: 'B', city: 'C', country: 'QQ' };
    expect((await refused(taxed.label, 'POST', '/v1/invoicing-details', wrong)).faults).toMatchObject([
      { pointer: '/country' },
      { pointer: '/vatId', code: 'field-required' },
    ]);
    const unknown = { ...berlin, vatId: 'QQ123' };
    expect((await refused(taxed.label, 'POST', '/v1/invoicing-details', unknown)).faults).toMatchObject([
      { pointer: '/vatId', code: 'field-country' },
    ]);
  });
});

describe('an invoice whose lines a dispute holds', () => {
  // 1,000.00 are payable: 190.00 are added and 150.00 withheld. No play was metered there: the 850.00 that the label would get wait, the VAT does not.
  it('is issued without details, on paper for both parties; as an electronic one it is refused, naming all that is missing', async () => {
    const { isrcs, serviceIds } = taxed.market;
    await reportUsage(app, taxed.market, { plays: { [isrcs[0]!]: 1_000 } });
    const event = { id: 'other', isrc: isrcs[0]!, territory: 'BY', quantity: 5 };
    await sendEvents(taxed.platform, [usageEvent(taxed.market, event)]);
    const dispute = { month: '2026-01', serviceId: serviceIds[0], reason: 'Nobody played it there.' };
    await taxed.platform.post(taxed.at('usage-disputes'), dispute);
    await taxed.close();
    const [invoice] = await taxed.invoices();
    const path = `/v1/invoices/${invoice!.id}/document`;
    for (const by of [taxed.label, taxed.platform]) {
      const { code, faults } = await refused(by, 'GET', `${path}?format=ubl`);
      expect([code, ...faults!.map(({ pointer }) => pointer)]).toEqual([
        'invoice-details-missing',
        '/seller',
        '/buyer',
      ]);
      for (const language of ['en', 'ru']) {
        const pdf = (await by.download(`${path}?language=${language}`))!;
        expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      }
    }
    const stranger = await app.given.label();
    expect(await outcome(stranger.as, 'GET', path)).toBe('404 not-found');
  });

  it('follows EN 16931 once both have stated their details, for both the same bytes, whatever they state later', async () => {
    await taxed.label.post('/v1/invoicing-details', hamburg);
    await taxed.platform.post('/v1/invoicing-details', berlin);
    const [invoice] = await taxed.invoices();
    const xml = await ubl(taxed.label, invoice!);
    expect(await brokenRules(xml)).toEqual([]);
    expect(valueOf(xml, 'cbc:TaxableAmount')).toEqual(['1000.00', '-850.00']);
    expect(valueOf(xml, 'cbc:PrepaidAmount')).toEqual(['150.00']);
    expect(valueOf(xml, 'cbc:PayableAmount')).toEqual(['190.00']);
    expect(valueOf(xml, 'cbc:RegistrationName')).toEqual(['Stille Hafen GmbH', 'Radio &lt;Nord&gt; GmbH']);
    expect(valueOf(xml, 'cbc:EndDate')).toEqual(['2026-01-31']);
    await taxed.label.post('/v1/invoicing-details', { ...hamburg, legalName: 'Stille Hafen AG' });
    expect(await ubl(taxed.platform, invoice!)).toBe(xml);
  });

  it('has the rest invoiced when the dispute ends: its VAT was charged before, and the details are those of that day', async () => {
    for (const party of [taxed.label, taxed.platform]) await party.post(taxed.at('usage-disputes/1/release'), {});
    const rest = (await taxed.invoices()).find(({ source }) => source === 'dispute 1')!;
    const xml = await ubl(taxed.platform, rest);
    expect(await brokenRules(xml)).toEqual([]);
    expect(valueOf(xml, 'cbc:PayableAmount')).toEqual(['850.00']);
    expect(valueOf(xml, 'cbc:TaxExemptionReason')).toEqual(['VAT on it was charged with the statement of 2026-01']);
    expect(valueOf(xml, 'cbc:RegistrationName')[0]).toBe('Stille Hafen AG');
  });
});

describe('an invoice under reverse charge that is paid in another currency', () => {
  // 1,000.00 dollars at 80.5 roubles; 15 % of them are withheld.
  it('says base, withheld tax and amount in that currency', async () => {
    const deal = await Deal.made(app, {
      taxes: { withholding: 'deducted', vat: 'reverse-charge' },
      exchange: { payIn: 'RUB', source: 'manual', rateOf: 'period-end' },
    });
    await deal.agree('withholding', '0.15', 'Treaty, article 12');
    await deal.agree('vat', '0.2', 'Tax code, article 161');
    const rate = { base: 'USD', quote: 'RUB', day: '2026-01-31', rate: '80.5', note: 'Our bank' };
    await deal.platform.post(deal.at('exchange-rates'), rate);
    const { rows: stated } = await deal.label.get<{ rows: { number: number }[] }>(deal.at('exchange-rates'));
    await deal.label.post(deal.at('exchange-rates/confirmations'), { numbers: stated.map(({ number }) => number) });
    await deal.label.post('/v1/invoicing-details', hamburg);
    await deal.platform.post('/v1/invoicing-details', {
      ...berlin,
      country: 'RU',
      vatId: undefined,
      registrationNumber: '1',
    });
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 1_000 } });
    await deal.close();
    const xml = await ubl(deal.platform, (await deal.invoices())[0]!);
    expect(await brokenRules(xml)).toEqual([]);
    expect(valueOf(xml, 'cbc:TaxExemptionReason')).toEqual(['Reverse charge: Tax code, article 161']);
    expect(
      ['cbc:TaxableAmount', 'cbc:PrepaidAmount', 'cbc:PayableAmount'].flatMap((element) => valueOf(xml, element)),
    ).toEqual(['80500.00', '12075.00', '68425.00']);
  });
});

describe('a credit note', () => {
  it('has a number of its own series, names its invoice, and never takes off more than is open', async () => {
    const deal = await Deal.made(app, {
      advances: [{ id: 'start', amount: '10.00', due: 'signature', recoupableFrom: 'all' }],
    });
    await deal.label.post('/v1/invoicing-details', hamburg);
    await deal.platform.post('/v1/invoicing-details', berlin);
    const [advance] = await deal.invoices();
    const advanced = await ubl(deal.label, advance!);
    expect([await brokenRules(advanced), valueOf(advanced, 'cbc:Name')]).toEqual([
      [],
      ['The label', 'The platform', 'Advance start'],
    ]);
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 100, [deal.market.isrcs[1]!]: 50 } });
    const { statement } = await deal.close();
    for (const line of [1, 2]) {
      await deal.platform.post(`/v1/statements/${statement.id}/disputes`, { lines: [line], reason: 'Counted twice.' });
    }
    const invoice = (await deal.invoices()).find(({ source }) => source === '2026-01');
    const { creditNotes } = await deal.platform.get<{ creditNotes: object[] }>(`/v1/invoices/${invoice!.id}`);
    expect(creditNotes).toMatchObject([
      { number: 'CRN-2026-000001', source: 'statement-dispute 1', issuedOn: '2026-02-02' },
      { number: 'CRN-2026-000002', source: 'statement-dispute 2', amount: { amount: '40.00', currency: 'USD' } },
    ]);
    const xml = await ubl(deal.platform, invoice!, '/credit-notes/1');
    expect(await brokenRules(xml)).toEqual([]);
    expect(valueOf(xml, 'cbc:CreditNoteTypeCode')).toEqual(['381']);
    expect(valueOf(xml, 'cbc:ID').slice(0, 2)).toEqual(['CRN-2026-000001', invoice!.number]);
    const path = `/v1/invoices/${invoice!.id}/credit-notes`;
    expect((await deal.label.download(`${path}/2/document?language=ru`))!.subarray(0, 5).toString()).toBe('%PDF-');
    for (const number of [0, 3, -1]) {
      expect(await outcome(deal.label, 'GET', `${path}/${number}/document`)).toBe('404 not-found');
    }
    // 10.00 of 150.00 are recouped, and 140.00 are taken off already: all that there is.
    await expect(
      app.look(
        `INSERT INTO invoice_credits (invoice_id, agreement_id, label_id, platform_id, source, amount_minor, number, credited_on, credited_at)
         SELECT id, agreement_id, label_id, platform_id, 'more', 1, 'CRN-2026-000003', '2026-02-02', now() FROM invoices WHERE id = $1`,
        [invoice!.id],
      ),
    ).rejects.toThrow('credits beyond the amount');
  });
});

describe('a series', () => {
  it('has no gap, whoever issues at once and whatever is taken back', async () => {
    const market = await openMarket(app, 1);
    const life = { advances: [], settlement: undefined };
    const agreements = [
      await market.concluded({ life }),
      await market.concluded({ life, from: '2028-01-01', until: '2029-01-01' }),
    ];
    const database = app.app.get(Database);
    const issue = (place: number): Promise<unknown> =>
      database.asSystem(async (tx) => {
        const [labelId, platformId] = [market.label.organizationId, market.platform.organizationId];
        const agreement = { id: agreements[place % 2]!.id, labelId, platformId, currency: 'USD', timeZone: 'UTC' };
        await issueInvoice(tx, {
          ...{ agreement, purpose: 'advance', source: `n${place}`, minor: 100n, exchange: undefined, dueDays: 30 },
          // Of two years.
          at: new Date(place % 5 === 0 ? '2025-12-31T23:00:00Z' : '2026-01-01T01:00:00Z'),
          by: { system: 'test', organizationId: labelId },
        });
        if (place % 3 === 0) throw new Error('taken back');
      });
    const worker = async (first: number): Promise<void> => {
      for (let place = first; place < 64; place += 8) await issue(place).catch(() => undefined);
    };
    await Promise.all(Array.from({ length: 8 }, (_, first) => worker(first)));
    const numbers = (await market.label.as.all<{ number: string }>('/v1/invoices')).map(({ number }) => number).sort();
    const places = Array.from({ length: 64 }, (_, place) => place).filter((place) => place % 3 !== 0);
    const of = (year: string, count: number) =>
      Array.from({ length: count }, (_, at) => `INV-${year}-${String(at + 1).padStart(6, '0')}`);
    const early = places.filter((place) => place % 5 === 0).length;
    expect(numbers).toEqual([...of('2025', early), ...of('2026', places.length - early)]);
  });
});
