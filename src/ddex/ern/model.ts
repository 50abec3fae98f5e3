/**
 * A message as it is read, the same for all versions. Texts are as they came, without blanks around them. An identifier that is none is left out, with an
 * error; null is what was not said.
 */

/** Where a value holds; both empty: everywhere. Codes as written. */
export interface Territorial {
  readonly territories: readonly string[];
  readonly excludedTerritories: readonly string[];
  /** True where the sender says so: where nothing better is known, this one counts, else the first. */
  readonly isDefault: boolean;
}

/** A value of a list; with a namespace and a value of its own where it is `UserDefined`. */
export interface AllowedValue {
  readonly value: string;
  readonly namespace: string | null;
  readonly userDefined: string | null;
}

export interface ProprietaryId {
  readonly namespace: string | null;
  readonly id: string;
}

export interface PartyIds {
  readonly dpids: readonly string[];
  readonly isnis: readonly string[];
  readonly ipis: readonly string[];
  readonly ipns: readonly string[];
  readonly cisacSocieties: readonly string[];
  readonly proprietary: readonly ProprietaryId[];
}

export interface PartyName {
  readonly text: string;
  readonly indexed: string | null;
  readonly language: string | null;
}

export interface Party {
  /** By which the message names it; null where it stands in place. */
  readonly reference: string | null;
  readonly names: readonly PartyName[];
  readonly ids: PartyIds;
}

export type MessageKind = 'NewReleaseMessage' | 'PurgeReleaseMessage';

export interface ErnHeader {
  readonly kind: MessageKind;
  /** Such as 4.1.1; null where it is not known. */
  readonly version: string | null;
  /** Null where the sender left it empty: then sender, time and content must do. */
  readonly messageId: string | null;
  readonly threadId: string | null;
  /** As written: a day and time, with or without a zone. */
  readonly createdAt: string | null;
  readonly sender: Party | null;
  /** The label for whom a distributor sends; without it the sender. */
  readonly onBehalfOf: Party | null;
  readonly recipients: readonly Party[];
  /** Changes nothing that is live. */
  readonly isTest: boolean;
  /** Said by versions before 4 only; every message is a whole statement of its releases all the same. */
  readonly isUpdate: boolean | null;
  readonly profile: string | null;
  readonly profileVariant: string | null;
  readonly avsVersion: string | null;
  readonly language: string | null;
}

export type TitleKind = 'reference' | 'display-text' | 'display' | 'additional';

export interface Title extends Territorial {
  readonly kind: TitleKind;
  /** TitleType as written, such as FormalTitle. */
  readonly type: string | null;
  readonly text: string;
  readonly subTitles: readonly string[];
  readonly language: string | null;
}

export interface LocalText extends Territorial {
  readonly text: string;
  readonly language: string | null;
}

export interface Artist extends Territorial {
  readonly party: Party;
  readonly roles: readonly AllowedValue[];
  readonly sequence: number | null;
}

export interface Contributor extends Artist {
  readonly instruments: readonly AllowedValue[];
  readonly isFeatured: boolean | null;
  readonly isContracted: boolean | null;
  /** Of the work rather than of the recording: writers, publishers. */
  readonly isIndirect: boolean;
}

/** A P-line or C-line. */
export interface RightsLine extends Territorial {
  readonly year: string | null;
  readonly company: string | null;
  readonly text: string;
}

export interface Genre extends Territorial {
  readonly text: string;
  readonly subGenre: string | null;
  readonly language: string | null;
}

export interface LocalValue extends Territorial, AllowedValue {}

export interface Label extends Territorial {
  readonly party: Party;
  readonly type: string | null;
}

export type DateKind = 'release' | 'original-release' | 'creation' | 'first-publication' | 'remastered';

/** A day, month or year as written; `isApproximate` as the sender says. */
export interface DatedEvent extends Territorial {
  readonly kind: DateKind;
  readonly date: string;
  readonly isApproximate: boolean;
}

/**
 * A half-open interval in time. Bounds without a zone are local to each territory: from `2026-01-01T00:00:00`, until (without) `2026-02-01T00:00:00`;
 * others are instants. Null: not said.
 */
export interface Interval {
  readonly from: string | null;
  readonly until: string | null;
}

export interface DelegatedRights {
  readonly useTypes: readonly AllowedValue[];
  readonly periods: readonly Interval[];
  readonly territories: readonly string[];
}

export interface RightsController extends Territorial {
  readonly party: Party;
  /** Roles (versions before 4.1.1), or types of control. */
  readonly roles: readonly AllowedValue[];
  readonly rightsTypes: readonly AllowedValue[];
  /** Percent, as an exact decimal; null where it is unknown. */
  readonly sharePercent: string | null;
  readonly period: Interval;
  readonly delegated: readonly DelegatedRights[];
  /** Of the work rather than of the recording. */
  readonly isOfWork: boolean;
}

export interface WorkIds {
  readonly iswcs: readonly string[];
  readonly proprietary: readonly ProprietaryId[];
}

export interface RelatedResource {
  readonly type: string | null;
  readonly reference: string | null;
  readonly isrcs: readonly string[];
}

export const RESOURCE_KINDS = [
  'SoundRecording',
  'Video',
  'Image',
  'Text',
  'SheetMusic',
  'Software',
  'MIDI',
  'UserDefinedResource',
] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

export interface Resource {
  readonly kind: ResourceKind;
  readonly path: string;
  readonly reference: string | null;
  readonly types: readonly AllowedValue[];
  /** None or several; without those that are replaced. */
  readonly isrcs: readonly string[];
  readonly replacedIsrcs: readonly string[];
  readonly catalogNumbers: readonly ProprietaryId[];
  readonly proprietaryIds: readonly ProprietaryId[];
  readonly titles: readonly Title[];
  readonly versionTypes: readonly AllowedValue[];
  readonly artistNames: readonly LocalText[];
  readonly artists: readonly Artist[];
  readonly contributors: readonly Contributor[];
  readonly labels: readonly Label[];
  readonly pLines: readonly RightsLine[];
  readonly cLines: readonly RightsLine[];
  /** Exact decimal; null where it is not known or zero. */
  readonly durationSeconds: string | null;
  readonly parentalWarnings: readonly LocalValue[];
  readonly genres: readonly Genre[];
  readonly dates: readonly DatedEvent[];
  readonly works: WorkIds;
  readonly rightsControllers: readonly RightsController[];
  readonly relatedResources: readonly RelatedResource[];
  readonly languagesOfPerformance: readonly string[];
  readonly isInstrumental: boolean | null;
}

export const RELEASE_KINDS = ['Release', 'TrackRelease', 'ClipRelease'] as const;
export type ReleaseKind = (typeof RELEASE_KINDS)[number];

export interface ReleaseIds {
  /** Bar codes as written, without blanks and hyphens; compare them by `gtin14`. */
  readonly icpns: readonly string[];
  readonly grids: readonly string[];
  /** Versions before 4 give track releases the ISRC of their recording. */
  readonly isrcs: readonly string[];
  readonly catalogNumbers: readonly ProprietaryId[];
  readonly proprietaryIds: readonly ProprietaryId[];
}

export interface GroupItem {
  readonly sequence: number | null;
  readonly reference: string | null;
  /** Resources that belong to it, such as a cover. */
  readonly linked: readonly string[];
  readonly isBonus: boolean;
}

/** A release's disc or part, and what is on it in order; groups may lie in groups. */
export interface ResourceGroup {
  readonly type: string | null;
  readonly sequence: number | null;
  readonly titles: readonly Title[];
  readonly ids: ReleaseIds;
  readonly items: readonly GroupItem[];
  readonly linked: readonly string[];
  readonly groups: readonly ResourceGroup[];
}

export interface RelatedRelease {
  readonly type: string | null;
  readonly ids: ReleaseIds;
}

export interface Release {
  readonly kind: ReleaseKind;
  readonly path: string;
  readonly reference: string | null;
  /** Whether it says so; where none does (versions before 4), the first Release is. */
  readonly isMain: boolean;
  readonly ids: ReleaseIds;
  readonly types: readonly LocalValue[];
  readonly titles: readonly Title[];
  readonly versionTypes: readonly AllowedValue[];
  readonly artistNames: readonly LocalText[];
  readonly artists: readonly Artist[];
  readonly labels: readonly Label[];
  readonly pLines: readonly RightsLine[];
  readonly cLines: readonly RightsLine[];
  readonly genres: readonly Genre[];
  readonly parentalWarnings: readonly LocalValue[];
  readonly dates: readonly DatedEvent[];
  readonly durationSeconds: string | null;
  readonly groups: readonly ResourceGroup[];
  /** In versions before 4 the list of all its resources; of a track release its recording. */
  readonly resourceReferences: readonly string[];
  readonly relatedReleases: readonly RelatedRelease[];
  readonly visibilityReferences: readonly string[];
  /** Recordings and videos on it, of the first territory that it is laid out for; one that comes twice counts twice. */
  readonly tracks: number;
}

export interface Price {
  readonly type: AllowedValue | null;
  readonly range: AllowedValue | null;
  /** A tier that the parties agreed: never money. */
  readonly code: ProprietaryId | null;
  readonly wholesale: Amount | null;
  readonly bulkWholesale: Amount | null;
  readonly suggestedRetail: Amount | null;
}

/** An exact decimal and its currency as written. */
export interface Amount {
  readonly amount: string;
  readonly currency: string | null;
}

export interface ClaimCondition {
  readonly value: string | null;
  readonly unit: string | null;
  readonly reference: string | null;
  readonly relator: string | null;
}

/** What happens to uses by the public (UGC) when all conditions hold. */
export interface RightsClaimPolicy {
  readonly type: string | null;
  readonly conditions: readonly ClaimCondition[];
}

/** Every model × every use × every territory × every period. */
export interface DealTerms {
  readonly commercialModels: readonly AllowedValue[];
  readonly useTypes: readonly AllowedValue[];
  readonly territories: readonly string[];
  readonly excludedTerritories: readonly string[];
  readonly channels: readonly Party[];
  readonly excludedChannels: readonly Party[];
  readonly periods: readonly Interval[];
  readonly prices: readonly Price[];
  readonly isPreOrder: boolean;
  /** Dates of pre-order and of what may be shown, by the name of their element, as written. */
  readonly displayDates: Readonly<Record<string, string>>;
  readonly instantGratification: readonly string[];
  readonly claimPolicies: readonly RightsClaimPolicy[];
  /** A take-down that is said as such: nothing is granted. */
  readonly isTakeDown: boolean;
}

export interface Deal {
  readonly path: string;
  /** The releases it is for, by reference. */
  readonly releases: readonly string[];
  readonly references: readonly string[];
  /** Null: agreed elsewhere, under its references. */
  readonly terms: DealTerms | null;
}

/** When a release may be shown (from 4.2). */
export interface Visibility {
  readonly reference: string | null;
  readonly dates: Readonly<Record<string, string>>;
}

export interface PurgedRelease {
  readonly path: string;
  readonly ids: ReleaseIds;
  readonly titles: readonly Title[];
}
