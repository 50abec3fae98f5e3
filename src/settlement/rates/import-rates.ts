import { randomUUID } from 'node:crypto';
import type { RateSource } from '../../kernel';
import { Injectable } from '@nestjs/common';
import { audit, type Doer } from '../../platform/audit/audit';
import { actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { publish } from '../../platform/outbox/outbox';
import type { StoredFile } from '../../platform/storage/storage';
import { askToInvoiceAllHeld } from '../invoices/held-invoices.repository';
import {
  insertImport,
  insertRates,
  type RatesImport,
  type RatesProblem,
  takeSource,
  unknownRates,
} from './exchange-rates.repository';
import { usesCorrectedBy } from './rate-uses.repository';
import type { PublishedRate } from './readers/rates-file';

/** Rates of one statement: a history is ten times as many. */
const batch = 20_000;

interface Imported {
  readonly source: RateSource;
  /** Where it was fetched; null: it was uploaded. */
  readonly address: string | null;
  readonly file: StoredFile;
  readonly rates: readonly PublishedRate[];
}

interface Failed {
  readonly source: RateSource;
  readonly address: string;
  readonly problem: RatesProblem;
}

/** Keeps what a file says: rates that are new, and beside those that it says otherwise the corrections. What is known already changes nothing. */
@Injectable()
export class ImportRates {
  constructor(private readonly clock: Clock) {}

  /** Refuses with idempotency-key-in-use while another file of the same source is read. */
  async execute(tx: Tx, by: Doer, { source, address, file, rates }: Imported): Promise<RatesImport> {
    if (!(await takeSource(tx, source))) {
      throw new DomainError('idempotency-key-in-use', 'another file of this source is being read: send it again');
    }
    const [id, at] = [randomUUID(), this.clock.now()];
    return tx.asSystem(async () => {
      const unknown = [];
      for (let first = 0; first < rates.length; first += batch) {
        unknown.push(...(await unknownRates(tx, source, rates.slice(first, first + batch))));
      }
      const corrected = unknown.filter(({ number }) => number > 0).length;
      const counts = { read: rates.length, added: unknown.length - corrected, corrected };
      const made = await insertImport(
        tx,
        id,
        {
          ...{ source, address, file_sha256: file.sha256, bytes: BigInt(file.bytes), problem: null },
          ...{ imported_by: nameOf(by), imported_at: at },
        },
        counts,
      );
      for (let first = 0; first < unknown.length; first += batch) {
        await insertRates(tx, unknown.slice(first, first + batch), { source, importId: id, at });
      }
      if (corrected > 0) await tellUsers(tx, made);
      if (unknown.length > 0) await askToInvoiceAllHeld(tx);
      // What is fetched several times a day says something new once.
      if (address === null || unknown.length > 0) await tell(tx, by, made);
      return made;
    });
  }

  /** Notes that a source could not be fetched or read, and tells the operator. */
  async failed(tx: Tx, by: Doer, { source, address, problem }: Failed): Promise<void> {
    const made = { source, address, file_sha256: null, bytes: null, problem };
    const at = this.clock.now();
    const counts = { read: 0, added: 0, corrected: 0 };
    await tx.asSystem(async () => {
      const row = await insertImport(tx, randomUUID(), { ...made, imported_by: nameOf(by), imported_at: at }, counts);
      await tell(tx, by, row);
    });
  }
}

const nameOf = (by: Doer): string => ('system' in by ? `system:${by.system}` : actorName(by));

async function tell(tx: Tx, by: Doer, made: RatesImport): Promise<void> {
  const { id, source, problem, rates_added: added, rates_corrected: corrected, imported_at: at } = made;
  const action = problem === null ? 'exchange-rates.imported' : 'exchange-rates.not-imported';
  const details =
    problem === null ? { source, file: made.file_sha256, added, corrected } : { source, code: problem.code };
  await audit(tx, by, { action, subjectId: id, details, at });
  await publish(tx, { to: [by.organizationId], topic: action, subjectId: id, payload: details, at });
}

/** Those whose bookings rest on what was corrected hear of it; what was booked stays. */
async function tellUsers(tx: Tx, { id, source, imported_at: at }: RatesImport): Promise<void> {
  for (const { agreement_id: subjectId, label_id, platform_id, uses } of await usesCorrectedBy(tx, id)) {
    const payload = { source, import: id, uses };
    await publish(tx, { to: [label_id, platform_id], topic: 'rate-use.corrected', subjectId, payload, at });
  }
}
