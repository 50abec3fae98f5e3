import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Readable } from 'node:stream';
import { type ContractDocument, contractPdf, type ContractSignature, sealPdf } from '../documents';
import { type LanguageCode, PROSE_LANGUAGES } from '../kernel';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { type JobPayload, Jobs } from '../platform/jobs/jobs';
import { Keyring } from '../platform/keyring/keyring';
import { Storage } from '../platform/storage/storage';
import { BACK_FEE } from './import-agreement';
import { documentsOf, insertDocument } from './documents.repository';
import { listSignatures } from './signatures.repository';
import { clausesIn, getVersion, originOf, type VersionText } from './versions.repository';

export const documentsJob = 'make-documents';
const bytesMax = 512 * 1024 * 1024;

/** Sets, seals and keeps the documents of a version that was signed, each once. */
@Injectable()
export class MakeDocuments implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly keyring: Keyring,
    private readonly storage: Storage,
  ) {}

  onModuleInit(): void {
    this.jobs.register(documentsJob, (payload) => this.execute(payload));
  }

  async execute({ agreementId = '', version: number = '' }: JobPayload): Promise<void> {
    for (const language of PROSE_LANGUAGES) await this.make(agreementId, Number(number), language);
  }

  private async make(agreementId: string, number: number, language: LanguageCode): Promise<void> {
    const read = await this.database.asSystem(async (tx) => {
      const made = (await documentsOf(tx, agreementId)).some(
        (one) => one.version === number && one.language === language,
      );
      return made
        ? undefined
        : {
            version: await getVersion(tx, agreementId, number),
            signatures: await signaturesOf(tx, agreementId, number),
          };
    });
    if (read === undefined) return;
    const at = this.clock.now();
    const pdf = await draftPdf(read.version, { language, signatures: read.signatures, at });
    const sealed = await sealPdf(pdf, await this.keyring.documentSeal(), at);
    const { sha256, bytes } = await this.storage.store(Readable.from([sealed]), bytesMax);
    await this.database.asSystem((tx) =>
      insertDocument(tx, { agreementId, version: number, language, sha256, bytes, at }),
    );
  }
}

interface Setting {
  readonly language: LanguageCode;
  readonly signatures: readonly ContractSignature[];
  readonly at: Date;
}

/** The words that are signed as a PDF; not sealed, and marked as not signed where there are no signatures. */
export function draftPdf(version: VersionText, { language, signatures, at }: Setting): Promise<Buffer> {
  const { terms, agreementId, number, effectiveFrom, termsHash, signedHash } = version;
  const elsewhere = elsewhereIn(version);
  return contractPdf({
    language,
    agreementId,
    version: number,
    effectiveFrom,
    termsHash,
    manifestHash: signedHash,
    parties: terms.parties,
    clauses: clausesIn(version, language),
    isrcs: terms.repertoire.isrcs,
    signatures,
    ...(elsewhere && { elsewhere }),
    madeAt: at,
  });
}

/** Of a contract from elsewhere: when and what was signed there, and what of these terms had been paid. */
function elsewhereIn(version: VersionText): ContractDocument['elsewhere'] {
  const origin = originOf(version);
  if (origin?.kind !== 'elsewhere') return undefined;
  const { concludedOn, document, paid } = origin;
  const { advances, settlement, currency } = version.terms;
  const backFee = settlement && paid.includes(BACK_FEE) ? settlement.backFee.amount : undefined;
  return {
    concludedOn,
    document,
    advancesPaid: advances
      .filter(({ id }) => paid.includes(id))
      .map(({ id, amount }) => ({ id, amount: `${amount} ${currency}` })),
    ...(backFee !== undefined && { backFeePaid: `${backFee} ${currency}` }),
  };
}

/** Ids only: a document is for ever, names may have to be forgotten. */
export async function signaturesOf(tx: Tx, agreementId: string, version: number): Promise<ContractSignature[]> {
  const { label_id: labelId } = await tx.one<{ label_id: string }>('SELECT label_id FROM agreements WHERE id = $1', [
    agreementId,
  ]);
  const intents = await tx.rows<{ organization_id: string; intent: string }>(
    'SELECT organization_id, intent FROM signatures WHERE agreement_id = $1 AND version = $2',
    [agreementId, version],
  );
  return (await listSignatures(tx, agreementId, version)).map(
    ({ organizationId, memberId, signingKeyId, signedAt }) => ({
      party: organizationId === labelId ? 'label' : 'platform',
      signer: signingKeyId === null ? `member ${memberId}` : `key ${signingKeyId}`,
      intent: intents.find((one) => one.organization_id === organizationId)?.intent ?? '',
      signedAt: signedAt.toISOString(),
    }),
  );
}
