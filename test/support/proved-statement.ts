import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rateFiles, type RateResult } from '../../src/commands/rate-files';
import { readBundle } from '../../src/commands/read-bundle';
import { recompute } from '../../src/commands/recompute-statement';
import { Findings } from '../../src/evidence';
import type { ApiClient } from '../../src/sample/api-client';
import type { Market } from './market';
import type { Statement } from './reported-usage';

/** What a statement's inputs make again, without a server. */
export async function remade(by: ApiClient, statementId: string): Promise<RateResult> {
  const inputs = await by.get<Record<'terms' | 'usage' | 'context' | 'carried', object>>(
    `/v1/statements/${statementId}/inputs`,
  );
  const file = (of: keyof typeof inputs) => ({ name: of, text: JSON.stringify(inputs[of]) });
  return rateFiles({ terms: file('terms'), usage: file('usage'), context: file('context'), carried: file('carried') });
}

/** Sees that whoever has a statement's inputs, or its bundle, makes the same clause lines. Gives them. */
export async function seeProved({ label, platform }: Market, { id, sha256: stated }: Statement): Promise<string> {
  const { lines, sha256 } = await remade(platform.as, id);
  expect(sha256).toBe(stated);
  const folder = await mkdtemp(join(tmpdir(), 'accordo-proved-'));
  try {
    const bundle = join(folder, 'statement.ndjson');
    await writeFile(bundle, (await label.as.download(`/v1/statements/${id}/bundle`))!);
    const findings = new Findings();
    const made = recompute(await readBundle(bundle), findings);
    expect(findings.faults).toEqual([]);
    expect(made?.lines).toBe(lines);
  } finally {
    await rm(folder, { recursive: true });
  }
  return lines;
}
