import { gzipSync } from 'node:zlib';
import { type ContextPlan, usageFile } from '../../bench/support/usage-file';
import type { Licence } from '../../bench/support/licence';
import { planServiceMonth } from './month-plan';

/** Units and units given back, by recording, territory, use and model. */
export type Sums = ReadonlyMap<string, { readonly quantity: bigint; readonly returns: bigint }>;

/** A report that is about to be sent, and what it must come to: worked out from the plan, not from the file. */
export interface PlannedReport {
  readonly messageId: string;
  readonly month: string;
  readonly type: string;
  readonly content: Uint8Array;
  /** Of a table: how it is introduced. */
  readonly query: Readonly<Record<string, string>>;
  readonly accepted: number;
  readonly rejected: number;
  readonly sums: Sums;
}

interface Wish {
  readonly licence: Licence;
  readonly messageId: string;
  readonly month: string;
  readonly random: () => number;
}

const stream = { use: 'OnDemandStream', model: 'AdvertisementSupportedModel' };
const packed = (content: string, random: () => number): Pick<PlannedReport, 'content'> & { gzip: boolean } => {
  const gzip = random() < 0.4;
  return { content: gzip ? gzipSync(content) : Buffer.from(content), gzip };
};

/** A DSR file of the first service for two territories, with downloads given back and lines that nobody licenses. */
export async function plannedFile({ licence, messageId, month, random }: Wish): Promise<PlannedReport> {
  const { contexts, lines } = planServiceMonth(licence.isrcs, random);
  const licensed = new Set(licence.isrcs);
  const sums = new SumsOfPlan();
  for (const { context, isrc, quantity, returns } of lines) {
    if (licensed.has(isrc)) sums.add(isrc, contexts[context]!, quantity, returns);
  }
  let file = '';
  const plan = { month, messageId, ...licence, serviceName: licence.services[0]!.name, contexts, lines: () => lines };
  for await (const chunk of usageFile(plan)) file += chunk;
  const { content, gzip } = packed(file, random);
  const accepted = lines.filter(({ isrc }) => licensed.has(isrc)).length;
  const type = gzip ? 'application/gzip' : 'text/tab-separated-values';
  return {
    ...{ messageId, month, type, content, query: {}, sums: sums.all },
    ...{ accepted, rejected: lines.length - accepted },
  };
}

export const tableMapping = {
  delimiter: ',',
  columns: { isrc: 'ISRC', quantity: 'Streams', returns: 'Back', day: 'Date', territory: 'Country' },
  constants: stream,
};

export interface TableWish extends Wish {
  readonly mappingId: string;
  readonly territories: readonly string[];
  /** Above 8 MiB it is read by threads. */
  readonly bytesMin: number;
}

/** A table of the first service: sound lines, some that nobody licenses, some that cannot be read. */
export function plannedTable(wish: TableWish): PlannedReport {
  const { licence, messageId, month, random, territories, bytesMin } = wish;
  const sums = new SumsOfPlan();
  const lines = ['Date,ISRC,Title,Country,Back,Streams'];
  const title = 'A title of some length, as they are '.replaceAll(',', '').repeat(bytesMin > 1e6 ? 6 : 1);
  let [accepted, rejected, bytes] = [0, 0, 0];
  for (let number = 0; bytes < bytesMin || number < 400; number += 1) {
    const territory = territories[number % territories.length]!;
    const day = `${month}-${String(1 + (number % 28)).padStart(2, '0')}`;
    const quantity = BigInt(1 + Math.floor(random() * 2000));
    const returns = number % 5 === 0 ? quantity / 7n : 0n;
    const kind = number % 50;
    const isrc = kind === 7 ? `ZZX99260${String(number % 10_000).padStart(4, '0')}` : licence.isrcs[number % 37]!;
    const line = `${day},${isrc},${title},${territory},${returns},${kind === 11 ? 'many' : quantity}`;
    bytes += line.length + 1;
    lines.push(line);
    if (kind === 7 || kind === 11) rejected += 1;
    else {
      accepted += 1;
      sums.add(isrc, { ...stream, territory }, quantity, returns);
    }
  }
  const { content, gzip } = packed(`${lines.join('\n')}\n`, bytesMin > 1e6 ? () => 1 : random);
  return {
    ...{ messageId, month, type: gzip ? 'application/gzip' : 'text/csv', content, sums: sums.all, accepted, rejected },
    query: introduced(wish),
  };
}

/** Differences to a table: a third of what is not returned is taken away, some is added, in a territory more as well. */
export function plannedDelta(base: PlannedReport, wish: TableWish): PlannedReport {
  const { licence, messageId, month, territories } = wish;
  const sums = new SumsOfPlan();
  const lines = ['Date,ISRC,Title,Country,Back,Streams'];
  const tell = (isrc: string, territory: string, quantity: bigint): void => {
    lines.push(`${month}-02,${isrc},A title,${territory},0,${quantity}`);
    sums.add(isrc, { ...stream, territory }, quantity, 0n);
  };
  for (const [key, { quantity, returns }] of base.sums) {
    const [isrc = '', territory = ''] = key.split(' ');
    sums.add(isrc, { ...stream, territory }, quantity, returns);
    if (quantity - returns >= 3n) tell(isrc, territory, -(quantity - returns) / 3n);
  }
  for (const territory of territories) for (const isrc of licence.isrcs) tell(isrc, territory, 5n);
  return {
    ...{ messageId, month, type: 'text/csv', content: Buffer.from(`${lines.join('\n')}\n`), sums: sums.all },
    ...{ accepted: lines.length - 1, rejected: 0, query: introduced(wish) },
  };
}

/** What a table does not say of itself. */
const introduced = ({ licence, mappingId, month, messageId }: TableWish): Readonly<Record<string, string>> => ({
  ...{ mappingId, month, messageId },
  ...{ labelId: licence.label.organizationId, serviceId: licence.services[0]!.id },
});

export interface PlannedEvent {
  readonly id: string;
  readonly month: string;
  readonly isrc: string;
  readonly quantity: number;
}

/** As CloudEvents of the second service, whose plays are counted from events. */
export const eventsBody = ({ services }: Licence, events: readonly PlannedEvent[]): string =>
  JSON.stringify(
    events.map(({ id, month, isrc, quantity }) => ({
      specversion: '1.0',
      type: 'accordo.usage.v1',
      source: '/players/1',
      id,
      time: `${month}-10T12:00:00Z`,
      data: {
        ...{ serviceId: services[1]!.id, isrc, territory: 'RU', quantity },
        ...{ useType: stream.use, commercialModel: stream.model },
      },
    })),
  );

class SumsOfPlan {
  readonly all = new Map<string, { quantity: bigint; returns: bigint }>();

  add(
    isrc: string,
    { territory, use, model }: Pick<ContextPlan, 'territory' | 'use' | 'model'>,
    quantity: bigint,
    returns: bigint,
  ): void {
    const key = `${isrc} ${territory} ${use} ${model}`;
    const sum = this.all.get(key);
    if (sum === undefined) this.all.set(key, { quantity, returns });
    else {
      sum.quantity += quantity;
      sum.returns += returns;
    }
  }
}

/** The story's grants at 0.0020 a play and 0.36 a download and nothing else, plays on the second service by events. */
export const meteredTerms = (terms: {
  readonly services: readonly { readonly id: string }[];
  readonly grants: readonly object[];
}): object => ({
  ...terms,
  royalties: [
    { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.0020' } },
    { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
  ],
  usage: {
    sourceOfRecord: terms.services.flatMap(({ id }, place) =>
      ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'].map((use) => ({
        ...{ service: id, use },
        source: place === 1 && use === 'OnDemandStream' ? 'events' : 'report',
      })),
    ),
    report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 15 },
  },
});

/** What a month of such terms is worth, in cents: units net of returns, rounded once, half up. */
export function meteredCents(reports: readonly Sums[], eventPlays: bigint): bigint {
  let [plays, downloads] = [eventPlays, 0n];
  for (const [key, { quantity, returns }] of reports.flatMap((sums) => [...sums])) {
    if (key.endsWith('PayAsYouGoModel')) downloads += quantity - returns;
    else plays += quantity - returns;
  }
  const fifths = plays + 180n * downloads;
  return (2n * fifths + 5n) / 10n;
}
