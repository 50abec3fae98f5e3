import { buffer } from 'node:stream/consumers';
import { PROSE_LANGUAGES } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { Keyring } from '../platform/keyring/keyring';
import type { Storage } from '../platform/storage/storage';
import { type Agreement, getAgreement } from './agreements.repository';
import { evidenceOf } from './evidence';
import { statementsUnder } from './signatures.repository';
import { getVersion, listVersions } from './versions.repository';

interface Sources {
  readonly keyring: Keyring;
  readonly storage: Storage;
}

interface ExportedAgreement {
  readonly agreement: Agreement;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * What a party has of an agreement, by name: its evidence, where it can be made, and beside it the terms, words and signatures of every version that is
 * not in there. What is signed meanwhile is there twice rather than not at all.
 */
export async function filesOfAgreement(tx: Tx, sources: Sources, id: string, at: Date): Promise<ExportedAgreement> {
  const agreement = await getAgreement(tx, id);
  const versions = await listVersions(tx, id);
  const evidence = agreement.concludedAt === null ? undefined : await evidenceIfReady(tx, sources, id, at);
  const files = new Map<string, Uint8Array>();
  for (const { number, state } of versions) {
    if (evidence === undefined || state !== 'concluded') {
      for (const [name, text] of await textsOf(tx, id, number))
        files.set(`v${number}-${state}/${name}`, Buffer.from(text));
    }
  }
  const { documentSha256 } = agreement;
  if (evidence !== undefined) files.set('evidence.zip', evidence);
  else if (documentSha256 !== null) files.set('original.pdf', await buffer(sources.storage.read(documentSha256)));
  return { agreement, files };
}

/** Undefined where a document is still being made, or a version is older than manifests. */
async function evidenceIfReady(tx: Tx, sources: Sources, id: string, at: Date): Promise<Buffer | undefined> {
  try {
    return await evidenceOf(tx, sources, id, at);
  } catch (error) {
    if (error instanceof DomainError && ['document-not-ready', 'not-found'].includes(error.code)) return undefined;
    throw error;
  }
}

async function textsOf(tx: Tx, id: string, number: number): Promise<[string, string][]> {
  const { termsText, manifest, prose } = await getVersion(tx, id, number);
  const signatures = await statementsUnder(tx, id, number);
  return [
    ['terms.json', termsText],
    ...(manifest === null ? [] : [['manifest.json', manifest] as [string, string]]),
    ...(prose === null ? [] : PROSE_LANGUAGES.map((one): [string, string] => [`prose.${one}.txt`, prose[one]])),
    ['signatures.json', JSON.stringify(signatures)],
  ];
}
