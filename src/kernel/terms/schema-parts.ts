import { COMMERCIAL_MODELS, USE_TYPES } from '../uses';
import { type Bounds } from './limits';
import { CLAUSE_ID, DECIMAL, FIGURE_ID, UUID } from './patterns';
import { NAMELESS } from './read-grants';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type RequiredNames<Type> = {
  [Name in keyof Type]-?: Partial<Pick<Type, Name>> extends Pick<Type, Name> ? never : Name;
}[keyof Type];
type OptionalNames<Type> = Exclude<keyof Type, RequiredNames<Type>>;
type Members<Names extends PropertyKey> = { readonly [Name in Names]: JsonSchema };

/** An object with the members of the type and no others. The compiler holds the names, and which are optional, to the type. */
export function objectOf<Type extends object>(
  required: Members<RequiredNames<Type>>,
  ...optional: [OptionalNames<Type>] extends [never] ? [] : [Members<OptionalNames<Type>>]
): JsonSchema {
  return {
    type: 'object',
    properties: { ...required, ...optional[0] },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

export const listOf = (items: JsonSchema, { min, max }: Bounds): JsonSchema => ({
  type: 'array',
  items,
  minItems: min,
  maxItems: max,
});

export const oneOf = (...schemas: readonly JsonSchema[]): JsonSchema => ({ oneOf: schemas });
export const reference = (definition: string): JsonSchema => ({ $ref: `#/$defs/${definition}` });
export const word = (...words: readonly string[]): JsonSchema =>
  words.length === 1 ? { const: words[0] } : { enum: words };
export const integer = ({ min, max }: Bounds): JsonSchema => ({ type: 'integer', minimum: min, maximum: max });
export const shaped = (pattern: RegExp, description: string): JsonSchema => ({
  type: 'string',
  pattern: pattern.source,
  description,
});

export const BOOLEAN: JsonSchema = { type: 'boolean' };

/** Blanks around it do not count; how long it may be is the reader's to say, for it counts after normalising. */
export const text: JsonSchema = { type: 'string', pattern: '\\S' };
export const clauseId = shaped(CLAUSE_ID, 'an id within these terms');
export const figureId = shaped(FIGURE_ID, 'the id of a figure');
export const measure = shaped(FIGURE_ID, '"units", "sales", or the id of a figure');
export const uuid = shaped(UUID, 'a UUID');
export const decimal = shaped(DECIMAL, 'a plain decimal');
export const amount = shaped(DECIMAL, 'money in the currency of the terms');
/** Nothing before the point but zeros, or one and nothing behind it; or a quotient, of which the reader says whether it is one at most. */
export const share = shaped(
  /^(0{1,30}(\.\d{1,30})?|0{0,29}1(\.0{1,30})?|\d{1,30}\/[1-9]\d{0,29})$/,
  'a fraction of one: "0.25" is 25 %, "1/3" a third',
);
/** A factor on a rate, which may also raise it. */
export const factor = shaped(
  /^(\d{1,30}(\.\d{1,30})?|\d{1,30}\/[1-9]\d{0,29})$/,
  'a plain decimal, or a quotient where no decimal ends: "2/3"',
);
export const date = shaped(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a day, YYYY-MM-DD');
export const territory = shaped(/^[A-Za-z]{2}$/, 'ISO 3166-1, two letters');
export const use: JsonSchema = word(...USE_TYPES.filter((name) => !NAMELESS.includes(name)));
export const model: JsonSchema = word(...COMMERCIAL_MODELS.filter((name) => !NAMELESS.includes(name)));

/** Half-open days, for objects that have more members than these. */
export const days = { from: date, until: date } as const;
