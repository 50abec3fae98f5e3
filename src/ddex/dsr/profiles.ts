import { familyOf } from './layouts';
import { orderOf, type OrderState } from './order';

/** What is true of all reports of a profile. Everything that tells profiles apart is in the table below. */
export interface Profile {
  /** ProfileId as the standard writes it; files also write it in other cases. */
  readonly id: string;
  /** Families of the records that sum up a sales context. */
  readonly summaries: readonly string[];
  /** Families of the records that report use; each is accepted or rejected. */
  readonly usage: readonly string[];
  readonly footer: 'FOOT' | 'SRFO';
  /** The uses of all usage records of a summary add up to what it says. */
  readonly usesAddUp: boolean;
  /** The order of one block, or of the records about one transaction where there are no blocks. */
  readonly block: string;
  /** Record codes that a version of the profile binds. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
}

export const RECORD_COMPANY = 'FinancialReportingToRecordCompaniesProfileSRB';

const codes = (list: string): string[] => list.split(' ');

export const profiles: readonly Profile[] = [
  {
    id: RECORD_COMPANY,
    summaries: ['SY10'],
    usage: ['SR08'],
    footer: 'SRFO',
    usesAddUp: true,
    block: 'SR08 DE01?',
    versions: { '1.0': codes('SY10 SR08 DE01') },
  },
  {
    id: 'BasicAudioProfile',
    summaries: ['SY01', 'SY02', 'SY03', 'SY04', 'SY05'],
    usage: ['SU01', 'SU02'],
    footer: 'FOOT',
    usesAddUp: true,
    // The schemas differ in whether a recording without a work is allowed; the wider rule is taken.
    block: 'RE01? ((AS01 MW01*) | AS02)+ RE02* (SU01 | SU02)+',
    versions: {
      '1.0': codes('SY01 SY02 SY03 RE01 AS01 MW01 AS02 RE02 SU01 SU02'),
      '1.1': codes('SY01 SY02.01 SY04 SY05 RE01 AS01 MW01.01 AS02.01 RE02 SU01 SU02'),
      '1.2': codes('SY01.01 SY02.02 SY04.01 SY05.02 RE01 AS01.01 MW01.01 AS02.02 RE02 SU01 SU02'),
    },
  },
  {
    id: 'BasicAudioProfileSRB',
    summaries: ['SY01', 'SY02', 'SY04', 'SY05', 'SY06'],
    usage: ['SR01', 'SR02'],
    footer: 'SRFO',
    usesAddUp: true,
    block: 'SR01 | SR02',
    versions: { '1.2': codes('SY01.01 SY02.02 SY04.01 SY05.02 SY06.02 SR01 SR02') },
  },
  {
    id: 'UGCProfile',
    summaries: ['SY02', 'SY03', 'SY04', 'SY05', 'SY09'],
    usage: ['SU03'],
    footer: 'FOOT',
    // User-generated items are counted by another measure than their recordings.
    usesAddUp: false,
    block: '((AS01 MW01*) | AS02)+ (RU01 | RU02)* (SU03 (LI01 MW01?)*)*',
    versions: {
      '1.0': codes('SY02 SY03 AS01 MW01 AS02 RU01 RU02 SU03 LI01'),
      '1.1.1': codes('SY02.01 SY04 SY05 AS01 MW01.01 AS02.01 RU01 RU02 SU03.01 LI01.01'),
      '1.2': codes('SY02.02 SY04.01 SY09 SY05.02 AS01.01 MW01.01 AS02.02 RU01.01 RU02.01 SU03.02 LI01.02'),
    },
  },
  {
    id: 'UGCProfileSRB',
    summaries: ['SY01', 'SY02', 'SY04', 'SY05'],
    usage: ['SR03', 'SR06'],
    footer: 'SRFO',
    usesAddUp: false,
    block: 'SR03 | SR06',
    versions: { '1.2': codes('SY01.01 SY02.02 SY04.01 SY05.02 SR03 SR06') },
  },
];

/** Profiles that address others than labels: known by name, and not read. */
export const otherProfiles: readonly string[] = [
  'BasicAudioProfileMLC',
  'AudioVisualProfile',
  'AudioVisualProfileSRB',
  'RoyaltyReportingProfile',
  'RadioBroadcastProfile',
  'MasterListProfile',
  'MasterListProfileSRB',
];

/** The profile of this name, compared without case. */
export function findProfile(name: string): Profile | undefined {
  const sought = name.toLowerCase();
  return profiles.find(({ id }) => id.toLowerCase() === sought);
}

/** A profile that is known and not read. */
export const isOtherProfile = (name: string): boolean =>
  otherProfiles.some((id) => id.toLowerCase() === name.toLowerCase());

/** Whether a record reports use: in its profile, or in any where none is known. */
export const isUsage = (code: string, profile: Profile | null): boolean =>
  (profile === null ? profiles : [profile]).some(({ usage }) => usage.includes(familyOf(code)));

/** The record codes that a version of a profile uses; null for a version that is not known. */
export const boundCodes = (profile: Profile, version: string): readonly string[] | null =>
  Object.hasOwn(profile.versions, version) ? profile.versions[version]! : null;

/** True where everything about a transaction is in one record, so that a report has no blocks and is never split. */
export const isSingleRecord = ({ footer }: Profile): boolean => footer === 'SRFO';

/**
 * The order of a whole file in which nothing is mandatory: what is missing is told once, at the end, and not by every
 * record after it. Where a profile has blocks, one `Block` stands for all records of theirs.
 */
export function fileOrder(profile: Profile): OrderState {
  const body = isSingleRecord(profile) ? profile.block : 'Block';
  return orderOf(`HEAD? (${profile.summaries.join(' | ')})* (${body})* ${profile.footer}?`);
}
