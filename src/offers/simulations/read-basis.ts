import { at, type Fault, isCommercialModel, isTerritory, isUseType, monthsBetween } from '../../kernel';
import {
  type Basis,
  type FileBasis,
  type ForecastBasis,
  limits,
  type MonthFigures,
  type MonthPlan,
  type PlannedUsage,
  type ReportedBasis,
  type ServiceFigures,
  type UsageRow,
} from './basis';
import { BasisReader } from './basis-reader';
import { monthsOf } from './usage-file';
import { readUsageRow, type UsageCells, usageColumns } from './usage-row';

const months = { min: 1, max: limits.months };

/** Reads the `basis` of a request; pointers are into the body. All faults at once. */
export function readBasis(json: unknown): { basis: Basis } | { faults: readonly Fault[] } {
  const reader = new BasisReader();
  const basis = read(reader, json);
  return reader.faults.length > 0 || basis === undefined ? { faults: reader.faults } : { basis };
}

function read(reader: BasisReader, json: unknown): Basis | undefined {
  const kind = typeof json === 'object' && json !== null && 'kind' in json ? json.kind : undefined;
  switch (kind) {
    case 'reported':
      return readReported(reader, json);
    case 'file':
      return readFile(reader, json);
    case 'forecast':
      return readForecast(reader, json);
    default:
      reader.refuse('/basis/kind', 'must be reported, file or forecast');
      return undefined;
  }
}

function readReported(reader: BasisReader, json: unknown): ReportedBasis {
  const fields = reader.fields(json, '/basis', ['kind', 'months', 'from', 'until']);
  const { from, until } = fields;
  if ((from === undefined) !== (until === undefined)) reader.refuse('/basis', 'from and until go together');
  if (from !== undefined && fields['months'] !== undefined) {
    reader.refuse('/basis/months', 'is given by from and until already');
  }
  const basis: ReportedBasis = {
    kind: 'reported',
    ...reader.optional(fields, 'months', '/basis', (value, pointer) => reader.integer(value, pointer, months)),
    ...reader.optional(fields, 'from', '/basis', (value, pointer) => reader.month(value, pointer)),
    ...reader.optional(fields, 'until', '/basis', (value, pointer) => reader.month(value, pointer)),
  };
  if (basis.from !== undefined && basis.until !== undefined) {
    const count = monthsBetween(basis.from, basis.until);
    if (count < 1 || count > limits.months) {
      reader.refuse('/basis/until', `must be 1 to ${limits.months} months after from; it is the first month left out`);
    }
  }
  return basis;
}

function readFile(reader: BasisReader, json: unknown): FileBasis {
  const fields = reader.fields(json, '/basis', ['kind', 'fileId', 'rows', 'figures', 'currency']);
  if ((fields['fileId'] === undefined) === (fields['rows'] === undefined)) {
    reader.refuse('/basis', 'must have either fileId or rows');
  }
  const basis: FileBasis = {
    kind: 'file',
    ...reader.optional(fields, 'fileId', '/basis', (value, pointer) => reader.id(value, pointer).toLowerCase()),
    ...reader.optional(fields, 'rows', '/basis', (value, pointer) => readRows(reader, value, pointer)),
    figures: reader
      .list(fields['figures'], '/basis/figures', { ...months, min: 0 })
      .map((entry, place) => readMonthFigures(reader, entry, at('/basis/figures', place))),
    ...reader.optional(fields, 'currency', '/basis', reader.currency),
  };
  const named = basis.figures.map(({ month }) => month);
  refuseTwice(reader, '/basis/figures', named, 'month');
  if (monthsOf(basis.rows ?? []).length > limits.months) {
    reader.refuse('/basis/rows', `are of more than ${limits.months} months`);
  }
  return basis;
}

function readRows(reader: BasisReader, json: unknown, pointer: string): UsageRow[] {
  return reader.list(json, pointer, { min: 1, max: limits.rowsInline }).map((entry, place) => {
    const own = at(pointer, place);
    const cells = reader.fields(entry, own, usageColumns) as UsageCells;
    return readUsageRow(cells, (column, message) => reader.refuse(at(own, column), message, 'usage-cell'));
  });
}

function readMonthFigures(reader: BasisReader, json: unknown, pointer: string): MonthFigures {
  const fields = reader.fields(json, pointer, ['month', 'services', 'figures']);
  return {
    month: reader.month(fields['month'], at(pointer, 'month')),
    services: readServices(reader, fields['services'], at(pointer, 'services')),
    figures: reader.figures(fields['figures'], at(pointer, 'figures'), limits.figures),
  };
}

function readServices(reader: BasisReader, json: unknown, pointer: string): ServiceFigures[] {
  const services = reader.list(json, pointer, { min: 0, max: limits.services }).map((entry, place): ServiceFigures => {
    const own = at(pointer, place);
    const fields = reader.fields(entry, own, ['service', 'allPlays', 'netMusicAdvertisingRevenue', 'figures']);
    return {
      service: reader.id(fields['service'], at(own, 'service')).toLowerCase(),
      ...reader.optional(fields, 'allPlays', own, reader.count),
      ...reader.optional(fields, 'netMusicAdvertisingRevenue', own, reader.decimal),
      ...reader.optional(fields, 'figures', own, (value, place) => reader.figures(value, place, limits.figures)),
    };
  });
  const named = services.map(({ service }) => service);
  refuseTwice(reader, pointer, named, 'service');
  return services;
}

function readForecast(reader: BasisReader, json: unknown): ForecastBasis {
  const known = ['kind', 'from', 'months', 'growthPerMonth', 'monthly', 'currency'];
  const fields = reader.fields(json, '/basis', known);
  const basis: ForecastBasis = {
    kind: 'forecast',
    from: reader.month(fields['from'], '/basis/from'),
    months: reader.integer(fields['months'], '/basis/months', months),
    growthPerMonth: reader.growth(fields['growthPerMonth'] ?? '0', '/basis/growthPerMonth'),
    monthly: reader
      .list(fields['monthly'], '/basis/monthly', months)
      .map((entry, place) => readPlan(reader, entry, at('/basis/monthly', place))),
    ...reader.optional(fields, 'currency', '/basis', reader.currency),
  };
  if (basis.monthly.length > basis.months) reader.refuse('/basis/monthly', 'plans more months than are asked for');
  if (/^-[1-9]/.test(basis.growthPerMonth)) reader.refuse('/basis/growthPerMonth', 'must be above -1');
  return basis;
}

const planFields = [
  'plays',
  'downloads',
  'allPlays',
  'netMusicAdvertisingRevenue',
  'subscribers',
  'figures',
  'services',
];

function readPlan(reader: BasisReader, json: unknown, pointer: string): MonthPlan {
  const fields = reader.fields(json, pointer, planFields);
  const plan: MonthPlan = {
    plays: readPlanned(reader, fields['plays'], at(pointer, 'plays')),
    downloads: readPlanned(reader, fields['downloads'], at(pointer, 'downloads')),
    ...reader.optional(fields, 'allPlays', pointer, reader.count),
    ...reader.optional(fields, 'netMusicAdvertisingRevenue', pointer, reader.decimal),
    figures: {
      ...reader.optional(fields, 'subscribers', pointer, reader.count),
      ...reader.figures(fields['figures'], at(pointer, 'figures'), limits.figures),
    },
    services: readServices(reader, fields['services'], at(pointer, 'services')),
  };
  if (plan.plays.length + plan.downloads.length === 0) reader.refuse(pointer, 'must plan plays or downloads');
  for (const name of ['allPlays', 'netMusicAdvertisingRevenue'] as const) {
    if (plan[name] !== undefined && plan.services.some((service) => service[name] !== undefined)) {
      reader.refuse(at(pointer, name), 'is given as a total and by service');
    }
  }
  return plan;
}

/** A total, or usage by service, use, model and territory. */
function readPlanned(reader: BasisReader, json: unknown, pointer: string): PlannedUsage[] {
  if (typeof json === 'string') return [{ units: reader.count(json, pointer), returns: '0' }];
  return reader.list(json, pointer, { min: 0, max: limits.plannedUsage }).map((entry, place) => {
    const own = at(pointer, place);
    const fields = reader.fields(entry, own, ['service', 'use', 'model', 'territory', 'units', 'returns']);
    const words = (known: (text: string) => boolean) => (value: unknown, where: string) =>
      reader.word(value, where, known);
    const planned = {
      ...reader.optional(fields, 'service', own, (value, where) => reader.id(value, where).toLowerCase()),
      ...reader.optional(fields, 'use', own, words(isUseType)),
      ...reader.optional(fields, 'model', own, words(isCommercialModel)),
      ...reader.optional(fields, 'territory', own, words(isTerritory)),
      units: reader.count(fields['units'], at(own, 'units')),
      returns: reader.count(fields['returns'] ?? '0', at(own, 'returns')),
    };
    if (BigInt(planned.returns) > BigInt(planned.units)) reader.refuse(at(own, 'returns'), 'are more than the units');
    return planned;
  });
}

function refuseTwice(reader: BasisReader, pointer: string, names: readonly string[], what: string): void {
  names.forEach((name, place) => {
    if (names.indexOf(name) < place) reader.refuse(at(at(pointer, place), what), 'is given twice');
  });
}
