import { canonicalText, type Fault, isUseType, readTerms, type Terms } from '../kernel';

/** What stands in a template for every service that the platform brings. */
export const anyService = 'any';

/** What a template leaves open. */
export interface TemplateParts {
  readonly parties: Terms['parties'];
  readonly services: Terms['services'];
  readonly isrcs: readonly string[];
}

export type TemplateReading =
  { readonly template: string; readonly terms: Terms } | { readonly faults: readonly Fault[] };

type Json = Readonly<Record<string, unknown>>;

/** The members of terms that the negotiation fills in. */
const filledIn = ['parties', 'services', 'repertoire'] as const;

/** The reader wants ids and a template has none; these are nobody’s. */
const samplePlatform = '00000000-0000-4000-8000-000000000001';
const sampleService = '00000000-0000-4000-8000-000000000002';

/**
 * Reads a terms template of a label: terms without parties, services and repertoire, in which services are named `any`. The
 * sources of record may be left out: then every granted use is counted by reports. Gives the template in canonical form and
 * the terms that a platform with one service would get, or every fault with its pointer into the template. Never throws.
 */
export function readTemplate(json: object, labelId: string, isrcs: readonly string[]): TemplateReading {
  const label = { id: labelId, name: 'Label' };
  const platform = { id: samplePlatform, name: 'Platform' };
  const completed = completeTemplate(json, {
    parties: { label, platform },
    services: [{ id: sampleService, name: 'Service' }],
    isrcs,
  });
  const reading = readTerms(completed);
  const own = filledIn
    .filter((name) => name in json)
    .map((name) => ({
      pointer: `/${name}`,
      code: 'terms-unknown-field',
      message: 'is not part of a template: the negotiation fills it in',
    }));
  const found = 'faults' in reading ? reading.faults.filter((fault) => !isOurs(fault, json)) : [];
  if ('faults' in reading) return { faults: [...own, ...found] };
  if (own.length > 0) return { faults: own };
  return { template: canonicalTemplate(reading.terms), terms: reading.terms };
}

/** The template as terms between two parties, ready for `readTerms`. With one service every pointer stays what it was. */
export function completeTemplate(json: object, { parties, services, isrcs }: TemplateParts): object {
  const ids = services.map(({ id }) => id);
  const filled = fill(withSources(json as Json), ids) as object;
  return { ...filled, parties, services, repertoire: { kind: 'list', isrcs } };
}

/** Reports are what counts, unless the template says otherwise. */
function withSources(json: Json): Json {
  const { usage } = json;
  if (!isObject(usage) || 'sourceOfRecord' in usage) return json;
  const sourceOfRecord = grantedUses(json.grants).map((use) => ({ service: anyService, use, source: 'report' }));
  return { ...json, usage: { ...usage, sourceOfRecord } };
}

function grantedUses(grants: unknown): string[] {
  const lists = Array.isArray(grants) ? grants.map((grant) => (isObject(grant) ? grant.uses : undefined)) : [];
  const uses = lists.flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return [...new Set(uses.filter((use): use is string => typeof use === 'string' && isUseType(use)))];
}

/** Every `any` in a list of services, and every entry of a list that is about the service `any`, once per service. */
function fill(value: unknown, ids: readonly string[], name = ''): unknown {
  if (Array.isArray(value)) return value.flatMap((entry) => fillEntry(entry, ids, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, fill(inner, ids, member)]));
}

function fillEntry(entry: unknown, ids: readonly string[], list: string): unknown[] {
  if (entry === anyService && list === 'services') return [...ids];
  if (isObject(entry) && entry.service === anyService) return ids.map((id) => fill({ ...entry, service: id }, ids));
  return [fill(entry, ids)];
}

/** Faults of what was filled in are none of the sender's: what caused them has a fault of its own. */
function isOurs({ pointer }: Fault, json: object): boolean {
  if (filledIn.some((name) => pointer === `/${name}` || pointer.startsWith(`/${name}/`))) return true;
  const { usage } = json as Json;
  return isObject(usage) && !('sourceOfRecord' in usage) && pointer.startsWith('/usage/sourceOfRecord');
}

function canonicalTemplate(terms: Terms): string {
  const rest = Object.entries(terms).filter(([name]) => !(filledIn as readonly string[]).includes(name));
  return canonicalText(Object.fromEntries(rest)).replaceAll(sampleService, anyService);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
