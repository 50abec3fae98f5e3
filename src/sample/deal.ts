import type { ApiClient } from './api-client';
import { sampleCatalogueCsv } from './catalogue-file';
import { isrcOf, licensedIsrcs } from './names';
import { type SampleParties, signIn } from './parties';
import { storyTerms } from './terms';

export interface ImportReport {
  readonly id: string;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly faults: readonly { row: number; column: string; code: string; value: string; message: string }[];
}

/** Sends the catalogue as CSV and states that the label controls what came in. */
export async function bringInCatalogue(label: ApiClient): Promise<{ imported: ImportReport; controlled: number }> {
  const imported = await label.upload<ImportReport>('/v1/catalogue/imports', 'text/csv', sampleCatalogueCsv());
  const { recordings } = await label.post<{ recordings: number }>('/v1/rights-statements', {
    importId: imported.id,
    share: '1',
    territories: { worldwideExcept: [] },
    from: '2020-01-01',
  });
  return { imported, controlled: recordings };
}

/** Six claims about unlicensed use: where each recording was found, and when. */
export async function recordClaims(label: ApiClient, platformId: string): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= 6; number += 1) {
    const uses = [1, 2, 3].map((copy) => ({
      isrc: isrcOf(number * 10 + copy),
      url: `https://circle.volnaport.example/audio/${number}0${copy}`,
      seenOn: `2025-0${number + 2}-1${copy}`,
    }));
    const { id } = await label.post<{ id: string }>('/v1/claims', {
      platformId,
      reference: `PLR-2025-${number}`,
      uses,
    });
    ids.push(id);
  }
  return ids;
}

export interface Negotiation {
  readonly id: string;
  readonly state: string;
  readonly latestRevision: number;
  readonly agreementId: string | null;
}

/** One changed value between two revisions. */
export interface Difference {
  readonly pointer: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** The label offers 500 tracks. */
export async function offer(
  label: ApiClient,
  parties: SampleParties,
  claims: readonly string[],
  isrcs = licensedIsrcs(),
): Promise<Negotiation> {
  return label.post('/v1/negotiations', {
    counterpartyId: parties.platform.organizationId,
    terms: termsBetween(parties, claims, 1, isrcs),
    message: 'Five hundred tracks for both services, and the six claims are settled.',
  });
}

/** The platform counters. */
export async function counter(
  platform: ApiClient,
  negotiation: Negotiation,
  parties: SampleParties,
  claims: readonly string[],
  isrcs = licensedIsrcs(),
): Promise<void> {
  await platform.post(`/v1/negotiations/${negotiation.id}/revisions`, {
    basedOn: negotiation.latestRevision,
    terms: termsBetween(parties, claims, 2, isrcs),
    message: 'A lower rate and share; in return a higher floor.',
  });
}

/** Accepts as a signatory: a member, never a machine's key. */
export const accept = (signatory: ApiClient, negotiation: Negotiation, revision: number): Promise<Negotiation> =>
  signatory.post(`/v1/negotiations/${negotiation.id}/acceptance`, { revision });

export interface AgreementAnswer {
  readonly id: string;
  readonly state: string;
  readonly termsHash: string;
  readonly manifestHash: string;
}

/** A member of each party signs the hash of the terms; the second signature concludes the agreement. */
export async function signByBoth(url: string, parties: SampleParties, agreementId: string): Promise<AgreementAnswer> {
  let answer: AgreementAnswer | undefined;
  for (const party of [parties.label, parties.platform]) {
    const member = await signIn(url, party.first);
    const { manifestHash } = await member.get<AgreementAnswer>(`/v1/agreements/${agreementId}`);
    answer = await member.post<AgreementAnswer>(`/v1/agreements/${agreementId}/signatures`, {
      manifestHash,
      intent: `I have read these terms and sign them for ${party.name}.`,
      ...(await member.confirmed()),
    });
  }
  return answer!;
}

function termsBetween(
  { label, platform }: SampleParties,
  claims: readonly string[],
  revision: 1 | 2,
  isrcs: readonly string[],
): object {
  return storyTerms(
    {
      label: { id: label.organizationId, name: label.name },
      platform: { id: platform.organizationId, name: platform.name },
      services: platform.services,
      claims,
    },
    revision,
    isrcs,
  );
}
