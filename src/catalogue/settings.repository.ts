import type { Tx } from '../platform/database/tx';
import type { CheckDigits } from './catalogue-row';

export interface CatalogueSettings {
  readonly check_digits: CheckDigits;
  readonly set_by: string;
  readonly set_at: Date;
}

export const findSettings = (tx: Tx, ownerId: string): Promise<CatalogueSettings | undefined> =>
  tx.first<CatalogueSettings>('SELECT * FROM catalogue_settings WHERE owner_id = $1', [ownerId]);

/** What the label says of wrong check digits; undefined where it has said nothing: rows are then rejected for them, messages are not. */
export const checkDigitsOf = async (tx: Tx, ownerId: string): Promise<CheckDigits | undefined> =>
  (await findSettings(tx, ownerId))?.check_digits;

export const saveSettings = (tx: Tx, ownerId: string, settings: CatalogueSettings): Promise<CatalogueSettings> =>
  tx.one<CatalogueSettings>(
    `INSERT INTO catalogue_settings (owner_id, check_digits, set_by, set_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (owner_id) DO UPDATE SET check_digits = excluded.check_digits, set_by = excluded.set_by, set_at = excluded.set_at RETURNING *`,
    [ownerId, settings.check_digits, settings.set_by, settings.set_at],
  );
