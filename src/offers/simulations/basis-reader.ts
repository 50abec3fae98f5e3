import { at, type Fault, Faults, isMonth } from '../../kernel';

type Fields = Readonly<Record<string, unknown>>;

const decimal = /^(0|[1-9]\d{0,20})(\.\d{1,12})?$/;
const count = /^(0|[1-9]\d{0,17})$/;
const growth = /^-?(0|[1-9]\d?)(\.\d{1,6})?$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const currency = /^[A-Z]{3}$/;
const figureId = /^[a-z][A-Za-z0-9-]{0,63}$/;
const figureValue = /^(true|false|(0|[1-9]\d{0,20})(\.\d{1,12})?|\d{1,18}\/[1-9]\d{0,17})$/;

/** Takes a basis apart and finds everything that is wrong with it at once. What it gives back for a faulty value means nothing. */
export class BasisReader {
  private readonly found = new Faults();

  get faults(): readonly Fault[] {
    return this.found.list;
  }

  refuse(pointer: string, message: string, code = 'basis-value'): void {
    this.found.add(pointer, code, message);
  }

  /** The object's fields; any that is not known is a fault. */
  fields(value: unknown, pointer: string, known: readonly string[]): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.refuse(pointer, 'must be an object');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (!known.includes(name)) this.refuse(at(pointer, name), 'is a field that nobody reads', 'field-unknown');
    }
    return value as Fields;
  }

  list(value: unknown, pointer: string, { min, max }: { min: number; max: number }): readonly unknown[] {
    if (value === undefined && min === 0) return [];
    if (Array.isArray(value) && value.length >= min && value.length <= max) return value as unknown[];
    this.refuse(pointer, `must be a list of ${min} to ${max}`);
    return [];
  }

  integer(value: unknown, pointer: string, { min, max }: { min: number; max: number }): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.refuse(pointer, `must be an integer from ${min} to ${max}`);
    return min;
  }

  month(value: unknown, pointer: string): string {
    if (typeof value === 'string' && /^(19|2\d)/.test(value) && isMonth(value)) return value;
    this.refuse(pointer, 'must be a month: YYYY-MM');
    return '2000-01';
  }

  count = this.shaped(count, 'a whole number that is not negative, as text', '0');
  decimal = this.shaped(decimal, 'a decimal as text that is not negative, for example "41000.00"', '0');
  growth = this.shaped(growth, 'a share as a decimal, for example "0.02" or "-0.01"', '0');
  id = this.shaped(uuid, 'an id', '');
  currency = this.shaped(currency, 'an ISO 4217 code', '');
  private figure = this.shaped(figureValue, 'a decimal, a fraction, "true" or "false", as text', '0');

  /** Figures that terms define, by their ids. */
  figures(value: unknown, pointer: string, max: number): Record<string, string> {
    if (value === undefined) return {};
    const fields = this.fields(value, pointer, typeof value === 'object' && value !== null ? Object.keys(value) : []);
    const entries = Object.entries(fields);
    if (entries.length > max) this.refuse(pointer, `must be at most ${max} figures`);
    return Object.fromEntries(
      entries.slice(0, max).map(([id, text]) => {
        if (!figureId.test(id)) this.refuse(at(pointer, id), 'is no id of a figure');
        return [id, this.figure(text, at(pointer, id))] as const;
      }),
    );
  }

  /** One of some words, absent where it is not given. */
  word(value: unknown, pointer: string, known: (text: string) => boolean): string {
    if (typeof value === 'string' && known(value)) return value;
    this.refuse(pointer, 'is not a value that is known');
    return '';
  }

  /** The field as `read` has it, or nothing where it is absent. */
  optional<Value>(fields: Fields, name: string, pointer: string, read: (value: unknown, at: string) => Value) {
    const value = fields[name];
    return value === undefined ? {} : { [name]: read(value, at(pointer, name)) };
  }

  private shaped(pattern: RegExp, what: string, otherwise: string): (value: unknown, pointer: string) => string {
    return (value, pointer) => {
      if (typeof value === 'string' && pattern.test(value)) return value;
      this.refuse(pointer, `must be ${what}`);
      return otherwise;
    };
  }
}
