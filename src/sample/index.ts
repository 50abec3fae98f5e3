import { setUpOperator } from '../parties';
import type { Serving } from '../process';
import { ApiClient } from './api-client';
import { accept, bringInCatalogue, counter, offer, recordClaims, signByBoth } from './deal';
import { newPassword, type SampleParties, setUpParties, signIn } from './parties';

export interface SampleCredentials extends SampleParties {
  readonly url: string;
  readonly agreementId: string;
  readonly note: string;
}

/** The world that a new installation starts with: the reference story up to the signed agreement, told through the API like anyone would. */
export async function loadSampleWorld({ url, parts }: Serving): Promise<SampleCredentials> {
  const operator = { email: 'operator@accordo.example', password: newPassword() };
  await setUpOperator(parts.database, parts.clock, { name: 'Olga Operator', ...operator });
  const parties = await setUpParties(url, operator, '2025-11-01');
  const label = new ApiClient(url, parties.label.apiKey);
  const platform = new ApiClient(url, parties.platform.apiKey);
  await bringInCatalogue(label);
  const claims = await recordClaims(label, parties.platform.organizationId);
  const negotiation = await offer(label, parties, claims);
  await counter(platform, negotiation, parties, claims);
  const { agreementId } = await accept(await signIn(url, parties.label.first), negotiation, 2);
  await signByBoth(url, parties, agreementId!);
  return {
    note: 'Sample credentials of this installation. Not for production.',
    url,
    ...parties,
    agreementId: agreementId!,
  };
}
