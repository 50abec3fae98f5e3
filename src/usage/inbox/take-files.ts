import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { problemOf } from '../../platform/http/problem.filter';
import type { JobPayload } from '../../platform/jobs/jobs';
import {
  type FilePlace,
  type PlacedFile,
  PlacedFileChanged,
  PlacedFileForbidden,
  Places,
} from '../../platform/places/file-place';
import { Storage } from '../../platform/storage/storage';
import { introduced } from '../introduced';
import { getMapping } from '../mappings.repository';
import { ReceiveReport, reportBytesMax } from '../receive-report';
import { refuseUnclear } from '../replacing';
import { AnswerFiles } from './answer-files';
import { delivered, type DeliveredFile, noteBytesMax, readNote, refuseAtSight } from './delivered-file';
import { type Inbox, insertInboxFile, type NewInboxFile, takenBefore } from './inboxes.repository';

const system = 'usage-inbox';
/** So many files of a box are looked at; beyond it senders have to tidy up. */
const placedMax = 20_000;
/** So many are taken at once, that boxes have their turns; what is passed over is not counted. */
const takenMax = 100;

/**
 * Takes what lies in a box: each file in each of its versions becomes a report, or is refused, once. What was taken stands in the transaction that makes the report, so
 * that a killed worker loses nothing and doubles nothing; two that see the same file come to the same report by its message id.
 */
@Injectable()
export class TakeFiles {
  private readonly logger = new Logger('Inbox');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly storage: Storage,
    private readonly places: Places,
    private readonly receive: ReceiveReport,
    private readonly answers: AnswerFiles,
  ) {}

  async execute({ inboxId = '' }: JobPayload): Promise<void> {
    const { place } = this.places;
    const inbox = await this.database.asSystem(
      (tx) => tx.first<Inbox>('SELECT * FROM usage_inboxes WHERE id = $1', [inboxId]),
      'read',
    );
    if (place === undefined || inbox === undefined) return;
    const failures = inbox.closed_at === null ? await this.takeAll(place, inbox) : [];
    failures.push(...(await this.answers.execute(place, inbox)));
    // The queue tries again what failed on our side; others have had their turn.
    if (failures.length > 0) throw failures[0];
  }

  private async takeAll(place: FilePlace, inbox: Inbox): Promise<unknown[]> {
    const failures: unknown[] = [];
    let taken = 0;
    for (const found of await this.newFiles(place, inbox)) {
      if (taken === takenMax) break;
      try {
        await this.take(place, inbox, found);
      } catch (thrown) {
        const error = thrown instanceof PlacedFileForbidden ? forbidden(thrown) : thrown;
        // Being written still, or received at this moment by another worker: the next look will tell.
        if (error instanceof PlacedFileChanged || isBeingReceived(error)) continue;
        if (!(error instanceof DomainError) || error.status >= 500) failures.push(error);
        else await this.refuse(inbox, found, error);
      }
      taken += 1;
    }
    return failures;
  }

  private async newFiles(place: FilePlace, inbox: Inbox): Promise<DeliveredFile[]> {
    const placed = new Map<string, PlacedFile>();
    for await (const file of place.incoming(inbox.id)) {
      // Many programs write under such a name first.
      if (file.name.startsWith('.')) continue;
      placed.set(file.name, file);
      if (placed.size < placedMax) continue;
      this.logger.warn(`inbox ${inbox.id} has more than ${placedMax} files: the others are not looked at`);
      break;
    }
    const files = delivered(placed);
    const asked = files.map(({ file: { name }, version }) => ({ name, version }));
    const taken = await this.database.asSystem((tx) => takenBefore(tx, inbox.id, asked), 'read');
    return files.filter(({ file: { name }, version }) => !taken.has(`${name} ${version}`));
  }

  private async take(place: FilePlace, inbox: Inbox, found: DeliveredFile): Promise<void> {
    refuseAtSight(found, reportBytesMax);
    const { file, mark } = found;
    const note = await readNote(await textOf(place, inbox.id, mark), file.name, inbox.id);
    const { replaces, replacesTerritory, as, ...said } = note;
    refuseUnclear(note);
    const introduction = await this.introduction(inbox, said);
    const stored = await this.storage.store(place.read(inbox.id, file), reportBytesMax);
    const incoming = await introduced(this.storage, stored, introduction);
    await this.database.asMemberOf(inbox.organization_id, async (tx) => {
      await refuseUnverified(tx, inbox.organization_id);
      const doer = { system, organizationId: inbox.organization_id };
      const receipt = await this.receive.execute(tx, doer, {
        ...incoming,
        file: stored,
        replaces,
        replacesTerritory,
        as,
      });
      await insertInboxFile(tx, {
        ...this.asTaken(inbox, found),
        report_id: receipt.id,
        file_number: receipt.fileNumber,
        refusal: null,
      });
    });
  }

  /** What the box says of its tables, and the mark of this one. */
  private async introduction(
    { organization_id, mapping_id: mappingId, label_id, service_id }: Inbox,
    { month, messageId }: { readonly month?: string; readonly messageId?: string },
  ): Promise<Parameters<typeof introduced>[2]> {
    if (mappingId === null) return { mapping: undefined };
    if (month === undefined) {
      const message = 'a table needs its month: in its name, as 2026-01, or in its mark';
      throw new DomainError('request-invalid', undefined, [{ pointer: '/month', code: 'field-required', message }]);
    }
    const { mapping } = await this.database.asMemberOf(organization_id, (tx) => getMapping(tx, mappingId), 'read');
    const parties = { labelId: label_id ?? '', serviceId: service_id ?? '' };
    return { mapping, mappingId, month, ...parties, ...(messageId !== undefined && { messageId }) };
  }

  private async refuse(inbox: Inbox, found: DeliveredFile, error: DomainError): Promise<void> {
    const refusal = problemOf(error);
    await this.database.asSystem((tx) =>
      insertInboxFile(tx, { ...this.asTaken(inbox, found), report_id: null, file_number: null, refusal }),
    );
  }

  private asTaken(
    { id, organization_id }: Inbox,
    { file: { name }, version }: DeliveredFile,
  ): Omit<NewInboxFile, 'report_id' | 'file_number' | 'refusal'> {
    return { inbox_id: id, name, version, organization_id, taken_at: this.clock.now() };
  }
}

const isBeingReceived = (error: unknown): boolean =>
  error instanceof DomainError && error.code === 'idempotency-key-in-use';

const forbidden = ({ message }: PlacedFileForbidden): DomainError =>
  new DomainError('request-invalid', undefined, [{ pointer: '/file', code: 'file-forbidden', message }]);

async function textOf(place: FilePlace, box: string, file: PlacedFile): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of place.read(box, file)) pieces.push(piece);
  return Buffer.concat(pieces).subarray(0, noteBytesMax).toString('utf8');
}

async function refuseUnverified(tx: Tx, organizationId: string): Promise<void> {
  const { state } = await tx.one<{ state: string }>('SELECT state FROM organizations WHERE id = $1', [organizationId]);
  if (state !== 'verified') throw new DomainError('organization-not-verified');
}
