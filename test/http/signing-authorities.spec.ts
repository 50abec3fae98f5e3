import { randomUUID } from 'node:crypto';
import { calendarDateOf } from '../../src/kernel';
import { authorityOf } from '../../src/parties';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { connected } from '../support/catalog';
import { type Party, stateAuthority } from '../support/given';
import { outcome } from '../support/market';

interface AuthorityAnswer {
  readonly id: string;
  readonly revokedAt: string | null;
}

let app: TestApp;
let label: Party;
let platform: Party;
beforeAll(async () => {
  app = await startTestApp();
  [label, platform] = [await app.given.label(), await app.given.platform()];
});
afterAll(() => app?.close());

/** A member about whom nothing is stated yet. */
async function newMember(party = label): Promise<string> {
  const email = `notary-${randomUUID()}@example.org`;
  const body = { name: 'Nina Notary', email, password: `sesame-${randomUUID()}`, roles: ['signatory'] };
  return (await party.as.post<{ id: string }>('/v1/members', body)).id;
}
const path = (memberId: string): string => `/v1/members/${memberId}/signing-authorities`;
const body = (over: object = {}): object => ({
  basis: 'statute',
  reference: 'charter, art. 8',
  validFrom: '2026-01-01',
  ...over,
});
const state = (memberId: string, over: object = {}): Promise<AuthorityAnswer> =>
  label.as.post(path(memberId), body(over));
const revoke = (by: ApiClient, id: string): Promise<string> =>
  outcome(by, 'POST', `/v1/signing-authorities/${id}/revocation`, {});
const onDay = (memberId: string, day: string, { organizationId } = label): ReturnType<typeof authorityOf> =>
  app.parts.database.asSystem((tx) => authorityOf(tx, organizationId, memberId, calendarDateOf(day)));

describe('authority to sign', () => {
  it('is stated by an administrator and listed for the organization', async () => {
    const memberId = await newMember();
    const document = 'ab'.repeat(32);
    const stated = await state(memberId, { basis: 'power-of-attorney', document, validUntil: '2027-01-01' });
    const shown = {
      id: stated.id,
      memberId,
      basis: 'power-of-attorney',
      reference: 'charter, art. 8',
      document,
      validFrom: '2026-01-01',
      validUntil: '2027-01-01',
      statedBy: `member:${label.memberId}`,
      statedAt: '2026-01-05T09:00:00.000Z',
      revokedAt: null,
    };
    expect(stated).toEqual(shown);
    const reader = await app.given.colleague(label, ['reader']);
    expect(await reader.all(path(memberId))).toEqual([shown]);
    expect(await outcome(reader, 'POST', path(memberId), body())).toBe('403 forbidden');
    expect(await outcome(platform.as, 'GET', path(memberId))).toBe('404 not-found');
    expect(await outcome(platform.as, 'POST', path(memberId), body())).toBe('404 not-found');
  });

  it('is the latest statement that is valid on the day', async () => {
    const memberId = await newMember();
    expect(await onDay(memberId, '2026-01-05')).toBeUndefined();
    const first = await state(memberId, { validFrom: '2026-01-10', validUntil: '2026-02-01' });
    expect(await onDay(memberId, '2026-01-09')).toBeUndefined();
    expect(await onDay(memberId, '2026-01-10')).toEqual({ id: first.id, basis: 'statute' });
    expect(await onDay(memberId, '2026-01-31')).toEqual({ id: first.id, basis: 'statute' });
    expect(await onDay(memberId, '2026-02-01')).toBeUndefined();
    app.clock.moveTo(new Date('2026-01-05T09:00:01Z'));
    const second = await state(memberId, { basis: 'register-entry', validFrom: '2026-01-20' });
    app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
    expect(await onDay(memberId, '2026-01-10')).toMatchObject({ id: first.id });
    expect(await onDay(memberId, '2026-01-20')).toEqual({ id: second.id, basis: 'register-entry' });
    expect(await onDay(memberId, '2036-01-20')).toMatchObject({ id: second.id });
    expect(await onDay(memberId, '2026-01-20', platform)).toBeUndefined();
    expect(await onDay(platform.memberId, '2026-01-20')).toBeUndefined();
    expect(await revoke(label.as, second.id)).toBe('200');
    expect(await onDay(memberId, '2026-01-20')).toMatchObject({ id: first.id });
    expect(await onDay(memberId, '2036-01-20')).toBeUndefined();
  });

  it('is revoked by an administrator, once', async () => {
    const { id } = await state(await newMember());
    expect(await revoke(platform.as, id)).toBe('404 not-found');
    expect(await revoke(label.as, randomUUID())).toBe('404 not-found');
    expect(await revoke(await app.given.colleague(label, ['signatory']), id)).toBe('403 forbidden');
    expect(await revoke(label.as, id)).toBe('200');
    app.clock.moveTo(new Date('2026-01-05T09:10:00Z'));
    const again = await label.as.post<AuthorityAnswer>(`/v1/signing-authorities/${id}/revocation`, {});
    app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
    expect(again.revokedAt).toBe('2026-01-05T09:00:00.000Z');
  });

  it.each([
    ['no reference', { reference: ' ' }],
    ['another basis', { basis: 'friendship' }],
    ['a day that does not exist', { validFrom: '2026-02-30' }],
    ['an end that does not exist', { validUntil: '2026-02-30' }],
    ['an end that is not later', { validUntil: '2026-01-01' }],
    ['a document that is no hash', { document: 'charter.pdf' }],
    ['whose it is', { memberId: randomUUID() }],
  ])('is refused with %s', async (_, over) => {
    expect(await outcome(label.as, 'POST', path(label.memberId), body(over))).toBe('400 request-invalid');
  });

  it('is what the tests state of whoever may sign', async () => {
    const memberId = await newMember();
    await stateAuthority(label, memberId);
    expect(await onDay(memberId, '2026-01-05')).toBeDefined();
    expect(await onDay(label.memberId, '2026-01-05')).toBeDefined();
  });

  it('never changes but to be revoked', async () => {
    const { id } = await state(await newMember());
    await connected(app.databaseUrls.superuserUrl, async (client) => {
      const change = client.query(`UPDATE signing_authorities SET valid_until = NULL, reference = 'x' WHERE id = $1`, [
        id,
      ]);
      await expect(change).rejects.toThrow('may change');
      for (const statement of ['DELETE FROM signing_authorities', 'TRUNCATE signing_authorities'])
        await expect(client.query(statement)).rejects.toThrow('append-only');
    });
  });
});
