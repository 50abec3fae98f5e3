/**
 * What a cell holds. `date` is a day, `isoDate` a day, month or year; `count` is a whole number of uses, which the standard types as decimal or integer; `id` is text
 * that serves as a key; `name` is the title or name of something, in which an identifier would be out of place.
 */
export type CellType =
  | 'record'
  | 'version'
  | 'profile'
  | 'text'
  | 'name'
  | 'id'
  | 'count'
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'isoDate'
  | 'dateTime'
  | 'duration'
  | 'dpid'
  | 'namespacedId'
  | 'isrc'
  | 'isan'
  | 'iswc'
  | 'icpn'
  | 'currency'
  | 'territory'
  | 'commercialModel'
  | 'useType'
  | 'rightsType'
  | 'releaseType'
  | 'resourceType';

export interface Cell<
  Name extends string = string,
  Mandatory extends boolean = boolean,
  Multiple extends boolean = boolean,
> {
  readonly name: Name;
  readonly type: CellType;
  readonly mandatory: Mandatory;
  readonly multiple: Multiple;
}

/** A mandatory cell of a single value. */
export const must = <N extends string>(name: N, type: CellType): Cell<N, true, false> => ({
  name,
  type,
  mandatory: true,
  multiple: false,
});

/** A cell of a single value that may be empty: optional, or mandatory on a condition that no layout can express. */
export const may = <N extends string>(name: N, type: CellType): Cell<N, false, false> => ({
  name,
  type,
  mandatory: false,
  multiple: false,
});

/** A mandatory cell of several values. */
export const many = <N extends string>(name: N, type: CellType): Cell<N, true, true> => ({
  name,
  type,
  mandatory: true,
  multiple: true,
});

/** A cell of several values, or of none. */
export const optionalMany = <N extends string>(name: N, type: CellType): Cell<N, false, true> => ({
  name,
  type,
  mandatory: false,
  multiple: true,
});

/** The first cell of every record: its own code. */
export const recordType = must('RecordType', 'record');
