import { invalidParameter } from './refusal';

/** Form-encoded parameters as a tree: `metadata[a]=b`, `expand[0]=c`. Without a prototype, so no name can be special. */
export interface FormTree {
  [name: string]: string | FormTree;
}

const parametersMax = 300;
const depthMax = 6;
const amountMax = 999_999_999_999;

/** Reads `a[b][c]=d` pairs; `[]` counts upward. Refuses what is deeper or longer than any real request. */
export function readForm(pairs: URLSearchParams): FormTree {
  const root = tree();
  if (pairs.size > parametersMax) throw invalidParameter('parameter_invalid', 'Too many parameters', '');
  for (const [name, value] of pairs) {
    const path = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
    if (!path) throw invalidParameter('parameter_unknown', `Invalid parameter name: ${name}`, name);
    const rest = [...(path[2] ?? '').matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '');
    place(root, [path[1] ?? '', ...rest], value, name);
  }
  return root;
}

function place(root: FormTree, path: readonly string[], value: string, name: string): void {
  if (path.length > depthMax) throw invalidParameter('parameter_invalid', 'Parameters are nested too deeply', name);
  let branch = root;
  path.forEach((step, depth) => {
    const key = step === '' ? String(Object.keys(branch).length) : step;
    if (depth === path.length - 1) {
      branch[key] = value;
      return;
    }
    const next = branch[key] ?? tree();
    if (typeof next === 'string')
      throw invalidParameter('parameter_invalid', `${name} is both a value and a hash`, name);
    branch[key] = next;
    branch = next;
  });
}

function tree(): FormTree {
  return Object.create(null) as FormTree;
}

/** Reads typed parameters from the tree and refuses in Stripe's own codes. */
export class Parameters {
  constructor(private readonly form: FormTree) {}

  /** Stripe refuses names it does not know: a typing mistake must not pass here either. */
  allowOnly(names: readonly string[]): void {
    for (const name of Object.keys(this.form)) {
      if (!names.includes(name))
        throw invalidParameter('parameter_unknown', `Received unknown parameter: ${name}`, name);
    }
  }

  text(name: string): string | undefined {
    const value = this.form[name];
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw invalidParameter('parameter_invalid', `Invalid string: ${name}`, name);
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw missing(name);
    return value;
  }

  /** A positive whole number of minor units. Stripe writes amounts as JSON numbers; the limit keeps them exact. */
  amount(name: string): number | undefined {
    const value = this.whole(name);
    if (value !== undefined && (value < 1 || value > amountMax)) {
      throw invalidParameter('parameter_invalid_integer', `This value must be from 1 to ${amountMax}.`, name);
    }
    return value;
  }

  requiredAmount(name: string): number {
    const value = this.amount(name);
    if (value === undefined) throw missing(name);
    return value;
  }

  whole(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(value))
      throw invalidParameter('parameter_invalid_integer', `Invalid integer: ${value}`, name);
    return Number(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false')
      throw invalidParameter('parameter_invalid', `Invalid boolean: ${value}`, name);
    return value === 'true';
  }

  currency(name = 'currency'): string {
    const value = this.requiredText(name).toLowerCase();
    if (!/^[a-z]{3}$/.test(value)) throw invalidParameter('parameter_invalid', `Invalid currency: ${value}`, name);
    return value;
  }

  /** A flat map of texts, such as metadata. */
  texts(name: string): Record<string, string> {
    const value = this.form[name];
    if (value === undefined || value === '') return {};
    if (typeof value === 'string') throw invalidParameter('parameter_invalid', `Invalid hash: ${name}`, name);
    const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    if (entries.length > 50 || entries.some(([key, text]) => key.length > 40 || text.length > 500)) {
      throw invalidParameter(
        'parameter_invalid',
        `${name} holds at most 50 keys of 40 characters, values of 500`,
        name,
      );
    }
    return Object.fromEntries(entries);
  }

  values(name: string): string[] {
    return Object.values(this.texts(name));
  }

  branch(name: string): Parameters {
    const value = this.form[name];
    return new Parameters(value === undefined || typeof value === 'string' ? tree() : value);
  }

  has(name: string): boolean {
    return this.form[name] !== undefined;
  }
}

function missing(name: string): Error {
  return invalidParameter('parameter_missing', `Missing required param: ${name}.`, name);
}
