import { randomUUID } from 'node:crypto';
import { compactVerify } from 'jose';
import { OnConcluded } from '../../src/agreements';
import { canonicalText, sha256Hex } from '../../src/kernel';
import { DomainError } from '../../src/platform/errors/domain-error';
import { startTestApp, type TestApp } from '../support/app';
import { eventsAbout, topicsAbout } from '../support/events';
import {
  type AgreementAnswer,
  intent,
  type Market,
  openMarket,
  outcome,
  refused,
  sign,
  signatureBy,
} from '../support/market';

let app: TestApp;
let market: Market;
/** Labels whose conclusions a registered listener refuses. */
const refusing = new Set<string>();

beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app);
  app.app.get(OnConcluded).register('zz-test', (_tx, { labelId }) => {
    if (refusing.has(labelId)) throw new DomainError('claims-not-open');
    return Promise.resolve();
  });
});
afterAll(() => app.close());

const at = (id: string, rest = ''): string => `/v1/agreements/${id}${rest}`;

const pooled = { negative: 'carried-forward', expenses: 'none', pooledWith: [randomUUID()] };

describe('an agreement', () => {
  it('is concluded by the second party’s signature', async () => {
    const { label, platform, accepted } = market;
    const agreement = await accepted();
    expect(agreement).toMatchObject({ state: 'awaiting-signatures', concludedAt: null, signatures: [] });
    const once = await sign(platform.as, agreement);
    expect(once).toMatchObject({
      state: 'awaiting-signatures',
      signatures: [{ organizationId: platform.organizationId }],
    });
    app.clock.moveTo(new Date('2026-01-05T09:05:00Z'));
    const twice = await sign(label.as, agreement);
    app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
    expect(twice).toMatchObject({
      labelId: label.organizationId,
      platformId: platform.organizationId,
      state: 'active',
      termsHash: agreement.termsHash,
      currency: 'USD',
      timeZone: 'Europe/Moscow',
      inForce: { from: '2026-01-01', until: '2028-01-01' },
      concludedAt: '2026-01-05T09:05:00.000Z',
    });
    expect(
      twice.signatures.map(({ organizationId, memberId, signedAt }) => [organizationId, memberId, signedAt]),
    ).toEqual([
      [platform.organizationId, platform.memberId, '2026-01-05T09:00:00.000Z'],
      [label.organizationId, label.memberId, '2026-01-05T09:05:00.000Z'],
    ]);
    for (const party of [label, platform]) expect(await party.as.get(at(agreement.id))).toEqual(twice);
  });

  it('grants each recording once per clause, covered uses included, and tells both parties', async () => {
    const { label, platform, concluded, isrcs } = market;
    const { id, termsHash } = await concluded();
    const granted = await app.look<{ clause: string; isrc: string; exclusive: boolean }>(
      'SELECT clause, isrc, exclusive FROM agreement_grants WHERE agreement_id = $1 ORDER BY clause DESC, isrc',
      [id],
    );
    expect(granted).toEqual(
      ['streaming', 'downloads'].flatMap((clause) => isrcs.map((isrc) => ({ clause, isrc, exclusive: false }))),
    );
    for (const party of [label, platform]) {
      const told = await eventsAbout(party.as, id, 5);
      expect(told.map(({ topic }) => topic)).toEqual([
        'agreement.made',
        'agreement.signed',
        'agreement.signed',
        'agreement.concluded',
        'agreement.activated',
      ]);
      expect(told.at(-2)?.payload).toEqual({ termsHash });
      const trail = await app.look<{ action: string }>(
        'SELECT action FROM audit_entries WHERE organization_id = $1 AND subject_id = $2 ORDER BY position',
        [party.organizationId, id],
      );
      expect(trail.map(({ action }) => action)).toContain('agreement.concluded');
    }
  });

  it('gives its terms byte for byte as they are hashed', async () => {
    const { label, platform, accepted } = market;
    const { id, termsHash } = await accepted();
    for (const party of [label, platform]) {
      const answer = await party.as.request('GET', at(id, '/terms'));
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(sha256Hex(answer.text)).toBe(termsHash);
      expect(canonicalText(answer.body)).toBe(answer.text);
    }
  });

  it('lists its tracks page by page and reads itself out, every amount included', async () => {
    const { platform, accepted, isrcs } = market;
    const { id } = await accepted({ rate: '0.00215' });
    const first = await platform.as.get<{ rows: { isrc: string }[]; next: string }>(at(id, '/tracks?limit=2'));
    const last = await platform.as.get<{ rows: { isrc: string }[]; next: null }>(
      at(id, `/tracks?limit=2&cursor=${first.next}`),
    );
    expect([...first.rows, ...last.rows].map(({ isrc }) => isrc)).toEqual(isrcs);
    expect(last.next).toBeNull();
    const { clauses } = await platform.as.get<{ clauses: { clause: string; text: string }[] }>(at(id, '/prose'));
    const text = clauses.map((clause) => clause.text).join(' ');
    for (const amount of ['0.00215', '4000', '12000', '10000']) expect(text).toContain(amount);
    const russian = await platform.as.get<{ clauses: { clause: string; text: string }[] }>(
      at(id, '/prose?language=ru'),
    );
    expect(russian.clauses.map(({ clause }) => clause)).toEqual(clauses.map(({ clause }) => clause));
    expect(russian.clauses[0]?.text).toContain('Лицензиар');
  });

  it('carries seals that anyone can check: who signed which hash, with what intent, when', async () => {
    const { label, platform, concluded } = market;
    const { id, manifestHash, signatures } = await concluded();
    expect(signatures).toHaveLength(2);
    for (const { organizationId, seal } of signatures) {
      const party = [platform, label].find((candidate) => candidate.organizationId === organizationId)!;
      const { payload, protectedHeader } = await compactVerify(seal, async ({ kid }) => {
        const key = await app.parts.keyring.verificationKey('seal', kid);
        if (key === undefined) throw new Error('not one of our keys');
        return key;
      });
      expect(protectedHeader.alg).toBe('EdDSA');
      const stated = await party.as.get<{ rows: { id: string }[] }>(
        `/v1/members/${party.memberId}/signing-authorities`,
      );
      const authority = stated.rows.at(-1)!.id;
      const statement = {
        schema: 'accordo-signature/1',
        agreement: id,
        version: 1,
        manifest: manifestHash,
        organization: party.organizationId,
        signer: { kind: 'member', id: party.memberId },
        authority,
        intent,
        signedAt: '2026-01-05T09:00:00.000Z',
      };
      expect(Buffer.from(payload).toString('utf8')).toBe(canonicalText(statement));
    }
  });

  it('is signed once by a repeated request', async () => {
    const { label, accepted } = market;
    const { id, manifestHash } = await accepted();
    const request = { body: await signatureBy(label.as, manifestHash), key: randomUUID() };
    const first = await label.as.request<AgreementAnswer>('POST', at(id, '/signatures'), request);
    const second = await label.as.request<AgreementAnswer>('POST', at(id, '/signatures'), request);
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
    expect(first.body.signatures).toHaveLength(1);
  });

  it('is listed for its parties only', async () => {
    const own = await openMarket(app, 1);
    const { id } = await own.accepted();
    for (const party of [own.label, own.platform]) {
      const listed = await party.as.all<{ id: string }>('/v1/agreements');
      expect(listed.map((row) => row.id)).toEqual([id]);
    }
    for (const path of ['', '/terms', '/tracks', '/prose']) {
      expect(await outcome(market.label.as, 'GET', at(id, path))).toBe('404 not-found');
    }
    const { manifestHash } = await own.label.as.get<AgreementAnswer>(at(id));
    expect(await outcome(market.label.as, 'POST', at(id, '/signatures'), { manifestHash, intent })).toBe(
      '404 not-found',
    );
  });
});

describe('a signature is refused', () => {
  it('manifest-hash-differs: when the signatory read other terms', async () => {
    const { label, accepted } = market;
    const { id } = await accepted();
    const other = { manifestHash: sha256Hex('other terms'), intent };
    expect(await outcome(label.as, 'POST', at(id, '/signatures'), other)).toBe('409 manifest-hash-differs');
    expect((await label.as.get<AgreementAnswer>(at(id))).signatures).toEqual([]);
  });

  it('already-signed: the second time for the same party, by whichever member', async () => {
    const { label, accepted } = market;
    const agreement = await accepted();
    await sign(label.as, agreement);
    const colleague = await app.given.colleague(label, ['signatory']);
    for (const member of [label.as, colleague]) {
      const body = { manifestHash: agreement.manifestHash, intent };
      expect(await outcome(member, 'POST', at(agreement.id, '/signatures'), body)).toBe('409 already-signed');
    }
  });

  it('agreement-not-open-for-signature: once it is concluded', async () => {
    const { label, concluded } = market;
    const { id, manifestHash } = await concluded();
    expect(await outcome(label.as, 'POST', at(id, '/signatures'), { manifestHash, intent })).toBe(
      '409 agreement-not-open-for-signature',
    );
  });

  it('forbidden: from a key, and from a member who is no signatory, be it an administrator', async () => {
    const { label, accepted } = market;
    const { id, manifestHash } = await accepted();
    const { key } = await label.as.post<{ key: string }>('/v1/api-keys', { name: 'machine', roles: ['licensing'] });
    const admin = await app.given.colleague(label, ['admin']);
    for (const client of [app.given.client(key), admin]) {
      expect(await outcome(client, 'POST', at(id, '/signatures'), { manifestHash, intent })).toBe('403 forbidden');
    }
  });

  it('request-invalid: without a stated intent', async () => {
    const { label, accepted } = market;
    const { id, manifestHash } = await accepted();
    const { code, faults } = await refused(label.as, 'POST', at(id, '/signatures'), { manifestHash, intent: 'ok' });
    expect(code).toBe('request-invalid');
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/intent']);
  });

  it('exclusive-grant-overlaps: when another licensee has the exclusive right', async () => {
    const { isrcs } = market;
    const own = await openMarket(app, 1);
    await own.concluded({
      exclusive: true,
      isrcs: isrcs.slice(0, 1),
      territories: { include: ['KZ'] },
      from: '2030-01-01',
      until: '2031-01-01',
    });
    const second = await own.accepted({ from: '2030-06-01', until: '2032-01-01' });
    await sign(own.platform.as, second);
    const body = await signatureBy(own.label.as, second.manifestHash);
    expect(await outcome(own.label.as, 'POST', at(second.id, '/signatures'), body)).toBe(
      '409 exclusive-grant-overlaps',
    );
    expect(await own.label.as.get(at(second.id))).toMatchObject({ state: 'awaiting-signatures', concludedAt: null });
  });

  describe('exclusive-grant-overlaps, in words', () => {
    const stands = { exclusive: true, territories: { include: ['KZ', 'US'] }, from: '2030-01-01', until: '2031-01-01' };
    const comes = { territories: { include: ['KZ', 'UZ'] }, from: '2030-06-01', until: '2032-01-01' };
    const what = 'licenses ZZT012600001, ZZT012600002 exclusively in KZ for';
    const when = 'from 2030-06-01 until 2031-01-01';

    /** The refusal of the second signature under what overlaps, given by a party that sees the standing agreement or not. */
    async function refusal(last: 'label' | 'platform'): Promise<{ standing: string; messages: string[] }> {
      const own = await openMarket(app, 3);
      const { id: standing } = await own.concluded({ ...stands, isrcs: own.isrcs.slice(0, 2) });
      const rival = await app.given.platform();
      const service = await rival.as.post<{ id: string }>('/v1/services', { name: 'Rival' });
      const terms = own.terms({ ...comes, platformId: rival.organizationId, serviceIds: [service.id] });
      const offer = { counterpartyId: rival.organizationId, terms };
      const { id: negotiation } = await own.label.as.post<{ id: string }>('/v1/negotiations', offer);
      const accepted = { revision: 1 };
      const { agreementId: id } = await rival.as.post<{ agreementId: string }>(
        `/v1/negotiations/${negotiation}/acceptance`,
        accepted,
      );
      const { manifestHash } = await rival.as.get<AgreementAnswer>(at(id));
      const [one, two] = last === 'label' ? [rival.as, own.label.as] : [own.label.as, rival.as];
      await one.post(at(id, '/signatures'), await signatureBy(one, manifestHash));
      const { status, code, faults } = await refused(
        two,
        'POST',
        at(id, '/signatures'),
        await signatureBy(two, manifestHash),
      );
      expect([status, code]).toEqual([409, 'exclusive-grant-overlaps']);
      expect(faults.map(({ pointer }) => pointer)).toEqual(['/grants/0', '/grants/1']);
      return { standing, messages: faults.map(({ message }) => message) };
    }

    it('names the other agreement to the label, whose it is', async () => {
      const { standing, messages } = await refusal('label');
      expect(messages[0]).toContain(`agreement ${standing}, grant "streaming" ${what} `);
      expect(messages[0]).toContain(`OnDemandStream`);
      expect(messages[0]).toContain(when);
      expect(messages[1]).toBe(`agreement ${standing}, grant "downloads" ${what} PermanentDownload ${when}`);
    });

    it('does not name it to another platform', async () => {
      const { standing, messages } = await refusal('platform');
      expect(messages.join()).not.toContain(standing);
      expect(messages[1]).toBe(
        'the label cannot license ZZT012600001, ZZT012600002 in KZ like that in the whole term: other agreements stand in the way',
      );
    });
  });

  it('track-not-controlled: when the label lost a right since the acceptance', async () => {
    const own = await openMarket(app, 1);
    const agreement = await own.accepted();
    await sign(own.platform.as, agreement);
    await app.look(`UPDATE recording_rights SET in_force = daterange('2020-01-01', '2027-01-01') WHERE owner_id = $1`, [
      own.label.organizationId,
    ]);
    const body = await signatureBy(own.label.as, agreement.manifestHash);
    expect(await outcome(own.label.as, 'POST', at(agreement.id, '/signatures'), body)).toBe('422 track-not-controlled');
  });

  it('terms-not-operable: when the agreement has a clause that nothing settles yet, however it came to be', async () => {
    const own = await openMarket(app, 1);
    const { id: sound } = await own.accepted();
    const { body: terms } = await own.label.as.request<object>('GET', at(sound, '/terms'));
    const text = canonicalText({ ...terms, recoupment: pooled });
    const [made] = await app.look<{ id: string }>(
      `WITH made AS (
         INSERT INTO agreements (label_id, platform_id, currency, time_zone, in_force, state, made_at)
         SELECT label_id, platform_id, currency, time_zone, in_force, state, made_at FROM agreements WHERE id = $1 RETURNING *)
       INSERT INTO agreement_versions (agreement_id, number, label_id, platform_id, terms, terms_hash, signed_hash, effective_from, state, made_at)
       SELECT id, 1, label_id, platform_id, $2, $3, $3, lower(in_force), 'awaiting-signatures', made_at FROM made RETURNING agreement_id AS id`,
      [sound, text, sha256Hex(text)],
    );
    const { id } = made!;
    const [first, second] = [own.platform.as, own.label.as];
    const hash = sha256Hex(text);
    expect(await outcome(first, 'POST', at(id, '/signatures'), await signatureBy(first, hash))).toBe('201');
    const last = await signatureBy(second, hash);
    const { status, code, faults } = await refused(second, 'POST', at(id, '/signatures'), last);
    expect([status, code, faults.map(({ pointer }) => pointer)]).toEqual([
      422,
      'terms-not-operable',
      ['/recoupment/pooledWith/0'],
    ]);
    expect(await own.label.as.get(at(id))).toMatchObject({ state: 'awaiting-signatures', concludedAt: null });
  });

  it('framework-agreement-not-accepted: by an organization that is older than it, until it accepts', async () => {
    const own = await openMarket(app, 1);
    const agreement = await own.accepted();
    await app.look('ALTER TABLE framework_acceptances DISABLE TRIGGER USER');
    await app.look('DELETE FROM framework_acceptances WHERE organization_id = $1', [own.label.organizationId]);
    await app.look('ALTER TABLE framework_acceptances ENABLE TRIGGER USER');
    const body = await signatureBy(own.label.as, agreement.manifestHash);
    expect(await outcome(own.label.as, 'POST', at(agreement.id, '/signatures'), body)).toBe(
      '409 framework-agreement-not-accepted',
    );
    const { sha256 } = await app.given.client().get<{ sha256: string }>('/v1/framework-agreement');
    const path = '/v1/framework-agreement/acceptances';
    expect(await outcome(own.label.as, 'POST', path, { frameworkAgreement: '0'.repeat(64) })).toBe(
      '409 framework-agreement-differs',
    );
    for (let again = 0; again < 2; again += 1) {
      const accepted = await own.label.as.post(path, { frameworkAgreement: sha256 });
      expect(accepted).toMatchObject({ rows: [{ sha256, version: 1, acceptedBy: own.label.memberId }] });
    }
    expect(await outcome(own.label.as, 'POST', at(agreement.id, '/signatures'), body)).toBe('201');
  });

  it('whole, when anything that hangs on the conclusion refuses', async () => {
    const own = await openMarket(app, 1);
    const agreement = await own.accepted();
    await sign(own.platform.as, agreement);
    refusing.add(own.label.organizationId);
    const body = await signatureBy(own.label.as, agreement.manifestHash);
    expect(await outcome(own.label.as, 'POST', at(agreement.id, '/signatures'), body)).toBe('422 claims-not-open');
    const after = await own.label.as.get<AgreementAnswer>(at(agreement.id));
    expect([after.state, after.signatures.length]).toEqual(['awaiting-signatures', 1]);
    for (const table of ['agreement_grants', 'ledger_transactions', 'invoices']) {
      expect(await app.look(`SELECT 1 FROM ${table} WHERE agreement_id = $1`, [agreement.id])).toEqual([]);
    }
    refusing.delete(own.label.organizationId);
    expect(await sign(own.label.as, agreement)).toMatchObject({ state: 'active' });
  });
});

describe('an agreement that not both have signed', () => {
  it('is given up by either party for good, and both are told why', async () => {
    const { label, platform, accepted } = market;
    for (const [by, other] of [
      [label, platform],
      [platform, label],
    ] as const) {
      const { id, manifestHash } = await accepted();
      await sign(other.as, { id, manifestHash } as AgreementAnswer);
      const reason = 'The budget is spent.';
      expect(await by.as.post(at(id, '/end'), { reason })).toMatchObject({ state: 'withdrawn', concludedAt: null });
      const body = await signatureBy(by.as, manifestHash);
      expect(await outcome(by.as, 'POST', at(id, '/signatures'), body)).toBe('409 agreement-not-open-for-signature');
      expect(await outcome(other.as, 'POST', at(id, '/end'), { reason })).toBe('409 agreement-not-open-for-signature');
      for (const party of [by, other]) expect(await topicsAbout(party.as, id, 3)).toContain('agreement.withdrawn');
    }
  });

  it('is not given up any more once both have signed', async () => {
    const { label, concluded } = market;
    const { id } = await concluded();
    expect(await outcome(label.as, 'POST', at(id, '/end'), { reason: 'Too late.' })).toBe(
      '409 agreement-not-open-for-signature',
    );
  });
});
