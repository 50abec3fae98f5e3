import { randomBytes } from 'node:crypto';
import { ApiClient } from './api-client';
import { labelProfile, platformProfile, serviceNames } from './names';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** One organization of the sample world: its people, and a key for its machines. */
export interface SampleParty {
  readonly organizationId: string;
  readonly name: string;
  readonly first: Credentials;
  readonly second: Credentials;
  readonly apiKey: string;
}

export interface SampleParties {
  readonly operator: Credentials;
  readonly label: SampleParty;
  readonly platform: SampleParty & { readonly services: readonly { readonly id: string; readonly name: string }[] };
}

/** Random per install. */
export const newPassword = (): string => randomBytes(18).toString('base64url');

export async function signIn(url: string, { email, password }: Credentials): Promise<ApiClient> {
  const { accessToken } = await new ApiClient(url).post<{ accessToken: string }>('/v1/sign-in', { email, password });
  return new ApiClient(url, accessToken, password);
}

/** Registers a label and a platform with two services, their members and API keys; the operator verifies both and sets the commission. */
export async function setUpParties(url: string, operator: Credentials, day: string): Promise<SampleParties> {
  const label = await register(url, labelProfile, {
    email: 'vera@polar-lantern.example',
    colleague: { name: 'Timur Finance', email: 'timur@polar-lantern.example', roles: ['finance'] },
    keyRoles: ['catalogue', 'licensing', 'enforcement', 'finance', 'reader'],
  });
  const platform = await register(url, platformProfile, {
    email: 'alisa@volnaport.example',
    colleague: { name: 'Gleb Finance', email: 'gleb@volnaport.example', roles: ['finance', 'usage'] },
    keyRoles: ['usage', 'licensing', 'reader'],
  });
  const operatorClient = await signIn(url, operator);
  for (const { organizationId } of [label, platform]) {
    await operatorClient.post(`/v1/organizations/${organizationId}/verification`, {});
  }
  await operatorClient.post('/v1/commission-schedules', { rate: '0.05', from: day });
  const platformClient = await signIn(url, platform.first);
  const services: { id: string; name: string }[] = [];
  for (const name of serviceNames) {
    const { id } = await platformClient.post<{ id: string }>('/v1/services', { name });
    services.push({ id, name });
  }
  return { operator, label, platform: { ...platform, services } };
}

interface RegistrationPlan {
  readonly email: string;
  readonly colleague: { readonly name: string; readonly email: string; readonly roles: readonly string[] };
  readonly keyRoles: readonly string[];
}

async function register(
  url: string,
  profile: typeof labelProfile | typeof platformProfile,
  plan: RegistrationPlan,
): Promise<SampleParty> {
  const first = { email: plan.email, password: newPassword() };
  const second = { email: plan.colleague.email, password: newPassword() };
  const { sha256: frameworkAgreement } = await new ApiClient(url).get<{ sha256: string }>('/v1/framework-agreement');
  const { organization, memberId } = await new ApiClient(url).post<{
    organization: { id: string };
    memberId: string;
  }>('/v1/organizations', {
    ...profile,
    frameworkAgreement,
    member: { name: plan.email.startsWith('vera') ? 'Vera Licensing' : 'Alisa Engineer', ...first },
  });
  const client = await signIn(url, first);
  // By what the first member signs for the organization.
  const authority = { basis: 'statute', reference: 'charter, art. 8', validFrom: '2020-01-01' };
  await client.post(`/v1/members/${memberId}/signing-authorities`, authority);
  await client.post('/v1/members', { ...plan.colleague, password: second.password });
  const { key } = await client.post<{ key: string }>('/v1/api-keys', { name: 'Story', roles: plan.keyRoles });
  return { organizationId: organization.id, name: profile.name, first, second, apiKey: key };
}
