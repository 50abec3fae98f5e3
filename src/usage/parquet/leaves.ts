import { escapedKey } from '../engine/json-members';
import { corrupt } from './unreadable';

/** Physical types, by their numbers. */
export const physical = { boolean: 0, int32: 1, int64: 2, int96: 3, float: 4, double: 5, bytes: 6, fixed: 7 } as const;
const physicalNames = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'];

/** What the values of a column are; of `other` no text is made. */
export type LeafKind = 'text' | 'integer' | 'decimal' | 'day' | 'instant' | 'floating' | 'boolean' | 'other';

/** How the values of a column are written down, beyond their bytes. */
export interface Meaning {
  readonly kind: LeafKind;
  /** Of a decimal. */
  readonly scale?: number;
  readonly isUnsigned?: boolean;
  /** Of an instant: as many make a day. INT96 counts days itself. */
  readonly ticksOfDay?: bigint;
  readonly isUtc?: boolean;
}

/** A column that holds values, and none of its own columns. */
export interface Leaf extends Meaning {
  /** Its place among all of these. */
  readonly number: number;
  readonly path: readonly string[];
  /** The same as a JSON pointer. */
  readonly pointer: string;
  readonly type: number;
  /** Of FIXED_LEN_BYTE_ARRAY. */
  readonly width: number;
  /** How many of the groups that it is in, itself among them, may be absent. */
  readonly definitionMax: number;
  /** It has several values a row. */
  readonly isRepeated: boolean;
}

/** An element of the schema as it is written. */
export interface SchemaElement {
  type: number | undefined;
  width: number;
  /** 0: always there, 1: may be absent, 2: repeated. */
  repetition: number;
  name: string;
  children: number;
  converted: number | undefined;
  scale: number;
  logical: LogicalType | undefined;
}

export interface LogicalType {
  /** The number of the union's member. */
  readonly number: number;
  readonly scale: number;
  readonly isSigned: boolean;
  readonly isUtc: boolean;
  /** 1: milliseconds, 2: microseconds, 3: nanoseconds. */
  readonly unit: number;
}

const depthMax = 32;

/** The leaves of a schema in their order, which is that of the columns of every row group. */
export function leavesOf([root, ...elements]: readonly SchemaElement[]): Leaf[] {
  const leaves: Leaf[] = [];
  let at = 0;
  const walk = (count: number, path: readonly string[], definitionMax: number, isRepeated: boolean): void => {
    if (path.length > depthMax) throw corrupt('its columns nest too deep');
    for (let child = 0; child < count; child += 1) {
      const element = elements[at];
      if (element === undefined) throw corrupt('its schema ends too early');
      at += 1;
      const below = [...path, element.name];
      const definitions = definitionMax + (element.repetition === 0 ? 0 : 1);
      const repeated = isRepeated || element.repetition === 2;
      if (element.type === undefined) walk(element.children, below, definitions, repeated);
      else leaves.push(leafOf(element, element.type, { number: leaves.length, path: below, definitions, repeated }));
    }
  };
  if (root === undefined || root.type !== undefined) throw corrupt('it has no schema');
  walk(root.children, [], 0, false);
  if (at < elements.length) throw corrupt('its schema has elements that belong nowhere');
  return leaves;
}

function leafOf(
  element: SchemaElement,
  type: number,
  place: {
    readonly number: number;
    readonly path: readonly string[];
    readonly definitions: number;
    readonly repeated: boolean;
  },
): Leaf {
  const { number, path, definitions, repeated } = place;
  if (type < 0 || type > physical.fixed) throw corrupt('a column has an unknown type');
  if (type === physical.fixed && (element.width < 1 || element.width > 1 << 16)) throw corrupt('a column has no width');
  return {
    number,
    path,
    pointer: path.map((name) => `/${escapedKey(name)}`).join(''),
    type,
    width: element.width,
    definitionMax: definitions,
    isRepeated: repeated,
    ...meaningOf(element, type),
  };
}

const logicalNumbers = { string: 1, enum: 4, decimal: 5, date: 6, timestamp: 8, integer: 10, nothing: 11, json: 12 };
const convertedNumbers = { utf8: 0, enum: 4, decimal: 5, date: 6, millis: 9, micros: 10, json: 19 };
const textLogical: readonly number[] = [logicalNumbers.string, logicalNumbers.enum, logicalNumbers.json];
const textConverted: readonly number[] = [convertedNumbers.utf8, convertedNumbers.enum, convertedNumbers.json];

function meaningOf(element: SchemaElement, type: number): Meaning {
  const isDecimal =
    element.logical?.number === logicalNumbers.decimal || element.converted === convertedNumbers.decimal;
  if (isDecimal && type !== physical.int96 && type !== physical.boolean) return decimalOf(element);
  switch (type) {
    case physical.boolean:
      return { kind: 'boolean' };
    case physical.int32:
    case physical.int64:
      return numberMeaning(element, type);
    case physical.int96:
      return { kind: 'instant', isUtc: false };
    case physical.float:
    case physical.double:
      return { kind: 'floating' };
    default:
      return { kind: isText(element) ? 'text' : 'other' };
  }
}

function decimalOf({ logical, scale: written }: SchemaElement): Meaning {
  const scale = logical?.number === logicalNumbers.decimal ? logical.scale : written;
  if (scale < 0 || scale > 100) throw corrupt('a column of decimals has an impossible scale');
  return { kind: 'decimal', scale };
}

const millisecondsOfDay = 86_400_000n;

function numberMeaning({ logical, converted }: SchemaElement, type: number): Meaning {
  if (logical === undefined) return convertedMeaning(converted);
  const { number, isSigned, isUtc, unit } = logical;
  if (number === logicalNumbers.date && type === physical.int32) return { kind: 'day' };
  if (number === logicalNumbers.integer) return { kind: 'integer', isUnsigned: !isSigned };
  if (number === logicalNumbers.nothing) return { kind: 'integer' };
  const isInstant = number === logicalNumbers.timestamp && type === physical.int64 && unit >= 1 && unit <= 3;
  return isInstant
    ? { kind: 'instant', ticksOfDay: millisecondsOfDay * 1000n ** BigInt(unit - 1), isUtc }
    : { kind: 'other' };
}

/** What older writers say in place of a logical type. */
function convertedMeaning(converted: number | undefined): Meaning {
  switch (converted) {
    case undefined:
      return { kind: 'integer' };
    case convertedNumbers.date:
      return { kind: 'day' };
    case convertedNumbers.millis:
      return { kind: 'instant', ticksOfDay: millisecondsOfDay, isUtc: true };
    case convertedNumbers.micros:
      return { kind: 'instant', ticksOfDay: millisecondsOfDay * 1000n, isUtc: true };
    default:
      // Eight kinds of integers, those without a sign first.
      return converted >= 11 && converted <= 18 ? { kind: 'integer', isUnsigned: converted < 15 } : { kind: 'other' };
  }
}

/** Bytes that nothing is said about are taken for text, as old writers leave it. */
const isText = ({ logical, converted }: SchemaElement): boolean =>
  logical === undefined
    ? converted === undefined || textConverted.includes(converted)
    : textLogical.includes(logical.number);

/** What a column is, as people who made it call it. */
export const typeName = ({ type, kind, isRepeated }: Leaf): string =>
  `${isRepeated ? 'a list of ' : ''}${physicalNames[type] ?? '?'}${kind === 'other' ? ' of a kind that is not read' : ''}`;
