import type { CalendarDate, RefusalReason, Terms } from '../kernel';

export type ClearanceAnswer =
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
      /** In detail: the listings that offer the recording to whoever asks. */
      readonly listingIds?: readonly string[];
    };
