import { randomUUID } from 'node:crypto';
import type { ErnHeader, PurgedRelease } from '../../ddex';
import { often, type Tx } from '../../platform/database/tx';
import type { CheckDigits } from '../catalogue-row';
import type { ImportReport } from '../imports/import-report';
import {
  applyRelease,
  isOutdated,
  type KnownRelease,
  purgeRelease,
  releasesNamed,
  type Speaking,
  type ToldRelease,
} from './apply-release';
import { headerFaults, type MessageFault, messageError, senderOf, toldAtOf, weightOf } from './message-faults';
import type { KeptRelease, MessageReading, ReadMessage, SpokenOf, Told } from './message-reading';
import { MessageThings } from './message-things';
import { nameText, releaseName } from './searchable';
import type { Senders } from './senders';

export interface Taking {
  readonly ownerId: string;
  readonly importId: string;
  readonly at: Date;
  readonly senders: Senders;
  readonly checkDigits: CheckDigits | undefined;
  readonly report: ImportReport;
}

export interface TakenFile {
  /** Of an archive: its name there; else empty. */
  readonly file: string;
  readonly reading: MessageReading;
  /** Is given how many bytes are read, unpacked, and may refuse to go on. */
  readonly weigh?: (bytes: number) => void;
}

type Outcome = 'applied' | 'repeated' | 'outdated' | 'test' | 'refused';

/** What was done for a message is undone: it does not count. */
class NotApplied extends Error {
  constructor(readonly outcome: Exclude<Outcome, 'applied'>) {
    super(outcome);
  }
}

/**
 * Takes one release notification into the catalogue, in whole or not at all, and tells the report what became of it. It never throws because of what the
 * message contains.
 */
export async function takeMessage(tx: Tx, taking: Taking, message: TakenFile): Promise<void> {
  const taker = new MessageTaker(tx, taking, message);
  let outcome: Outcome = 'applied';
  try {
    await tx.savepoint(() => taker.take(message.reading));
  } catch (error) {
    if (!(error instanceof NotApplied)) throw error;
    ({ outcome } = error);
  }
  taking.report.add({ what: outcome, kind: 'message', name: taker.name, file: message.file });
  await taking.report.flush();
}

/** Main ones, or such as are purged. Messages have one; those of old versions may have a few. */
const releasesMax = 1000;

class MessageTaker {
  private readonly messageId = randomUUID();
  private readonly things: MessageThings;
  private header: ErnHeader | undefined;
  private errors = 0;
  /** Main releases: those that say so, or else the first. */
  private readonly mains: { readonly told: ToldRelease; readonly path: string }[] = [];
  private first: { readonly told: ToldRelease; readonly path: string } | undefined;
  private readonly purged: PurgedRelease[] = [];

  constructor(
    private readonly tx: Tx,
    private readonly taking: Taking,
    private readonly message: TakenFile,
  ) {
    this.things = new MessageThings(tx, { messageId: this.messageId, ownerId: taking.ownerId }, taking.at);
  }

  /** The sender's id of the message, where it could be read. */
  get name(): string {
    return this.header?.messageId ?? '';
  }

  async take(reading: MessageReading): Promise<void> {
    const { isRefused, sha256 } = await this.read(reading);
    const { header, taking } = this;
    if (header === undefined || isRefused || this.errors > 0) throw new NotApplied('refused');
    const sender = senderOf(header)!;
    const key = header.messageId ?? `sha256:${sha256}`;
    await this.refuseKnown(sender, key, sha256);
    const toldAt = toldAtOf(header)!;
    await this.keepMessage(header, { sender, key, sha256, toldAt });
    const { ownerId, importId, at } = taking;
    const prefix = header.isTest ? 'test ' : '';
    const speaking: Speaking = {
      ownerId,
      importId,
      messageId: this.messageId,
      sender,
      toldAt,
      at,
      file: this.message.file,
      prefix,
    };
    await (header.kind === 'PurgeReleaseMessage' ? this.purge(speaking) : this.apply(speaking));
    if (header.isTest) throw new NotApplied('test');
  }

  private async read(reading: MessageReading): Promise<ReadMessage> {
    try {
      const read = await reading(
        (told) => this.note(told),
        async (bytes) => {
          this.message.weigh?.(bytes);
          // Of what is refused already nothing more is kept.
          if (this.errors === 0) await this.things.flush();
          else this.things.forget();
          await this.taking.report.flush();
        },
      );
      if (this.errors === 0) await this.things.flush(true);
      return read;
    } finally {
      // Whatever happened: no statement may come after the savepoint, or the transaction, has ended.
      await this.things.settle();
    }
  }

  private note(told: Told): void {
    if ('resource' in told) this.things.addResource(told.resource);
    else if ('release' in told) this.noteRelease(told.release, told.spokenOf);
    else if ('deal' in told) this.things.addDeal(told.deal);
    else if ('header' in told) this.noteHeader(told.header);
    else if ('purged' in told) this.notePurged(told.purged);
    else this.fault({ ...told.problem, severity: weightOf(told.problem, this.taking.checkDigits) });
  }

  private noteHeader(header: ErnHeader): void {
    this.header = header;
    for (const fault of headerFaults(header, this.taking.senders, this.taking.at)) this.fault(fault);
  }

  private noteRelease(release: KeptRelease, spokenOf: SpokenOf | null): void {
    const number = this.things.addRelease(release);
    if (spokenOf === null || (!spokenOf.isMain && this.first !== undefined)) return;
    const { path, isMain, name, ...rest } = spokenOf;
    if (name === null) {
      if (isMain)
        this.fault(messageError('release-without-id', path, 'it has neither bar code, GRid nor another number'));
      return;
    }
    if (this.mains.length >= releasesMax) {
      this.tooMany(path, `a message has at most ${releasesMax} main releases`);
      return;
    }
    const told = { number, name, ...rest };
    this.first ??= { told, path };
    if (isMain) this.mains.push({ told, path });
  }

  private notePurged(purged: PurgedRelease): void {
    if (this.purged.length < releasesMax) this.purged.push(purged);
    else this.tooMany(purged.path, `a message purges at most ${releasesMax} releases`);
  }

  private tooMany(path: string, message: string): void {
    this.fault(messageError('too-many-releases', path, message));
  }

  private fault({ code, path, message, severity }: MessageFault): void {
    if (severity === 'error') this.errors += 1;
    this.taking.report.fault({ file: this.message.file, row: 0, column: '', path, code, value: '', message, severity });
  }

  /** A message that was applied before is not applied again; one that says something else under its id is another one, and wrong. */
  private async refuseKnown(sender: string, key: string, sha256: string): Promise<void> {
    const known = await this.tx.first<{ file_sha256: string }>(
      'SELECT file_sha256 FROM release_messages WHERE owner_id = $1 AND sender = $2 AND message_key = $3',
      [this.taking.ownerId, sender, key],
    );
    if (known === undefined) return;
    if (known.file_sha256 === sha256) throw new NotApplied('repeated');
    const path = `/${this.header!.kind}/MessageHeader[1]/MessageId[1]`;
    this.fault(messageError('message-id-reused', path, 'another message with this id was applied before'));
    throw new NotApplied('refused');
  }

  private async keepMessage(
    header: ErnHeader,
    { sender, key, sha256, toldAt }: { sender: string; key: string; sha256: string; toldAt: Date },
  ): Promise<void> {
    const { ownerId, importId, at } = this.taking;
    await this.tx.run(
      often(`INSERT INTO release_messages (id, owner_id, import_id, file, file_sha256, kind, version, sender, message_key, thread, told_at, header, received_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`),
      [
        ...[this.messageId, ownerId, importId, this.message.file, sha256, header.kind, header.version, sender, key],
        ...[header.threadId, toldAt, JSON.stringify(header), at],
      ],
    );
  }

  private async apply(speaking: Speaking): Promise<void> {
    const mains = this.mains.length > 0 ? this.mains : [this.first].flatMap((first) => first ?? []);
    if (mains.length === 0) {
      this.fault(
        messageError('release-missing', '/NewReleaseMessage', 'there is no release that could be known again'),
      );
      throw new NotApplied('refused');
    }
    const found: { readonly told: ToldRelease; readonly known: KnownRelease | undefined }[] = [];
    // All are looked at before any is changed: what is told of a refused message must not have happened.
    const taken = new Set<string>();
    for (const { told, path } of mains) {
      const { known, ids } = await this.known(told.name, path);
      const { gtin, grid, ownId } = told.name;
      const names = [gtin, grid, ownId, known?.id].filter((name) => name != null);
      if (names.some((name) => taken.has(name)))
        this.fault(messageError('release-repeated', path, 'another release of the message has the same id'));
      for (const one of names) taken.add(one);
      if (ids > 1)
        this.fault(messageError('release-ids-differ', path, 'its ids belong to several releases of the catalogue'));
      found.push({ told, known });
    }
    if (this.errors > 0) throw new NotApplied('refused');
    const current = found.filter(({ told, known }) => !this.tellOutdated(speaking, nameText(told.name), known));
    if (current.length === 0) throw new NotApplied('outdated');
    const numbers = mains.map(({ told }) => told.number);
    for (const { told, known } of current) {
      const resources = mains.length === 1 ? null : told.resources;
      const { resourceCount } = this.things;
      const applying = { told: { ...told, resources }, known, resourceCount, mains: numbers };
      await applyRelease(this.tx, speaking, applying, this.taking.report);
    }
  }

  private async known(
    name: ToldRelease['name'],
    path: string,
  ): Promise<{ known: KnownRelease | undefined; ids: number }> {
    const rows = await releasesNamed(this.tx, this.taking.ownerId, name);
    const [known] = rows;
    const sender = senderOf(this.header!);
    if (rows.length === 1 && known?.sender != null && known.sender !== sender) {
      const message = `it was first sent by ${known.sender}, who alone can purge it`;
      this.fault({ code: 'release-of-another-sender', path, message, severity: 'warning' });
    }
    return { known, ids: rows.length };
  }

  private tellOutdated({ toldAt, prefix }: Speaking, name: string, known: KnownRelease | undefined): boolean {
    if (!isOutdated(known, toldAt)) return false;
    this.taking.report.add({ what: `${prefix}outdated`, kind: 'release', name, file: this.message.file });
    return true;
  }

  private async purge(speaking: Speaking): Promise<void> {
    const found = new Map<string, { readonly known: KnownRelease; readonly name: string }>();
    for (const { ids, path } of this.purged) {
      const name = releaseName(ids);
      const [known] = name === undefined ? [] : await releasesNamed(this.tx, speaking.ownerId, name);
      if (name === undefined || known === undefined)
        this.fault(messageError('purge-release-unknown', path, 'there is no such release in the catalogue'));
      else if (known.sender !== speaking.sender)
        this.fault(
          messageError(
            'purge-not-by-sender',
            path,
            `it was first sent by ${known.sender ?? 'nobody'}, who alone can purge it`,
          ),
        );
      else found.set(known.id, { known, name: nameText(name) });
    }
    if (this.errors > 0) throw new NotApplied('refused');
    const current = [...found.values()].filter(({ known, name }) => !this.tellOutdated(speaking, name, known));
    if (current.length === 0) throw new NotApplied('outdated');
    for (const { known, name } of current)
      await purgeRelease(this.tx, speaking, known, { name, report: this.taking.report });
  }
}
