import { canonicalText } from '../../kernel';
import type { ParentVersion } from '../catalogue-row';
import type { Recording } from '../recordings.repository';

/** What of two recordings that are one is merged. A title goes with its version: names are compared as one, whatever stands where. */
export const mergedFields = [
  'title',
  'artists',
  'durationSeconds',
  'pLine',
  'genre',
  'label',
  'language',
  'parent',
] as const;
export type MergedField = (typeof mergedFields)[number];

export interface MergedValues {
  readonly title: { readonly title: string; readonly version: string | null };
  readonly artists: readonly string[];
  readonly durationSeconds: number | null;
  readonly pLine: string | null;
  readonly genre: string | null;
  readonly label: string | null;
  readonly language: string | null;
  readonly parent: ParentVersion | null;
}

export const valuesOf = (recording: Recording): MergedValues => ({
  title: { title: recording.title, version: recording.version },
  artists: recording.artists,
  durationSeconds: recording.duration_seconds,
  pLine: recording.p_line,
  genre: recording.genre,
  label: recording.label,
  language: recording.language,
  parent: parentOf(recording),
});

export const parentOf = ({ parent_isrc: isrc, parent_kind: kind }: Recording): ParentVersion | null =>
  isrc === null || kind === null ? null : { isrc, kind };

/** A field in which the two differ, and what it becomes where they are merged. */
export interface Difference {
  readonly field: MergedField;
  readonly stays: unknown;
  readonly other: unknown;
  readonly becomes: unknown;
}

/**
 * What the recording that stays would be told as: by its own values, by the other's where it has none, and where `take` says so and the other has one. Nothing is made up: each
 * value is one of the two.
 */
export function mergedValues(
  stays: MergedValues,
  other: MergedValues,
  take: readonly MergedField[] = [],
): MergedValues {
  const of = <Field extends MergedField>(field: Field): MergedValues[Field] =>
    take.includes(field) ? (other[field] ?? stays[field]) : (stays[field] ?? other[field]);
  return {
    title: of('title'),
    artists: of('artists'),
    durationSeconds: of('durationSeconds'),
    pLine: of('pLine'),
    genre: of('genre'),
    label: of('label'),
    language: of('language'),
    parent: of('parent'),
  };
}

export function differencesOf(stays: MergedValues, other: MergedValues): Difference[] {
  const merged = mergedValues(stays, other);
  return mergedFields
    .filter((field) => !isSame(stays[field], other[field]))
    .map((field) => ({ field, stays: stays[field], other: other[field], becomes: merged[field] }));
}

/** What changes of a recording, field by field. */
export type Changes = Readonly<Partial<Record<MergedField, { readonly before: unknown; readonly after: unknown }>>>;

export const changesBetween = (before: MergedValues, after: MergedValues): Changes =>
  Object.fromEntries(
    mergedFields
      .filter((field) => !isSame(before[field], after[field]))
      .map((field) => [field, { before: before[field], after: after[field] }]),
  );

const isSame = (one: unknown, other: unknown): boolean => canonicalText(one) === canonicalText(other);

/** How much hangs on a recording. */
export interface Standing {
  readonly recording: Recording;
  /** Whether an agreement names it; null where that is not to be told. */
  readonly isLicensed: boolean | null;
  /** Published packages that it stands in. */
  readonly packages: number;
}

/**
 * Which of two recordings is proposed to stay: the one that agreements name; else that in more packages; else that of which more is told; else that with the lower ISRC. A person may
 * decide otherwise.
 */
export function inOrderOfStanding(one: Standing, other: Standing): readonly [stays: Standing, other: Standing] {
  const difference =
    Number(other.isLicensed ?? false) - Number(one.isLicensed ?? false) ||
    other.packages - one.packages ||
    told(other) - told(one) ||
    (one.recording.isrc < other.recording.isrc ? -1 : 1);
  return difference < 0 ? [one, other] : [other, one];
}

const told = ({ recording }: Standing): number => {
  const values = valuesOf(recording);
  return mergedFields.filter((field) => values[field] !== null).length;
};
