import type { ParentVersion } from '../catalogue';
import type { CalendarDate, RefusalReason, Terms } from '../kernel';

/** Of a question about some version: what holds for one of those that it may be. */
export interface VersionAnswer {
  readonly isrc: string;
  readonly licensed: boolean;
  readonly reason?: RefusalReason;
}

/** What an answer about some version of a recording says more. */
interface OfSomeVersion {
  /** The version whose answer it is; absent where it is one that no agreement names to the platform. */
  readonly isrc?: string;
  /** In detail: the versions that the platform's agreements name, the parent first. */
  readonly versions?: readonly VersionAnswer[];
}

export type ClearanceAnswer = OfSomeVersion & PlainAnswer;

export type PlainAnswer =
  | {
      readonly licensed: true;
      readonly agreementId: string;
      readonly clause: string;
      /** The first day on which this grant no longer permits it, in the agreement's time zone. */
      readonly until: CalendarDate;
      readonly rightsScope: Terms['rightsScope'];
      /** In detail: until when this yes holds as far as is known, and the version that was signed. */
      readonly trueUntil?: string;
      readonly version?: number;
    }
  | {
      readonly licensed: false;
      readonly reason: RefusalReason;
      /** In detail: the labels that have the recording or come closest to granting the use. */
      readonly labelIds?: readonly string[];
      /** In detail, of one that nothing licenses: what its label says that it is a version of, where agreements name that one. */
      readonly versionOf?: ParentVersion;
      /** In detail: the listings that offer the recording to whoever asks. */
      readonly listingIds?: readonly string[];
    };
