import type { ProcessParts } from '../../src/app';
import { ApiClient } from '../../src/sample/api-client';
import { type Credentials, newPassword } from '../../src/sample/parties';
import { Given, type Party } from '../support/given';
import type { RoundActors } from './money';
import { PatientClient } from './patient-client';

/** Parties of a marketplace whose operator is there already; signs in anew each time, since a long run outlives its tokens. */
export class FreshParties extends Given {
  constructor(
    url: string,
    parts: ProcessParts,
    private readonly credentials: Credentials,
  ) {
    super(url, parts);
  }

  override operator(): Promise<ApiClient> {
    return this.signIn(this.credentials);
  }
}

/** Keys for both parties' machines, and two people of the label's finance. */
export async function actorsOf(
  url: string,
  { label, platform }: { label: Party; platform: Party },
): Promise<RoundActors> {
  const second = { email: `second-${label.email}`, password: newPassword() };
  await label.as.post('/v1/members', { name: 'Second Member', ...second, roles: ['finance'] });
  return {
    platform: await machine(url, platform, ['usage', 'reader']),
    label: await machine(url, label, ['finance', 'reader']),
    finance: person(url, label),
    secondFinance: person(url, second),
  };
}

export const person = (url: string, { email, password }: Credentials): PatientClient =>
  new PatientClient(url, async () => {
    const answer = await new ApiClient(url).post<{ accessToken: string }>('/v1/sign-in', { email, password });
    return answer.accessToken;
  });

export async function machine(url: string, party: Party, roles: readonly string[]): Promise<PatientClient> {
  const { key } = await party.as.post<{ key: string }>('/v1/api-keys', { name: 'Machine', roles });
  return new PatientClient(url, () => Promise.resolve(key));
}
