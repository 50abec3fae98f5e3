import { findRecordings, type Recording } from '../../catalogue';
import type { SoldResource } from '../../ddex';
import { type IsrcEdit, isrcsNear, nameKey } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

/**
 * Why a recording is suggested, in the order of likelihood: a slip in the ISRC, the names that came with it, or the names of the recording that
 * really has this ISRC, of which it may be another version.
 */
export const suggestionReasons = [
  'written-otherwise',
  'look-alike',
  'same-title-and-artist',
  'other-version',
  'characters-swapped',
  'character-missing',
  'character-too-many',
  'one-character',
] as const satisfies readonly (IsrcEdit | 'same-title-and-artist' | 'other-version')[];
export type SuggestionReason = (typeof suggestionReasons)[number];

/** A recording that suspended use may be of, and why. */
export interface Suggestion {
  readonly isrc: string;
  readonly title: string;
  readonly version: string | null;
  readonly artists: readonly string[];
  readonly why: SuggestionReason;
}

interface Wanted {
  readonly labelId: string;
  /** ISRCs as reported. */
  readonly reported: readonly string[];
  /** By reported ISRC, what the reports call the recording. */
  readonly names: ReadonlyMap<string, SoldResource>;
  /** The recordings of the agreements between the two parties. */
  readonly agreed: ReadonlySet<string>;
  /** Only the label may be told what else its catalogue holds: of its recordings that are not agreed on, other versions are suggested. */
  readonly isForLabel: boolean;
}

const suggestionsMax = 5;

/**
 * Recordings one slip away from what was reported, or of the same title and artist, among those that an agreement between the parties names:
 * nothing else of the label's catalogue is told, and nothing else could a resolution lead to. At most five each, the likeliest first.
 */
export async function suggestionsFor(
  tx: Tx,
  { labelId, reported, names, agreed, isForLabel }: Wanted,
): Promise<Map<string, Suggestion[]>> {
  const unknown = [...new Set(reported)].filter((isrc) => !agreed.has(isrc));
  const near = new Map(unknown.map((isrc) => [isrc, [...isrcsNear(isrc)].filter(([other]) => agreed.has(other))]));
  const own = isForLabel ? await findRecordings(tx, labelId, unknown) : [];
  const isNamed = own.length > 0 || unknown.some((isrc) => names.has(isrc));
  const wanted = isNamed ? [...agreed] : [...new Set([...near.values()].flat().map(([isrc]) => isrc))];
  if (wanted.length === 0) return new Map();
  const recordings = new Map((await findRecordings(tx, labelId, wanted)).map((each) => [each.isrc, each]));
  const called = isNamed ? byNames(recordings.values()) : new Map<string, Recording[]>();
  const versions = new Map(own.map(({ isrc, title, artists }) => [isrc, { title, artist: artists.join(' ') }]));
  return new Map(
    unknown.map((isrc) => {
      const found = (near.get(isrc) ?? []).flatMap(([other, why]) => {
        const recording = recordings.get(other);
        return recording === undefined ? [] : [suggestionOf(recording, why)];
      });
      const alike = (name: SoldResource | undefined, why: SuggestionReason): Suggestion[] =>
        ((name && called.get(keyOf(name.title, name.artist))) ?? []).map((recording) => suggestionOf(recording, why));
      found.push(...alike(names.get(isrc), 'same-title-and-artist'), ...alike(versions.get(isrc), 'other-version'));
      return [isrc, likeliest(found)];
    }),
  );
}

const keyOf = (title: string, artist: string): string => `${nameKey(title)}\n${nameKey(artist)}`;

/** By title and artist: by each artist, and by all as one text. */
function byNames(recordings: Iterable<Recording>): Map<string, Recording[]> {
  const called = new Map<string, Recording[]>();
  for (const recording of recordings) {
    const { title, artists } = recording;
    for (const key of new Set([...artists, artists.join(' ')].map((artist) => keyOf(title, artist)))) {
      const known = called.get(key);
      if (known === undefined) called.set(key, [recording]);
      else known.push(recording);
    }
  }
  return called;
}

/** Each recording once, for its best reason. */
function likeliest(suggestions: readonly Suggestion[]): Suggestion[] {
  const order = (why: SuggestionReason): number => suggestionReasons.indexOf(why);
  const sorted = suggestions.toSorted((a, b) => order(a.why) - order(b.why) || (a.isrc < b.isrc ? -1 : 1));
  const seen = new Set<string>();
  return sorted.filter(({ isrc }) => !seen.has(isrc) && seen.add(isrc)).slice(0, suggestionsMax);
}

const suggestionOf = ({ isrc, title, version, artists }: Recording, why: SuggestionReason): Suggestion => ({
  ...{ isrc, title, version, artists },
  why,
});
