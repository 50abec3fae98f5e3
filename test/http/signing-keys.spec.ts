import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { compactVerify, decodeProtectedHeader, SignJWT } from 'jose';
import { canonicalText } from '../../src/kernel';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import type { Party } from '../support/given';
import { type AgreementAnswer, intent, type Market, openMarket, outcome, refused, sign } from '../support/market';
import { makeSigner, type Signer } from '../support/signing';

interface KeyAnswer {
  readonly id: string;
  readonly recordId: string;
  readonly state: string;
  readonly approvalId: string;
}

const now = '2026-01-05T09:00:00.000Z';
let app: TestApp;
let market: Market;
let superuser: Client;
/** A second person of the label. */
let second: ApiClient;

beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app, 1);
  second = await app.given.colleague(market.label, ['signatory']);
  superuser = await app.superuser();
});
beforeEach(() => app.clock.moveTo(new Date(now)));
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const bodyOf = (signer: Signer, party: Party, at = now): object => ({
  name: 'Contracts system',
  publicKey: signer.publicKey,
  proof: signer.proof(party.organizationId, at),
});
const propose = (signer: Signer, party = market.label): Promise<KeyAnswer> =>
  party.as.post('/v1/signing-keys', bodyOf(signer, party));
const decide = (by: ApiClient, id: string, decision = 'approved'): Promise<string> =>
  outcome(by, 'POST', `/v1/approvals/${id}/decision`, { decision });
const revoke = (by: ApiClient, id: string): Promise<string> =>
  outcome(by, 'POST', `/v1/signing-keys/${id}/revocation`, {});
const published = (by: ApiClient, { organizationId } = market.label): Promise<{ id: string; state: string }[]> =>
  by.all(`/v1/organizations/${organizationId}/signing-keys`);

async function active(kind: 'ed25519' | 'p256' = 'ed25519'): Promise<Signer> {
  const signer = makeSigner(kind);
  expect(await decide(second, (await propose(signer)).approvalId)).toBe('200');
  return signer;
}

describe('a confirmation', () => {
  const signatures = ({ id }: { id: string }): string => `/v1/agreements/${id}/signatures`;
  const confirm = (client: ApiClient, password: string): ReturnType<ApiClient['request']> =>
    client.request('POST', '/v1/re-authentications', { body: { password } });

  it('is given for the member’s own password, for five minutes, and is nowhere remembered', async () => {
    const { label } = market;
    const key = randomUUID();
    const ask = (password: string): ReturnType<ApiClient['request']> =>
      label.as.request('POST', '/v1/re-authentications', { body: { password }, key });
    const { status, headers, body } = await ask(label.password);
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(body).toMatchObject({ expiresAt: '2026-01-05T09:05:00.000Z' });
    expect(await ask('another password')).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } });
    const { rows } = await superuser.query(`SELECT FROM idempotency_keys WHERE key = $1`, [key]);
    expect(rows).toEqual([]);
  });

  it('is not to be had by guessing', async () => {
    const member = await app.given.label();
    for (let attempt = 0; attempt < 10; attempt += 1)
      expect(await confirm(member.as, `guess ${attempt}`)).toMatchObject({ body: { code: 'sign-in-failed' } });
    expect(await confirm(member.as, member.password)).toMatchObject({
      status: 429,
      body: { code: 'too-many-requests' },
    });
  });

  it('is needed to sign: confirmation-required without, another’s, another session’s, too old, or an access token', async () => {
    const { label } = market;
    const agreement = await market.accepted();
    const body = { manifestHash: agreement.manifestHash, intent };
    const ask = (more: object, by = label.as): Promise<string> =>
      outcome(by, 'POST', signatures(agreement), { ...body, ...more });
    const own = await label.as.confirmed();
    const { accessToken } = await app.given
      .client()
      .post<{ accessToken: string }>('/v1/sign-in', { email: label.email, password: label.password });
    for (const more of [
      {},
      await second.confirmed(),
      await (await app.given.signIn(label)).confirmed(),
      { confirmation: accessToken },
      { confirmation: `${own.confirmation.slice(0, -8)}AAAAAAAA` },
      { confirmation: await ofAnotherKind(label, own.confirmation) },
    ])
      expect(await ask(more)).toBe('403 confirmation-required');
    app.clock.moveTo(new Date('2026-01-05T09:05:00Z'));
    expect(await ask(own)).toBe('403 confirmation-required');
    app.clock.moveTo(new Date('2026-01-05T09:04:59Z'));
    expect(await ask(own, app.given.client(own.confirmation))).toBe('401 unauthenticated');
    expect(await ask({ ...own, signature: 'x'.repeat(200), signedAt: now })).toBe('400 request-invalid');
    expect(await ask(own)).toBe('201');
  });

  /** A confirmation for the member by the right key, for another audience. */
  async function ofAnotherKind(label: Party, confirmation: string): Promise<string> {
    const { id, key } = await app.parts.keyring.signingKey('access-token');
    expect(decodeProtectedHeader(confirmation)).toEqual({ alg: 'EdDSA', typ: 'confirmation+jwt', kid: id });
    const { sid } = JSON.parse(Buffer.from(confirmation.split('.')[1]!, 'base64url').toString()) as { sid: string };
    return new SignJWT({ sid })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'confirmation+jwt', kid: id })
      .setIssuer('accordo')
      .setAudience('accordo-api')
      .setSubject(label.memberId)
      .setIssuedAt(new Date(now))
      .setExpirationTime(new Date('2026-01-05T09:05:00Z'))
      .sign(key);
  }
});

describe('a signing key', () => {
  it('is proposed by one person, active by another’s word, published, and revoked for good', async () => {
    const { label, platform } = market;
    const signer = makeSigner();
    const key = await propose(signer);
    expect(key).toMatchObject({ id: signer.id, publicKey: signer.publicKey, alg: 'EdDSA', state: 'proposed' });
    expect((await published(platform.as)).map(({ id }) => id)).not.toContain(signer.id);
    expect(await decide(label.as, key.approvalId)).toBe('409 approval-needs-second-person');
    expect(await decide(second, key.approvalId)).toBe('200');
    for (const client of [platform.as, label.as, await app.given.operator()])
      expect(await published(client)).toContainEqual({
        id: signer.id,
        organizationId: label.organizationId,
        publicKey: signer.publicKey,
        alg: 'EdDSA',
        state: 'active',
        activatedAt: now,
        revokedAt: null,
      });
    expect(await revoke(platform.as, signer.id)).toBe('404 not-found');
    expect(await revoke(second, signer.id)).toBe('200');
    expect(await revoke(label.as, signer.id)).toBe('200');
    expect(await published(platform.as)).toContainEqual(
      expect.objectContaining({ id: signer.id, state: 'revoked', revokedAt: now }),
    );
    expect(await topicsAbout(label.as, key.recordId, 2)).toEqual(['signing-key.activated', 'signing-key.revoked']);
    expect(await platform.as.all('/v1/signing-keys')).toEqual([]);
  });

  it('that was rejected, or revoked before, is never active and never published', async () => {
    const [rejected, revoked] = [await propose(makeSigner('p256')), await propose(makeSigner())];
    const admin = await app.given.colleague(market.label, ['admin']);
    expect(await decide(admin, rejected.approvalId, 'rejected')).toBe('200');
    expect(await revoke(admin, revoked.id)).toBe('200');
    expect(await decide(second, revoked.approvalId)).toBe('409 approval-decided');
    const ids = (await published(market.platform.as)).map(({ id }) => id);
    for (const key of [rejected, revoked]) {
      expect(ids).not.toContain(key.id);
      expect(await market.label.as.all('/v1/signing-keys')).toContainEqual(
        expect.objectContaining({ id: key.id, state: 'revoked', activatedAt: null }),
      );
    }
  });

  it('signing-key-exists: is proposed once, by one organization', async () => {
    const signer = makeSigner();
    await propose(signer);
    for (const party of [market.label, market.platform])
      expect(await outcome(party.as, 'POST', '/v1/signing-keys', bodyOf(signer, party))).toBe('409 signing-key-exists');
  });

  it('signature-invalid: needs a proof by itself, for this organization, of these minutes', async () => {
    const { label, platform } = market;
    const [signer, other] = [makeSigner(), makeSigner()];
    const proofs = [
      signer.proof(platform.organizationId, now),
      other.proof(label.organizationId, now),
      signer.proof(label.organizationId, '2026-01-05T08:54:59.999Z'),
      signer.proof(label.organizationId, '2026-01-05T09:05:00.001Z'),
      signer.proof(label.organizationId, '2026-01-05T09:00:00Z'),
      signer.detached({ schema: 'accordo-key-proof/1' }),
      'nothing',
    ];
    for (const proof of proofs)
      expect(await outcome(label.as, 'POST', '/v1/signing-keys', { ...bodyOf(signer, label), proof })).toBe(
        '400 signature-invalid',
      );
    const secret = { ...signer.publicKey, d: 'AAAA' };
    const { code, faults } = await refused(label.as, 'POST', '/v1/signing-keys', {
      ...bodyOf(signer, label),
      publicKey: secret,
    });
    expect([code, faults.map(({ pointer }) => pointer)]).toEqual(['request-invalid', ['/publicKey']]);
  });

  it('only moves its state, whoever asks the database', async () => {
    const signer = await active();
    for (const change of [
      `name = 'Other'`,
      `organization_id = '${market.platform.organizationId}'`,
      `public_key = '{}'`,
      `activated_by = 'member:x'`,
      `state = 'proposed', activated_at = NULL, activated_by = NULL`,
    ]) {
      await expect(
        superuser.query(`UPDATE organization_signing_keys SET ${change} WHERE id = $1`, [signer.id]),
      ).rejects.toMatchObject({ constraint: 'append_only' });
    }
    await expect(
      superuser.query('DELETE FROM organization_signing_keys WHERE id = $1', [signer.id]),
    ).rejects.toMatchObject({ constraint: 'append_only' });
  });
});

describe('a machine', () => {
  let machine: ApiClient;
  beforeAll(async () => {
    const { key } = await market.label.as.post<{ key: string }>('/v1/api-keys', { name: 'M', roles: ['signatory'] });
    machine = app.given.client(key);
  });

  const statement = (agreement: AgreementAnswer, signer: Signer, more: object = {}): object => ({
    schema: 'accordo-signature/1',
    agreement: agreement.id,
    version: 1,
    manifest: agreement.manifestHash,
    organization: market.label.organizationId,
    signer: { kind: 'key', id: signer.id },
    authority: null,
    intent,
    signedAt: now,
    ...more,
  });
  const body = (agreement: AgreementAnswer, signer: Signer, more: object = {}): object => ({
    manifestHash: agreement.manifestHash,
    intent,
    signature: signer.detached(statement(agreement, signer)),
    signedAt: now,
    ...more,
  });
  const path = ({ id }: AgreementAnswer): string => `/v1/agreements/${id}/signatures`;

  it.each(['ed25519', 'p256'] as const)('signs by an active key (%s), and that concludes', async (kind) => {
    const signer = await active(kind);
    const agreement = await market.accepted();
    await sign(market.platform.as, agreement);
    const signed = await machine.post<AgreementAnswer>(path(agreement), body(agreement, signer));
    expect(signed.state).toBe('active');
    const signature = signed.signatures.find(({ organizationId }) => organizationId === market.label.organizationId)!;
    expect(signature).toMatchObject({
      memberId: null,
      signingKeyId: signer.id,
      signingKey: signer.publicKey,
      signedAt: now,
    });
    const { payload } = await compactVerify(signature.seal, async ({ kid }) => {
      return (await app.parts.keyring.verificationKey('seal', kid))!;
    });
    expect(Buffer.from(payload).toString('utf8')).toBe(canonicalText(statement(agreement, signer)));
    expect(await revoke(second, signer.id)).toBe('200');
    expect(await market.label.as.get(`/v1/agreements/${agreement.id}`)).toMatchObject({
      signatures: signed.signatures,
    });
  });

  it('signs an amendment in the same way', async () => {
    const signer = await active();
    const { id } = await market.concluded();
    const { manifestHash } = await market.label.as.post<{ manifestHash: string }>(`/v1/agreements/${id}/amendments`, {
      effectiveFrom: '2026-03-01',
      reason: 'Longer.',
      until: '2029-01-01',
    });
    const agreement = { id, manifestHash } as AgreementAnswer;
    const signature = signer.detached(statement(agreement, signer, { version: 2 }));
    const at = `/v1/agreements/${id}/amendments/2/signatures`;
    expect(await outcome(machine, 'POST', at, body(agreement, signer))).toBe('400 signature-invalid');
    expect(await outcome(machine, 'POST', at, body(agreement, signer, { signature }))).toBe('201');
  });

  it('signature-invalid: for any other text, key, instant or spelling', async () => {
    const [signer, agreement] = [await active(), await market.accepted()];
    const other = makeSigner();
    const late = '2026-01-05T08:54:59.999Z';
    const under = (more: object): string => signer.detached(statement(agreement, signer, more));
    for (const more of [
      { signature: under({ manifest: '0'.repeat(64) }) },
      { signature: under({ organization: market.platform.organizationId }) },
      { signature: under({ signer: { kind: 'member', id: market.label.memberId } }) },
      { signature: under({ version: 2 }) },
      { signature: under({ signedAt: late }), signedAt: late },
      { signature: under({ signedAt: '2026-01-05T09:00:00Z' }), signedAt: '2026-01-05T09:00:00Z' },
      { signature: `${other.detached({}).split('..')[0]!}..`, signedAt: now },
      { signature: `${under({})}=` },
      { intent: 'I sign something else than that.' },
      { signedAt: '2026-01-05T09:00:00.001Z' },
    ])
      expect(await outcome(machine, 'POST', path(agreement), body(agreement, signer, more))).toBe(
        '400 signature-invalid',
      );
    expect((await market.label.as.get<AgreementAnswer>(`/v1/agreements/${agreement.id}`)).signatures).toEqual([]);
  });

  it('signing-key-unknown: by a key that is proposed, revoked, another’s or nobody’s', async () => {
    const agreement = await market.accepted();
    const [proposed, revoked, foreign] = [makeSigner(), await active(), makeSigner()];
    await propose(proposed);
    await revoke(second, revoked.id);
    const colleague = await app.given.colleague(market.platform, ['signatory']);
    expect(await decide(colleague, (await propose(foreign, market.platform)).approvalId)).toBe('200');
    for (const signer of [proposed, revoked, foreign, makeSigner()])
      expect(await outcome(machine, 'POST', path(agreement), body(agreement, signer))).toBe('422 signing-key-unknown');
  });

  it('request-invalid: without a signature, or with a member’s confirmation', async () => {
    const [signer, agreement] = [await active(), await market.accepted()];
    const bare = { manifestHash: agreement.manifestHash, intent };
    const { code, faults } = await refused(machine, 'POST', path(agreement), bare);
    expect([code, faults.map(({ pointer }) => pointer)]).toEqual(['request-invalid', ['/signature', '/signedAt']]);
    const confirmed = body(agreement, signer, await market.label.as.confirmed());
    expect(await outcome(machine, 'POST', path(agreement), confirmed)).toBe('400 request-invalid');
  });

  it('does nothing else of what signatories do: it accepts, approves, proposes and revokes nothing', async () => {
    const { id } = await market.platform.as.post<{ id: string }>('/v1/negotiations', {
      counterpartyId: market.label.organizationId,
      terms: market.terms(),
    });
    const signer = makeSigner();
    expect(await outcome(machine, 'POST', `/v1/negotiations/${id}/acceptance`, { revision: 1 })).toBe('403 forbidden');
    expect(await outcome(machine, 'POST', '/v1/signing-keys', bodyOf(signer, market.label))).toBe('403 forbidden');
    const { approvalId } = await propose(signer);
    expect(await decide(machine, approvalId)).toBe('403 forbidden');
    expect(await revoke(machine, signer.id)).toBe('403 forbidden');
    expect(await outcome(machine, 'POST', '/v1/re-authentications', { password: 'x' })).toBe('403 forbidden');
  });
});
