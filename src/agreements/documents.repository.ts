import type { LanguageCode } from '../kernel';
import type { Tx } from '../platform/database/tx';

/** A sealed document of a version: the file in storage that has this hash. */
export interface AgreementDocument {
  readonly version: number;
  readonly language: LanguageCode;
  readonly sha256: string;
}

export const documentsOf = (tx: Tx, agreementId: string): Promise<AgreementDocument[]> =>
  tx.rows<AgreementDocument>(
    'SELECT version, language, sha256 FROM agreement_documents WHERE agreement_id = $1 ORDER BY version, language',
    [agreementId],
  );

export interface NewDocument extends AgreementDocument {
  readonly agreementId: string;
  readonly bytes: number;
  readonly at: Date;
}

/** The first one made stands; another made at the same time is forgotten. */
export async function insertDocument(
  tx: Tx,
  { agreementId, version, language, sha256, bytes, at }: NewDocument,
): Promise<void> {
  await tx.run(
    `INSERT INTO agreement_documents (agreement_id, version, language, label_id, platform_id, sha256, bytes, made_at)
     SELECT agreement_id, number, $3, label_id, platform_id, $4, $5, $6 FROM agreement_versions WHERE agreement_id = $1 AND number = $2
     ON CONFLICT DO NOTHING`,
    [agreementId, version, language, sha256, bytes, at],
  );
}
