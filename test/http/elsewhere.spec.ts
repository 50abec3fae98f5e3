import { createHash } from 'node:crypto';
import { fromBuffer } from 'yauzl';
import { MakeDocuments } from '../../src/agreements/make-documents';
import { ExportAgreements } from '../../src/agreements/export-agreements';
import { type PublishedKey, verifyBundle } from '../../src/evidence';
import { startTestApp, type TestApp } from '../support/app';
import type { Party } from '../support/given';
import { type AgreementAnswer, type Market, openMarket, outcome, refused, sign, signatureBy } from '../support/market';

let app: TestApp;
let market: Market;
beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app, 3);
});
afterAll(() => app.close());

const at = (id: string, rest = ''): string => `/v1/agreements/${id}${rest}`;
const paper = (text: string): string => `%PDF-1.7\n% ${text}\n%%EOF\n`;
const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

const bring = async ({ as }: Pick<Party, 'as'>, text: string): Promise<string> =>
  (await as.upload<{ sha256: string }>('/v1/agreement-originals', 'application/pdf', paper(text))).sha256;

async function bytesAt({ as }: Pick<Party, 'as'>, path: string): Promise<Buffer> {
  const bytes = await as.download(path);
  if (bytes === undefined) throw new Error(`${path} is not ready`);
  return bytes;
}

const importOf = (original: string, more: object = {}): object => ({
  counterpartyId: market.platform.organizationId,
  terms: market.terms(),
  concludedOn: '2025-06-28',
  original,
  ...more,
});

interface Booked {
  readonly kind: string;
  readonly source: string;
}

describe('an agreement that was concluded elsewhere', () => {
  it('runs here once both have signed that its terms are what they agreed; what was paid is not asked for again', async () => {
    const { label, platform } = market;
    const original = await bring(label, 'signed by hand in June');
    const imported = await label.as.post<AgreementAnswer>('/v1/agreements', importOf(original, { paid: ['advance'] }));
    expect(imported).toMatchObject({
      state: 'awaiting-signatures',
      negotiationId: null,
      concludedElsewhereOn: '2025-06-28',
      originalSha256: original,
      paidElsewhere: ['advance'],
    });
    const { body: manifest } = await platform.as.request<{ origin: object }>('GET', at(imported.id, '/manifest'));
    expect(manifest.origin).toEqual({
      kind: 'elsewhere',
      concludedOn: '2025-06-28',
      document: original,
      paid: ['advance'],
    });
    // The other party reads what it is asked to confirm.
    expect(sha256(await bytesAt(platform, at(imported.id, '/original')))).toBe(original);
    await sign(platform.as, imported);
    expect(await sign(label.as, imported)).toMatchObject({ state: 'active' });
    const booked = await label.as.all<Booked>(at(imported.id, '/ledger'));
    expect(booked.map(({ kind, source }) => [kind, source]).sort()).toEqual([
      ['advance-paid-elsewhere', 'advance'],
      ['back-fee-due', 'back-fee'],
    ]);
    const invoices = await label.as.all<{ purpose: string; agreementId: string }>('/v1/invoices');
    expect(invoices.filter(({ agreementId }) => agreementId === imported.id).map(({ purpose }) => purpose)).toEqual([
      'back-fee',
    ]);
  });

  it('is proved with what was signed there', async () => {
    const { label, platform } = market;
    const original = await bring(platform, 'brought by the platform');
    const body = importOf(original, { counterpartyId: label.organizationId, paid: ['back-fee', 'advance', 'advance'] });
    const { id, manifestHash } = await platform.as.post<AgreementAnswer>('/v1/agreements', body);
    for (const { as } of [label, platform]) await sign(as, { id, manifestHash } as AgreementAnswer);
    await app.app.get(MakeDocuments).execute({ agreementId: id, version: '1' });
    const { keys } = await app.given.client().get<{ keys: PublishedKey[] }>('/.well-known/jwks.json');
    const bundle = await bytesAt(label, at(id, '/evidence'));
    const { faults, notes } = await verifyBundle(bundle, keys);
    expect([faults, notes]).toEqual([[], []]);
    expect(bundle.includes(paper('brought by the platform'))).toBe(true);
    expect(await outcome(label.as, 'GET', at(id, '/ledger'))).toBe('200');
  });

  it('request-invalid: with every fault of what is said beside the terms', async () => {
    const { label } = market;
    const conditions = [{ id: 'advance-paid', kind: 'advance-paid', advance: 'advance', withinDays: 30 }];
    const terms = market.terms({ life: { conditions } });
    const wrong = { terms, concludedOn: '2026-01-06', paid: ['advance', 'bonus'] };
    const { status, code, faults } = await refused(
      label.as,
      'POST',
      '/v1/agreements',
      importOf(sha256('never brought'), wrong),
    );
    expect([status, code, faults.map((fault) => `${fault.pointer} ${fault.code}`)]).toEqual([
      400,
      'request-invalid',
      [
        '/concludedOn day-in-future',
        '/paid paid-unknown',
        '/terms/conditions paid-already',
        '/original original-unknown',
      ],
    ]);
    const onPayment = market.terms();
    const settled = { ...onPayment, settlement: { ...onPayment.settlement, effect: 'payment' } };
    const original = await bring(label, 'a settlement');
    const late = importOf(original, { terms: settled, concludedOn: '2025-02-30', paid: ['back-fee'] });
    const second = await refused(label.as, 'POST', '/v1/agreements', late);
    expect(second.faults.map((fault) => `${fault.pointer} ${fault.code}`)).toEqual([
      '/concludedOn day-unknown',
      '/terms/settlement/effect paid-already',
    ]);
  });

  it('paid-ambiguous: where one word would mean two debts', async () => {
    const terms = market.terms();
    const advances = terms.advances.map((advance) => ({ ...advance, id: 'back-fee' }));
    const original = await bring(market.label, 'an odd name');
    const body = importOf(original, { terms: { ...terms, advances }, paid: ['back-fee'] });
    const { faults } = await refused(market.label.as, 'POST', '/v1/agreements', body);
    expect(faults.map(({ code }) => code)).toEqual(['paid-ambiguous']);
  });

  it('agreement-imported-already: a file stands for one agreement, until that is given up', async () => {
    const { label, platform } = market;
    const original = await bring(label, 'brought twice');
    await bring(platform, 'brought twice');
    const { id } = await label.as.post<AgreementAnswer>('/v1/agreements', importOf(original));
    const theirs = importOf(original, { counterpartyId: label.organizationId });
    expect(await outcome(platform.as, 'POST', '/v1/agreements', theirs)).toBe('409 agreement-imported-already');
    await platform.as.post(at(id, '/end'), { reason: 'We bring it ourselves.' });
    expect(await outcome(platform.as, 'POST', '/v1/agreements', theirs)).toBe('201');
  });

  it('second-signatory-needed: above a threshold it is no way around four eyes', async () => {
    const own = await openMarket(app, 1);
    await own.platform.as.put('/v1/approval-thresholds/USD', { amount: '1' });
    const original = await bring(own.label, 'dear');
    const counterpartyId = own.platform.organizationId;
    const { id, manifestHash } = await own.label.as.post<AgreementAnswer>(
      '/v1/agreements',
      importOf(original, { counterpartyId, terms: own.terms() }),
    );
    const body = await signatureBy(own.platform.as, manifestHash);
    expect(await outcome(own.platform.as, 'POST', at(id, '/signatures'), body)).toBe('409 second-signatory-needed');
    const approval = await own.platform.as.post<{ id: string }>(at(id, '/signature-approvals'), {});
    const decide = `/v1/approvals/${approval.id}/decision`;
    expect(await outcome(own.platform.as, 'POST', decide, { decision: 'approved' })).toBe(
      '409 approval-needs-second-person',
    );
    const second = await app.given.colleague(own.platform, ['signatory']);
    await second.post(decide, { decision: 'approved' });
    // Whoever approved does not sign as well.
    const alone = await signatureBy(second, manifestHash);
    expect(await outcome(second, 'POST', at(id, '/signatures'), alone)).toBe('409 second-signatory-needed');
    expect(await outcome(own.platform.as, 'POST', at(id, '/signatures'), body)).toBe('201');
  });

  it('opens nobody’s file by its hash', async () => {
    const { label, platform } = market;
    const original = await bring(label, 'the label’s secret');
    const theirs = importOf(original, { counterpartyId: label.organizationId });
    const { code, faults } = await refused(platform.as, 'POST', '/v1/agreements', theirs);
    expect([code, faults.map((fault) => fault.code)]).toEqual(['request-invalid', ['original-unknown']]);
  });

  it('is a PDF of its own: anything else is refused, and what was made here has no original', async () => {
    const { label, accepted } = market;
    const send = (type: string, text: string): Promise<string> =>
      label.as.upload('/v1/agreement-originals', type, text).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      );
    expect(await send('application/pdf', 'no pdf')).toBe('content-type-unsupported');
    expect(await send('application/pdf', '')).toBe('content-type-unsupported');
    expect(await send('text/plain', paper('x'))).toBe('content-type-unsupported');
    expect(await send('Application/PDF; charset=binary', paper('x'))).toBe('taken');
    expect(await outcome(label.as, 'GET', at((await accepted()).id, '/original'))).toBe('404 not-found');
  });
});

describe('the export', () => {
  /** Names and bytes of an archive's files. */
  const filesOf = (archive: Buffer): Promise<Map<string, Buffer>> =>
    new Promise((resolve, reject) => {
      const files = new Map<string, Buffer>();
      fromBuffer(archive, { lazyEntries: true }, (error, zip) => {
        if (error) return reject(error);
        zip.on('end', () => resolve(files));
        zip.on('entry', (entry) =>
          zip.openReadStream(entry, (fault, stream) => {
            if (fault) return reject(fault);
            const chunks: Buffer[] = [];
            stream.on('data', (chunk: Buffer) => chunks.push(chunk));
            stream.on('end', () => {
              files.set(entry.fileName, Buffer.concat(chunks));
              zip.readEntry();
            });
          }),
        );
        zip.readEntry();
      });
    });

  const exported = async (party: Party): Promise<Map<string, Buffer>> => {
    const { id } = await party.as.post<{ id: string }>('/v1/exports', {});
    expect(await outcome(party.as, 'GET', `/v1/exports/${id}/content`)).toBe('409 document-not-ready');
    await app.app.get(ExportAgreements).execute({ operationId: id, ownerId: party.organizationId });
    const { state, result } = await party.as.get<{ state: string; result: { sha256: string } }>(`/v1/operations/${id}`);
    const archive = await bytesAt(party, `/v1/exports/${id}/content`);
    expect([state, result.sha256]).toEqual(['done', sha256(archive)]);
    return filesOf(archive);
  };

  it('holds the evidence of what was signed, the words of what was not, and the party’s own trail', async () => {
    const own = await openMarket(app, 2);
    const { id: signed } = await own.concluded();
    await app.app.get(MakeDocuments).execute({ agreementId: signed, version: '1' });
    const { id: open } = await own.accepted();
    const original = await bring(own.label, 'elsewhere');
    const counterpartyId = own.platform.organizationId;
    const { id: waiting } = await own.label.as.post<AgreementAnswer>(
      '/v1/agreements',
      importOf(original, { counterpartyId, terms: own.terms() }),
    );
    const { keys } = await app.given.client().get<{ keys: PublishedKey[] }>('/.well-known/jwks.json');
    for (const party of [own.label, own.platform]) {
      const files = await exported(party);
      expect([...files.keys()].sort()).toEqual(
        [
          'README.txt',
          'agreements.json',
          'audit.jsonl',
          `agreements/${signed}/evidence.zip`,
          `agreements/${waiting}/original.pdf`,
          ...[open, waiting].flatMap((id) =>
            ['manifest.json', 'prose.en.txt', 'prose.ru.txt', 'signatures.json', 'terms.json'].map(
              (name) => `agreements/${id}/v1-awaiting-signatures/${name}`,
            ),
          ),
        ].sort(),
      );
      const listed = JSON.parse(files.get('agreements.json')!.toString()) as { id: string }[];
      expect(listed.map(({ id }) => id).sort()).toEqual([signed, open, waiting].sort());
      expect((await verifyBundle(files.get(`agreements/${signed}/evidence.zip`)!, keys)).faults).toEqual([]);
      const actions = files
        .get('audit.jsonl')!
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { action: string }).action);
      expect(actions).toEqual(expect.arrayContaining(['organization.registered', 'agreement.signed']));
      // Nobody takes the other party's trail with it.
      expect(actions.includes('catalogue.imported')).toBe(party === own.label);
      expect(files.get('audit.jsonl')!.includes(party === own.label ? 'agreement.original-brought' : '§')).toBe(
        party === own.label,
      );
    }
  });

  it('is of its own organization alone', async () => {
    const own = await app.given.label();
    const { id } = await own.as.post<{ id: string }>('/v1/exports', {});
    await app.app.get(ExportAgreements).execute({ operationId: id, ownerId: own.organizationId });
    expect(await outcome(own.as, 'GET', `/v1/exports/${id}/content`)).toBe('200');
    expect(await outcome(market.label.as, 'GET', `/v1/exports/${id}/content`)).toBe('404 not-found');
  });

  it('is made one at a time, and says where it failed', async () => {
    const own = await openMarket(app, 1);
    const { id: agreement } = await own.concluded();
    const ask = async (): Promise<string> => (await own.label.as.post<{ id: string }>('/v1/exports', {})).id;
    const asked = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(asked).size).toBe(1);
    const [id = ''] = asked;
    const job = app.app.get(ExportAgreements);
    // Its documents are still being made: what is there is in the export all the same.
    await job.execute({ operationId: id, ownerId: own.label.organizationId });
    const names = [...(await filesOf(await bytesAt(own.label, `/v1/exports/${id}/content`))).keys()];
    expect(names).toContain(`agreements/${agreement}/v1-concluded/signatures.json`);
    const again = await ask();
    expect(again).not.toBe(id);
    const broken = jest.spyOn(app.parts.storage, 'store').mockRejectedValueOnce(new Error('the disk is full'));
    await expect(job.execute({ operationId: again, ownerId: own.label.organizationId })).rejects.toThrow('disk');
    broken.mockRestore();
    expect(await own.label.as.get(`/v1/operations/${again}`)).toMatchObject({
      state: 'failed',
      problem: { code: 'export-failed' },
    });
    expect(await outcome(own.label.as, 'GET', `/v1/exports/${again}/content`)).toBe('409 export-failed');
  });
});
