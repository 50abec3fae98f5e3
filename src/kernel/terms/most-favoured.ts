import { type Period } from '../calendar';
import { type UseType } from '../uses';

/** What a most favoured nation clause compares. */
export const MOST_FAVOURED_FIGURES = [
  'rate-per-unit',
  'revenue-share',
  'rate-per-subscriber',
  'floor',
  'advance',
] as const;

export type MostFavouredFigure = (typeof MOST_FAVOURED_FIGURES)[number];

/**
 * A promise not to give others better terms, for the agreements whose terms have days in common with it. A bound label
 * promises that no other platform pays less, a bound platform that no other label is paid more.
 */
export type MostFavoured = Period & {
  readonly id: string;
  readonly compares: readonly MostFavouredFigure[];
  /** A use covers those under it. Absent: every use that these terms license. */
  readonly uses?: readonly UseType[];
  /** Absent: every territory of these terms. */
  readonly territories?: readonly string[];
} & (
    | { readonly bound: 'label'; readonly against: 'other-platforms' }
    | { readonly bound: 'platform'; readonly against: 'other-labels' }
  );

/** The party that a most favoured nation clause binds. */
export type BoundParty = MostFavoured['bound'];

/** Against whom the promise of each party is. */
export const AGAINST = { label: 'other-platforms', platform: 'other-labels' } as const;
