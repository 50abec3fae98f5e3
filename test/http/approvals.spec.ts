import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { Actor } from '../../src/platform/auth/actor';
import { Approvals } from '../../src/platform/approvals/approvals';
import { DomainError } from '../../src/platform/errors/domain-error';
import type { ApiAnswer, ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import type { Party } from '../support/given';

let app: TestApp;
let superuser: Client;
let label: Party;
let finance: ApiClient;
let secondFinance: ApiClient;
let stranger: Party;

/** What the approved matter looks like now, and what was done because of decisions. */
let content = 'as requested';
let decisions: string[] = [];
let failing = false;

beforeAll(async () => {
  app = await startTestApp();
  superuser = await app.superuser();
  label = await app.given.label();
  stranger = await app.given.label();
  finance = await app.given.colleague(label, ['finance']);
  secondFinance = await app.given.colleague(label, ['finance']);
  app.app.get(Approvals).register('test.release', {
    roles: ['finance'],
    subjectHash: () => Promise.resolve(content),
    decided: (_tx, _actor, subjectId, decision) => {
      if (failing) throw new DomainError('payments-not-configured');
      decisions.push(`${decision} ${subjectId}`);
      return Promise.resolve();
    },
  });
});
beforeEach(() => {
  content = 'as requested';
  decisions = [];
  failing = false;
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

interface Requested {
  readonly id: string;
  readonly subjectId: string;
}

/** A matter that the label's first member puts up for approval. */
async function requested(): Promise<Requested> {
  const subjectId = randomUUID();
  const actor: Actor = {
    organizationId: label.organizationId,
    organizationKind: 'label',
    verified: true,
    roles: ['admin'],
    by: { kind: 'member', id: label.memberId, sessionId: randomUUID() },
  };
  const { id } = await app.parts.database.withTenant(actor, (tx) =>
    app.app.get(Approvals).request(tx, actor, 'test.release', subjectId),
  );
  return { id, subjectId };
}

type Answer = ApiAnswer<{ readonly code?: string; readonly decision?: string; readonly decidedBy?: string }>;
const decide = (client: ApiClient, id: string, decision = 'approved', key?: string): Promise<Answer> =>
  client.request('POST', `/v1/approvals/${id}/decision`, { body: { decision }, ...(key === undefined ? {} : { key }) });
const codeOf = ({ status, body }: Answer): string => `${status} ${body.code ?? body.decision}`;

describe('what needs a second person', () => {
  it('is decided by a colleague, and that is what then happens', async () => {
    const { id, subjectId } = await requested();
    const answer = await decide(finance, id);
    expect(answer).toMatchObject({
      status: 200,
      body: { id, action: 'test.release', subjectId, requestedBy: `member:${label.memberId}`, decision: 'approved' },
    });
    expect(answer.body.decidedBy).not.toBe(`member:${label.memberId}`);
    expect(decisions).toEqual([`approved ${subjectId}`]);
    const { rows } = await superuser.query('SELECT action FROM audit_entries WHERE subject_id = $1', [id]);
    expect(rows).toEqual([{ action: 'approval.approved' }]);
  });

  it('can be rejected as well', async () => {
    const { id, subjectId } = await requested();
    expect(codeOf(await decide(finance, id, 'rejected'))).toBe('200 rejected');
    expect(decisions).toEqual([`rejected ${subjectId}`]);
  });

  it('is not decided by whoever asked, whatever their roles', async () => {
    const { id } = await requested();
    for (const decision of ['approved', 'rejected'])
      expect(codeOf(await decide(label.as, id, decision))).toBe('409 approval-needs-second-person');
    expect(decisions).toEqual([]);
    expect(codeOf(await decide(finance, id))).toBe('200 approved');
  });

  it('is not decided by one person twice in the database either', async () => {
    const { id } = await requested();
    const cheat = `UPDATE approvals SET decision = 'approved', decided_by = requested_by, decided_at = now() WHERE id = $1`;
    await expect(superuser.query(cheat, [id])).rejects.toMatchObject({ constraint: 'approvals_four_eyes' });
    const half = `UPDATE approvals SET decision = 'approved' WHERE id = $1`;
    await expect(superuser.query(half, [id])).rejects.toMatchObject({ constraint: 'approvals_decided_whole' });
  });

  it('is decided once', async () => {
    const { id } = await requested();
    expect(codeOf(await decide(finance, id))).toBe('200 approved');
    for (const decision of ['approved', 'rejected']) {
      for (const client of [finance, secondFinance, label.as])
        expect(codeOf(await decide(client, id, decision))).toBe('409 approval-decided');
    }
    expect(decisions).toHaveLength(1);
  });

  it('is decided once by two people at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await requested();
      decisions = [];
      const answers = await Promise.all([
        decide(finance, id, 'approved'),
        decide(secondFinance, id, 'rejected'),
        decide(finance, id, 'approved'),
        decide(secondFinance, id, 'approved'),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
      expect(decisions).toHaveLength(1);
    }
  });

  it('answers the same again to the same request', async () => {
    const { id } = await requested();
    const key = randomUUID();
    const [first, again] = [await decide(finance, id, 'approved', key), await decide(finance, id, 'approved', key)];
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(decisions).toHaveLength(1);
  });

  it('must be what was put up for approval', async () => {
    const { id } = await requested();
    content = 'changed since';
    expect(codeOf(await decide(finance, id))).toBe('409 approval-decided');
    expect(decisions).toEqual([]);
  });

  it('stays open when what follows from the decision fails', async () => {
    const { id } = await requested();
    failing = true;
    expect(codeOf(await decide(finance, id))).toBe('503 payments-not-configured');
    const { rows } = await superuser.query('SELECT decision FROM approvals WHERE id = $1', [id]);
    expect(rows).toEqual([{ decision: null }]);
    failing = false;
    expect(codeOf(await decide(finance, id))).toBe('200 approved');
  });

  it('does not exist for other organizations', async () => {
    const { id } = await requested();
    expect(codeOf(await decide(stranger.as, id))).toBe('404 not-found');
    expect((await stranger.as.request('GET', '/v1/approvals')).text).not.toContain(id);
    expect((await finance.request('GET', '/v1/approvals?limit=1000')).text).toContain(id);
    expect(decisions).toEqual([]);
  });

  it('is decided by persons who may', async () => {
    const { id } = await requested();
    const { key } = await label.as.post<{ key: string }>('/v1/api-keys', { name: 'Machine', roles: ['finance'] });
    const reader = await app.given.colleague(label, ['reader', 'licensing']);
    for (const client of [app.given.client(key), reader])
      expect(codeOf(await decide(client, id))).toBe('403 forbidden');
    expect(codeOf(await decide(finance, id, 'perhaps'))).toBe('400 request-invalid');
    expect(decisions).toEqual([]);
  });
});
