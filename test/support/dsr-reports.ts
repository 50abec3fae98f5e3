import {
  DsrWriter,
  isRecordCode,
  layouts,
  type NamedCells,
  profiles,
  type Profile,
  type RecordCode,
} from '../../src/ddex';
import { anyCells, below, oneOf, type Random, upTo } from './dsr-cells';

/** A record but for the footer, which the writer counts. */
export interface GivenRecord {
  readonly code: RecordCode;
  readonly cells: NamedCells;
}

/** Sound reports of every profile that is read, whose records fit each other. The same numbers give the same report. */
export function anyReport(random: Random, profile: Profile = oneOf(random, profiles)): GivenRecord[] {
  const version = oneOf(random, Object.keys(profile.versions));
  return new ReportMaker(profile, version, random).records();
}

/** The text of the report, with the codes of all faults that the writer finds. */
export function textOf(records: readonly GivenRecord[]): { text: string; faults: string[] } {
  const writer = new DsrWriter();
  const parts = [...records.map(({ code, cells }) => writer.write(code, cells)), writer.end()];
  return {
    text: parts.map(({ text }) => text).join(''),
    faults: parts.flatMap(({ faults }) => faults.map(({ line, code, message }) => `${line} ${code} ${message}`)),
  };
}

const head = { UsageStartDate: '2026-01-01', UsageEndDate: '2026-01-31', FileNumber: '1', NumberOfFiles: '1' };

class ReportMaker {
  private readonly codes: readonly RecordCode[];
  private readonly summaryIds: string[] = [];
  private readonly models = new Map<string, string>();
  private readonly controllers = new Map<string, string>();
  private readonly uses = new Map<string, bigint>();
  private readonly returns = new Map<string, bigint>();
  private transactions = 0;

  constructor(
    private readonly profile: Profile,
    private readonly version: string,
    private readonly random: Random,
  ) {
    this.codes = profile.versions[version]!.filter(isRecordCode);
  }

  records(): GivenRecord[] {
    const { profile, version, random } = this;
    const summaries = upTo(random, 1, 3, (index) => this.summary(index));
    const body = upTo(random, 0, 4, (index) => this.block(String(index + 1))).flat();
    const service = { ServiceDescription: 'VektorMusic' };
    const cells = anyCells('HEAD', random, { ...head, ...service, Profile: profile.id, ProfileVersion: version });
    return [{ code: 'HEAD', cells }, ...summaries.map((summary) => this.withSums(summary)), ...body];
  }

  private code(family: string): RecordCode | undefined {
    return this.codes.find((code) => code.split('.')[0] === family);
  }

  /** A record whose given cells are those that its version has. */
  private record(code: RecordCode, given: NamedCells): GivenRecord {
    const names = new Set<string>(layouts[code].map(({ name }) => name));
    const fitting = Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)));
    return { code, cells: anyCells<'HEAD'>(code as 'HEAD', this.random, fitting) };
  }

  private summary(index: number): GivenRecord {
    const { profile, random } = this;
    const code = oneOf(
      random,
      this.codes.filter((each) => profile.summaries.includes(each.split('.')[0]!)),
    );
    const id = `S${index}`;
    const record = this.record(code, {
      SummaryRecordId: id,
      ServiceDescription: 'VektorMusic',
      RightsController: `controller ${index}`,
      ReportingPeriodStartDate: '2026-01-01',
      ReportingPeriodEndDate: '2026-01-31',
      SubPeriodStartDate: '2026-01-01',
      SubPeriodEndDate: '2026-01-31',
    });
    this.summaryIds.push(id);
    this.models.set(id, String(record.cells['CommercialModel']));
    if (typeof record.cells['RightsController'] === 'string')
      this.controllers.set(id, record.cells['RightsController']);
    return record;
  }

  /** Summaries claim what their records add up to. */
  private withSums({ code, cells }: GivenRecord): GivenRecord {
    const id = String(cells['SummaryRecordId']);
    const uses = String(this.uses.get(id) ?? 0n);
    if (code === 'SY10') {
      return { code, cells: { ...cells, AllocatedUsages: uses, Returns: String(this.returns.get(id) ?? 0n) } };
    }
    return this.profile.usesAddUp && 'Usages' in cells ? { code, cells: { ...cells, Usages: uses } } : { code, cells };
  }

  private block(id: string): GivenRecord[] {
    const usage = oneOf(this.random, this.profile.usage);
    if (usage === 'SR08') return this.saleToLabel();
    if (usage.startsWith('SR')) return [this.usage(usage, {})];
    return usage === 'SU03' ? this.userGenerated(id) : this.audio(id);
  }

  private saleToLabel(): GivenRecord[] {
    const { random } = this;
    const total = BigInt(below(random, 1_000_000));
    const returned = total / BigInt(1 + below(random, 9));
    const summary = oneOf(random, this.summaryIds);
    this.uses.set(summary, (this.uses.get(summary) ?? 0n) + total);
    this.returns.set(summary, (this.returns.get(summary) ?? 0n) + returned);
    const [one, other] = random() < 0.5 ? ['PriceType', 'PriceRangeType'] : ['PriceRangeType', 'PriceType'];
    const { [other]: _other, ...cells } = anyCells('SR08', random, {
      SalesTransactionId: this.transaction(),
      SummaryRecordId: summary,
      DspResourceId: 'D1',
      TotalUsages: String(total),
      Returns: String(returned),
      NetUsage: String(total - returned),
      [one]: 'Standard',
    });
    const sale: GivenRecord = { code: 'SR08', cells };
    return random() < 0.3 ? [sale, { code: 'DE01', cells: anyCells('DE01', random) }] : [sale];
  }

  private audio(id: string): GivenRecord[] {
    const { random } = this;
    const release = random() < 0.7 ? [this.record('RE01', { BlockId: id, ReleaseReference: 'R1' })] : [];
    const resources = upTo(random, 1, 2, (index) => this.resource(id, `A${index}`));
    const transacted = (): NamedCells =>
      release.length > 0 && random() < 0.5
        ? { TransactedRelease: 'R1' }
        : { TransactedResource: `A${below(random, resources.length)}` };
    const usages = upTo(random, 1, 3, () =>
      this.usage(oneOf(random, ['SU01', 'SU02']), { BlockId: id, ...transacted() }),
    );
    return [...release, ...resources.flat(), ...usages];
  }

  private userGenerated(id: string): GivenRecord[] {
    const { random } = this;
    const items = upTo(random, 0, 2, () =>
      this.record(this.code(oneOf(random, ['RU01', 'RU02']))!, {
        BlockId: id,
        SummaryRecordId: oneOf(random, this.summaryIds),
      }),
    );
    const usages = upTo(random, 0, 2, () => {
      const usage = this.usage('SU03', { BlockId: id });
      const shares = upTo(random, 0, 2, () => this.share(id));
      return [usage, ...shares];
    });
    return [...this.resource(id, 'A0'), ...items, ...usages.flat()];
  }

  private resource(id: string, reference: string): GivenRecord[] {
    const { random } = this;
    const family = oneOf(random, ['AS01', 'AS02']);
    const recording = this.record(this.code(family)!, { BlockId: id, ResourceReference: reference });
    if (family === 'AS02') return [recording];
    return [recording, ...upTo(random, 1, 2, () => this.record(this.code('MW01')!, { BlockId: id }))];
  }

  private share(id: string): GivenRecord {
    const summary = oneOf(this.random, this.summaryIds);
    const controller = this.controllers.get(summary) ?? 'anybody';
    return this.record(this.code('LI01')!, { BlockId: id, SummaryRecordId: summary, RightsController: controller });
  }

  private usage(family: string, given: NamedCells): GivenRecord {
    const { random } = this;
    const code = this.code(family)!;
    const summary = oneOf(random, this.summaryIds);
    const count = BigInt(below(random, 1_000_000));
    const record = this.record(code, {
      SalesTransactionId: this.transaction(),
      SummaryRecordId: summary,
      Usages: String(count),
      NumberOfStreams: String(count),
      Downloads: String(count),
      Returns: String(count / 7n),
      ValidityPeriodStart: '2026-01-02',
      ValidityPeriodEnd: '20260130',
      ...(this.models.get(summary) === 'PayAsYouGoModel' ? { PriceConsumerPaidExcSalesTax: '0.60' } : {}),
      ...given,
    });
    const { TransactedRelease: release, TransactedResource: resource, ...others } = record.cells;
    this.uses.set(summary, (this.uses.get(summary) ?? 0n) + count);
    // One of the two, although each of them may be there.
    if ('TransactedRelease' in given) return { code, cells: { ...others, TransactedRelease: release! } };
    return 'TransactedResource' in given ? { code, cells: { ...others, TransactedResource: resource! } } : record;
  }

  private transaction(): string {
    this.transactions += 1;
    return `T${this.transactions}`;
  }
}
