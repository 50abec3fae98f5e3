import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PublishedKey, verifyPdf, verifyStatement } from '../src/evidence';
import type { ApiClient } from '../src/sample/api-client';
import { chapter, type Teller } from './teller';

const languages = ['en', 'ru'] as const;

interface Stated {
  readonly id: string;
  readonly month: string;
}

/**
 * Downloads the statements: the label's and the platform's mirror as PDF in both languages, the last one in every other format too, and
 * bundles to work them out again (`accordo verify statement`). Seals are checked as anybody can.
 */
export async function statesItself(teller: Teller): Promise<void> {
  const { label, platform, say, out } = teller;
  const statements = (await label.all<Stated>('/v1/statements')).sort((a, b) => (a.month < b.month ? -1 : 1));
  const files = new Map<string, Buffer>();
  const keep = async (name: string, client: ApiClient, { id, month }: Stated, query: string): Promise<void> => {
    const bytes = await client.download(`/v1/statements/${id}/document?${query}`);
    files.set(`statement-${month}${name}`, bytes!);
  };
  for (const statement of statements) {
    for (const language of languages) {
      await keep(`.${language}.pdf`, label, statement, `language=${language}`);
      await keep(`.platform.${language}.pdf`, platform, statement, `language=${language}`);
    }
    const bundle = await label.download(`/v1/statements/${statement.id}/bundle`);
    files.set(`statement-${statement.month}.bundle.ndjson`, bundle!);
  }
  const last = statements.at(-1)!;
  for (const format of ['json', 'csv', 'tsv']) await keep(`.${format}`, label, last, `format=${format}`);
  for (const language of languages) await keep(`.${language}.xlsx`, label, last, `format=xlsx&language=${language}`);
  chapter(say, 'The statements on paper');
  await holds(teller, files);
  say(
    `     ${files.size} files, for the label and for the platform; those with seals hold under the published keys alone.`,
  );
  if (out === undefined) return;
  await mkdir(out, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(out, name), bytes);
  say(`     They are in ${out}.`);
}

async function holds({ label }: Teller, files: ReadonlyMap<string, Buffer>): Promise<void> {
  const { keys } = await label.get<{ keys: PublishedKey[] }>('/.well-known/jwks.json');
  const csv = [...files].find(([name]) => name.endsWith('.csv'))?.[1];
  for (const [name, bytes] of files) {
    const faults = name.endsWith('.pdf')
      ? (await verifyPdf(bytes, keys)).faults
      : name.endsWith('.json')
        ? verifyStatement(bytes, keys, csv).faults
        : [];
    if (faults.length > 0) throw new Error(`${name} does not hold: ${JSON.stringify(faults)}`);
  }
}
