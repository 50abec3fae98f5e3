import { accept, signByBoth } from '../../src/sample/deal';
import { isrcOf } from '../../src/sample/names';
import { storyTerms } from '../../src/sample/terms';
import type { Party } from '../../test/support/given';

/** Two parties under a signed agreement on the reference story's terms (revision 2), with as many tracks as wanted. */
export interface Licence {
  readonly label: Party;
  readonly platform: Party;
  readonly labelPartyId: string;
  readonly platformPartyId: string;
  readonly services: readonly { readonly id: string; readonly name: string }[];
  readonly isrcs: readonly string[];
  readonly agreementId: string;
}

/** Where verified parties come from. */
export interface PartySource {
  label(): Promise<Party>;
  platform(): Promise<Party>;
}

interface LicenceWish {
  readonly url: string;
  readonly tracks: number;
  /** Number of the first track: labels that share a marketplace do not share recordings. */
  readonly firstTrack?: number;
  /** In the whole world, and not where the story's deal is. */
  readonly worldwide?: boolean;
  /** What else is to be different from the story's terms. */
  readonly changed?: (terms: StoryTerms) => object;
}

interface StoryTerms {
  readonly services: readonly { readonly id: string }[];
  readonly grants: readonly object[];
}

/** Registers both parties, brings the catalogue in, negotiates and signs: everything through the public API. */
export async function concludeLicence(
  given: PartySource,
  { url, tracks, firstTrack = 1, worldwide = false, changed = (terms) => terms }: LicenceWish,
): Promise<Licence> {
  const [label, platform] = [await given.label(), await given.platform()];
  const services: { id: string; name: string }[] = [];
  for (const name of ['Music', 'Circle']) services.push(await platform.as.post('/v1/services', { name }));
  const isrcs = Array.from({ length: tracks }, (_, index) => isrcOf(firstTrack + index));
  await bringIn(label, isrcs);
  const [ofLabel, ofPlatform] = [await organization(label), await organization(platform)];
  const story = storyTerms(
    { label: named(ofLabel), platform: named(ofPlatform), services: services.map(named), claims: [] },
    2,
    isrcs,
  ) as StoryTerms;
  const world = { worldwideExcept: [] };
  const terms = worldwide
    ? { ...story, grants: story.grants.map((grant) => ({ ...grant, territories: world })) }
    : story;
  const negotiation = await label.as.post<Parameters<typeof accept>[1]>('/v1/negotiations', {
    counterpartyId: platform.organizationId,
    terms: changed(terms),
  });
  const { agreementId } = await accept(platform.as, negotiation, 1);
  const side = (party: Party) => ({ ...party, name: '', first: party, second: party, apiKey: '' });
  const parties = { operator: label, label: side(label), platform: { ...side(platform), services } };
  await signByBoth(url, parties, agreementId ?? '');
  return {
    label,
    platform,
    labelPartyId: ofLabel.partyId,
    platformPartyId: ofPlatform.partyId,
    services,
    isrcs,
    agreementId: agreementId ?? '',
  };
}

interface Organization {
  readonly id: string;
  readonly name: string;
  readonly partyId: string;
}

const organization = ({ as, organizationId }: Party): Promise<Organization> =>
  as.get(`/v1/organizations/${organizationId}`);
const named = ({ id, name }: { id: string; name: string }): { id: string; name: string } => ({ id, name });

async function bringIn({ as }: Party, isrcs: readonly string[]): Promise<void> {
  const rows = isrcs.map((isrc) => `${isrc},Track ${isrc.slice(-5)},,Somebody,3:05,,,,`);
  const csv = `isrc,title,version,artists,duration,release,upc,p_line,genre\n${rows.join('\n')}\n`;
  const { id } = await as.upload<{ id: string }>('/v1/catalogue/imports', 'text/csv', csv);
  const territories = { worldwideExcept: [] };
  await as.post('/v1/rights-statements', { importId: id, share: '1', territories, from: '2020-01-01' });
}
