import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { readCatalogueFile } from './catalogue-file';
import { rowCharactersMax } from './csv-rows';
import type { RowFault } from './catalogue-row';
import { readJsonLinesFile } from './json-lines-file';
import { type CatalogueMapping, type MappingForm, mappingFaults } from './mapping';
import { type Beginning, delimiterOf, proposeMapping } from './propose-mapping';

const beginningBytes = 1024 * 1024;
const rowsTried = 1000;
const faultsShown = 100;
const keysMax = 200;

export interface MappingTrial {
  readonly accepted: number;
  readonly rejected: number;
  /** The first hundred. */
  readonly faults: readonly RowFault[];
}

export interface MappingProposal {
  readonly mapping: CatalogueMapping;
  readonly missing: readonly Fault[];
  /** How the first rows read under it; null while something is missing. */
  readonly dryRun: MappingTrial | null;
}

/** Proposes a mapping by the first mebibyte of a file, and reads its first thousand rows under it. Refuses with import-unreadable. */
export async function proposeFor(file: AsyncIterable<Uint8Array>, form: MappingForm): Promise<MappingProposal> {
  const text = await beginningOf(file);
  const mapping = proposeMapping(form === 'csv' ? ofCells(text) : ofObjects(text));
  const missing = mappingFaults(mapping);
  return { mapping, missing, dryRun: missing.length > 0 ? null : await trial(text, mapping) };
}

/** Whole lines, as far as so many bytes hold them. */
async function beginningOf(file: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < beginningBytes) continue;
    const text = Buffer.concat(chunks).toString('utf8', 0, beginningBytes);
    return text.slice(0, text.lastIndexOf('\n') + 1);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function ofCells(text: string): Beginning {
  const delimiter = delimiterOf(text.slice(0, Math.max(0, text.indexOf('\n'))) || text);
  try {
    const options = { bom: true, relax_column_count: true, max_record_size: rowCharactersMax, to: 20 };
    const [header, ...rows] = parse(text, { ...options, delimiter });
    if (header === undefined) throw new DomainError('import-unreadable', 'the file is empty');
    return { form: 'csv', delimiter, header: header.map((name) => name.trim()), rows };
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('import-unreadable', 'the first lines are no CSV');
  }
}

function ofObjects(text: string): Beginning {
  const objects = text.split('\n', 20).flatMap((line) => {
    try {
      const members = new Map<string, string>();
      flatten(JSON.parse(line.replace(/^\ufeff/, '')), '', members);
      return members.size === 0 ? [] : [members];
    } catch {
      // The trial tells what is wrong with it.
      return [];
    }
  });
  const header = [...new Set(objects.flatMap((members) => [...members.keys()]))].slice(0, keysMax);
  if (header.length === 0) throw new DomainError('import-unreadable', 'the first lines are no JSON objects');
  const rows = objects.map((members) => header.map((name) => members.get(name) ?? ''));
  return { form: 'json-lines', delimiter: ',', header, rows };
}

/** Keys of an object by their names, those of objects within it as JSON pointers. */
function flatten(value: unknown, pointer: string, members: Map<string, string>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const key = pointer.slice(1);
    if (pointer !== '') members.set(/[/~]/.test(key) ? pointer : key, String(value));
    return;
  }
  if (pointer.split('/').length > 4) return;
  for (const [key, inner] of Object.entries(value))
    flatten(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, members);
}

async function trial(text: string, mapping: CatalogueMapping): Promise<MappingTrial> {
  const source = Readable.from([Buffer.from(text)]);
  const rows = mapping.form === 'csv' ? readCatalogueFile(source, { mapping }) : readJsonLinesFile(source, { mapping });
  let [accepted, rejected] = [0, 0];
  const faults: RowFault[] = [];
  for await (const row of rows) {
    if ('faults' in row) rejected += 1;
    else accepted += 1;
    faults.push(...('faults' in row ? row.faults : (row.warnings ?? [])));
    if (accepted + rejected >= rowsTried) break;
  }
  return { accepted, rejected, faults: faults.slice(0, faultsShown) };
}
