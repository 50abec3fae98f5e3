import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PublishedKey, verifyBundle, verifyPdf } from '../src/evidence';
import type { ApiClient } from '../src/sample/api-client';
import type { Teller } from './teller';

const languages = ['en', 'ru'] as const;

/** Downloads the sealed contract in both languages and the evidence, and checks them as anybody can: with the published keys alone. */
export async function provesItself({ label, say, out }: Teller, agreementId: string): Promise<void> {
  const { keys } = await label.get<{ keys: PublishedKey[] }>('/.well-known/jwks.json');
  const at = `/v1/agreements/${agreementId}`;
  const files = new Map<string, Buffer>();
  for (const language of languages) {
    const pdf = await whenMade(label, `${at}/document?language=${language}`);
    const { faults } = await verifyPdf(pdf, keys);
    if (faults.length > 0) throw new Error(`the contract does not hold: ${JSON.stringify(faults)}`);
    files.set(`contract.${language}.pdf`, pdf);
  }
  const bundle = await whenMade(label, `${at}/evidence`);
  files.set('evidence.zip', bundle);
  const { faults, signatures } = await verifyBundle(bundle, keys);
  if (faults.length > 0) throw new Error(`the evidence does not hold: ${JSON.stringify(faults)}`);
  say(
    '          The contract is set in English and Russian and sealed. The evidence holds under the published keys alone:',
  );
  for (const { party, name, signedAt } of signatures) say(`            ${name} (${party}) signed at ${signedAt}`);
  if (out === undefined) return;
  await mkdir(out, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(out, name), bytes);
  await writeFile(join(out, 'keys.json'), JSON.stringify({ keys }));
  say(`          They are in ${out}: ${[...files.keys()].join(', ')}, and the keys.`);
}

async function whenMade(client: ApiClient, path: string): Promise<Buffer> {
  for (;;) {
    const bytes = await client.download(path);
    if (bytes !== undefined) return bytes;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
