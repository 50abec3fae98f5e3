import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

/**
 * One line per field of a body: what it accepts, its limits and its documentation together, so that they cannot differ.
 * Every text and list has an upper bound.
 */
interface Common {
  readonly optional?: boolean;
  readonly description?: string;
  readonly example?: unknown;
}

const documented = (schema: object, { optional = false, description, example }: Common): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      ...schema,
      required: !optional,
      ...(description === undefined ? {} : { description }),
      ...(example === undefined ? {} : { example }),
    } as never),
    // Absent is optional, null is not: IsOptional() would let null through every other rule.
    ...(optional ? [ValidateIf((_, value) => value !== undefined)] : []),
  );

export const TextField = ({
  min = 1,
  max = 200,
  ...common
}: Common & { min?: number; max?: number } = {}): PropertyDecorator =>
  applyDecorators(
    documented({ type: 'string', minLength: min, maxLength: max }, common),
    IsString(),
    MinLength(min),
    MaxLength(max),
    // NUL cannot be stored, and control characters have no business in names.
    // Half of a surrogate pair is no text: it has no bytes in UTF-8.
    Matches(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\p{Surrogate}]*$/u, {
      message: '$property must not hold control characters, or halves of characters',
    }),
  );

export const IdField = (common: Common = {}): PropertyDecorator =>
  applyDecorators(documented({ type: 'string', format: 'uuid' }, common), IsUUID());

export const IdsField = ({ max = 1000, ...common }: Common & { max?: number } = {}): PropertyDecorator =>
  applyDecorators(
    documented(
      { type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: max, uniqueItems: true },
      common,
    ),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(max),
    ArrayUnique(),
    IsUUID(undefined, { each: true }),
  );

export const EmailField = (common: Common = {}): PropertyDecorator =>
  applyDecorators(documented({ type: 'string', format: 'email', maxLength: 254 }, common), IsEmail(), MaxLength(254));

export const ChoiceField = (values: readonly string[], common: Common = {}): PropertyDecorator =>
  applyDecorators(documented({ type: 'string', enum: [...values] }, common), IsIn(values));

export const ChoicesField = (values: readonly string[], common: Common = {}): PropertyDecorator =>
  applyDecorators(
    documented(
      {
        type: 'array',
        items: { type: 'string', enum: [...values] },
        minItems: 1,
        maxItems: values.length,
        uniqueItems: true,
      },
      common,
    ),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(values.length),
    ArrayUnique(),
    IsIn(values, { each: true }),
  );

export const TextsField = ({
  min = 1,
  max = 1000,
  pattern,
  ...common
}: Common & { min?: number; max?: number; pattern?: RegExp } = {}): PropertyDecorator =>
  applyDecorators(
    documented({ type: 'array', items: { type: 'string', maxLength: 200 }, minItems: min, maxItems: max }, common),
    IsArray(),
    ArrayMinSize(min),
    ArrayMaxSize(max),
    IsString({ each: true }),
    MaxLength(200, { each: true }),
    ...(pattern === undefined ? [] : [Matches(pattern, { each: true })]),
  );

export const IntegerField = ({ min, max, ...common }: Common & { min: number; max: number }): PropertyDecorator =>
  applyDecorators(documented({ type: 'integer', minimum: min, maximum: max }, common), IsInt(), Min(min), Max(max));

/** As IntegerField, for query parameters, which arrive as text. */
export const IntegerParameter = (limits: Common & { min: number; max: number }): PropertyDecorator =>
  applyDecorators(
    Type(() => Number),
    IntegerField(limits),
  );

/** A list of different integers. */
export const IntegersField = ({
  min,
  max,
  maxItems,
  ...common
}: Common & { min: number; max: number; maxItems: number }): PropertyDecorator =>
  applyDecorators(
    documented(
      {
        type: 'array',
        items: { type: 'integer', minimum: min, maximum: max },
        minItems: 1,
        maxItems,
        uniqueItems: true,
      },
      common,
    ),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(maxItems),
    ArrayUnique(),
    IsInt({ each: true }),
    Min(min, { each: true }),
    Max(max, { each: true }),
  );

export const BooleanField = (common: Common = {}): PropertyDecorator =>
  applyDecorators(documented({ type: 'boolean' }, common), IsBoolean());

const patternField =
  (pattern: RegExp, format: string) =>
  (common: Common = {}): PropertyDecorator =>
    applyDecorators(
      documented({ type: 'string', pattern: pattern.source }, { ...common, description: common.description ?? format }),
      IsString(),
      Matches(pattern, { message: `$property must be ${format}` }),
    );

/** A calendar day of the years 1900 to 2999; whether it exists is the kernel's question. */
export const DayField = patternField(/^(19|2\d)\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a day: YYYY-MM-DD');
export const MonthField = patternField(/^(19|2\d)\d{2}-(0[1-9]|1[0-2])$/, 'a month: YYYY-MM');
/** An exact decimal as text: amounts, rates, shares. Never a JSON number. */
export const DecimalField = patternField(/^(0|[1-9]\d{0,20})(\.\d{1,12})?$/, 'a decimal as text, for example "0.0025"');
export const HashField = patternField(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hexadecimal');
export const IsrcField = patternField(/^[A-Z]{2}[A-Z0-9]{3}\d{7}$/, 'an ISRC without hyphens');
export const CountryField = patternField(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code');
export const VatIdField = patternField(
  /^[A-Z]{2}[A-Z0-9+*]{2,13}$/,
  'a VAT identifier with the prefix of its country, without blanks: DE123456789',
);
export const CurrencyField = patternField(/^[A-Z]{3}$/, 'an ISO 4217 code');
export const InstantField = patternField(
  /^(19|2\d)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/,
  'an instant with zone (RFC 3339)',
);

export const WebPageField = patternField(/^https:\/\/[^\s"<>\\]{1,1990}$/, 'the https address of a page');

/** A file's name that any machine can save as it is: no folder, no control or invisible character, none that a file system reads as more. */
export const FileNameField = patternField(
  /^(?![. ])(?:(?![\p{C}\p{Zl}\p{Zp}/\\<>:"|?*]).){1,200}(?<![. ])$/u,
  'the name of a file, without folders, at most 200 characters',
);

/** Nest's OpenAPI tells a class from a function that gives one by the function's name, which must be "type". */
function lazily(given: () => new () => object): () => new () => object {
  const { type } = { type: () => given() };
  return type;
}

/** A nested object, checked as its own class. */
export const ObjectField = (type: () => new () => object, common: Common = {}): PropertyDecorator =>
  applyDecorators(documented({ type: lazily(type) }, common), IsObject(), ValidateNested(), Type(type));

/** A list of nested objects. */
export const ObjectsField = (
  type: () => new () => object,
  { max = 1000, ...common }: Common & { max?: number } = {},
): PropertyDecorator =>
  applyDecorators(
    documented({ type: lazily(type), isArray: true, minItems: 1, maxItems: max }, common),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(max),
    // class-validator lets [[]] through and trips over [null] unless each member is an object.
    IsObject({ each: true }),
    ValidateNested({ each: true }),
    Type(type),
  );

/** JSON that the kernel reads by itself (terms): any object here, checked in meaning there. */
export const JsonField = (common: Common = {}): PropertyDecorator =>
  applyDecorators(documented({ type: 'object', additionalProperties: true }, common), IsObject());
