import { randomUUID } from 'node:crypto';
import type { ProcessParts } from '../../src/app';
import { currentFramework, setUpOperator } from '../../src/parties';
import { ApiClient } from '../../src/sample/api-client';

export interface Party {
  readonly organizationId: string;
  /** Its DPID, as usage reports name it. */
  readonly partyId: string;
  readonly memberId: string;
  readonly email: string;
  readonly password: string;
  /** Signed in as the first member. */
  readonly as: ApiClient;
}

/** The organization's word that the member may sign for it, on every day of the tests. */
export async function stateAuthority({ as }: Pick<Party, 'as'>, memberId: string): Promise<string> {
  const body = { basis: 'statute', reference: 'charter, art. 8', validFrom: '2000-01-01' };
  return (await as.post<{ id: string }>(`/v1/members/${memberId}/signing-authorities`, body)).id;
}

let counter = 0;

/** The tests' vocabulary: parties that exist, are verified and signed in. Everything goes through the public API. */
export class Given {
  private signedInOperator: ApiClient | undefined;
  private readonly operatorCredentials = { email: 'operator@accordo.example', password: `operator-${randomUUID()}` };
  private readonly seconds = new Map<string, { readonly email: string; readonly password: string }>();

  constructor(
    private readonly url: string,
    private readonly parts: ProcessParts,
  ) {}

  client(token?: string, password?: string): ApiClient {
    return new ApiClient(this.url, token, password);
  }

  async operator(): Promise<ApiClient> {
    if (this.signedInOperator) return this.signedInOperator;
    const credentials = this.operatorCredentials;
    await setUpOperator(this.parts.database, this.parts.clock, { name: 'Test operator', ...credentials });
    return this.operatorSignedIn();
  }

  /** The operator that is there already, signed in now: the clock may have moved far. */
  async operatorSignedIn(): Promise<ApiClient> {
    return (this.signedInOperator = await this.signIn(this.operatorCredentials));
  }

  async signIn({ email, password }: { email: string; password: string }): Promise<ApiClient> {
    const { accessToken } = await this.client().post<{ accessToken: string }>('/v1/sign-in', { email, password });
    return this.client(accessToken, password);
  }

  async registered(kind: 'label' | 'platform', name?: string): Promise<Party> {
    counter += 1;
    const number = `${process.pid}${counter}`;
    const email = `${kind}-${number}@example.org`;
    const password = `sesame-${randomUUID()}`;
    const partyId = `PADPIDA${number.padStart(11, '0')}`;
    const { organization, memberId } = await this.client().post<{ organization: { id: string }; memberId: string }>(
      '/v1/organizations',
      {
        kind,
        name: name ?? `${kind === 'label' ? 'Label' : 'Platform'} ${number}`,
        country: 'KZ',
        partyId,
        legalName: `Test ${kind} ${number} LLP`,
        registrationNumber: `REG-${number}`,
        address: '1 Test Street',
        taxId: `TAX-${number}`,
        frameworkAgreement: currentFramework.sha256,
        member: { name: 'First Member', email, password },
      },
    );
    const as = await this.signIn({ email, password });
    await stateAuthority({ as }, memberId);
    return {
      organizationId: organization.id,
      partyId,
      memberId,
      email,
      password,
      as,
    };
  }

  /** A verified label. */
  async label(name?: string): Promise<Party> {
    return this.verified(await this.registered('label', name));
  }

  /** A verified platform. */
  async platform(name?: string): Promise<Party> {
    return this.verified(await this.registered('platform', name));
  }

  /** A second member of the same organization, signed in; a signatory with authority to sign. */
  async colleague(party: Party, roles: readonly string[]): Promise<ApiClient> {
    counter += 1;
    const email = `colleague-${process.pid}-${counter}@example.org`;
    const password = `sesame-${randomUUID()}`;
    const { id } = await party.as.post<{ id: string }>('/v1/members', { name: 'Colleague', email, password, roles });
    if (roles.includes('signatory')) await stateAuthority(party, id);
    return this.signIn({ email, password });
  }

  /** The same second person in finance of a party every time, signed in now. */
  async second(party: Pick<Party, 'organizationId' | 'email' | 'password'>): Promise<ApiClient> {
    let known = this.seconds.get(party.organizationId);
    if (known === undefined) {
      counter += 1;
      known = { email: `second-${process.pid}-${counter}@example.org`, password: `sesame-${randomUUID()}` };
      this.seconds.set(party.organizationId, known);
      const first = await this.signIn(party);
      await first.post('/v1/members', { name: 'Second', ...known, roles: ['finance'] });
    }
    return this.signIn(known);
  }

  /** Approves a statement's draft as that person, and gives its id. */
  async issued(party: Pick<Party, 'organizationId' | 'email' | 'password'>, statementId: string): Promise<string> {
    const second = await this.second(party);
    const { approvalId } = await second.get<{ approvalId: string }>(`/v1/statements/${statementId}`);
    await second.post(`/v1/approvals/${approvalId}/decision`, { decision: 'approved' });
    return statementId;
  }

  private async verified(party: Party): Promise<Party> {
    await (await this.operator()).post(`/v1/organizations/${party.organizationId}/verification`, {});
    return { ...party, as: await this.signIn(party) };
  }
}
