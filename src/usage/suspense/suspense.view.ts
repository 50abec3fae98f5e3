import { ApiProperty } from '@nestjs/swagger';
import { minorText, moneyRoundingIn, toMinor } from '../../kernel';
import { versionKinds } from '../../catalogue';
import { csvRow } from '../../platform/http/csv';
import type { SuspenseRow } from './read-suspense';
import { suggestionReasons } from './suggestions';
import type { UnlicensedUse } from './read-unlicensed';

export class EstimateView {
  @ApiProperty({
    enum: ['rate', 'average'],
    nullable: true,
    description: 'rate: the clause says what a unit is worth; average: what a unit came to in the last closed month',
  })
  readonly basis!: string | null;
  @ApiProperty({
    enum: ['no-agreement', 'no-rate'],
    nullable: true,
    description:
      'why there is none: no agreement between the two is about such a use, or what it pays depends on more and no month is closed',
  })
  readonly why!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly agreementId!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly clause!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'of an average: the month that it is of' })
  readonly month!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '0.002' }) readonly perUnit!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '2.40', description: 'for the units net of returns' })
  readonly amount!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'USD' }) readonly currency!: string | null;
}

export class SuggestionView {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty() readonly title!: string;
  @ApiProperty({ type: String, nullable: true }) readonly version!: string | null;
  @ApiProperty({ type: String, isArray: true }) readonly artists!: readonly string[];
  @ApiProperty({
    enum: suggestionReasons,
    description:
      'what the label says that it is a version of, the slip that would explain what was reported, or that its names are the recording’s; `parent-version` and `other-version` are told to the label alone',
  })
  readonly why!: string;
  @ApiProperty({
    enum: versionKinds,
    nullable: true,
    description: 'of `parent-version`: how what was reported was made of it',
  })
  readonly versionKind!: string | null;
}

export class SuspenseRowView {
  @ApiProperty({ format: 'uuid' }) readonly reportId!: string;
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ type: String, nullable: true, description: 'as reported; null where the lines name no recording' })
  readonly isrc!: string | null;
  @ApiProperty({ example: 'RU' }) readonly territory!: string;
  @ApiProperty({ example: 'OnDemandStream' }) readonly useType!: string;
  @ApiProperty() readonly commercialModel!: string;
  @ApiProperty({ description: 'why no agreement covers it' }) readonly reason!: string;
  @ApiProperty() readonly lines!: string;
  @ApiProperty({ description: 'units, as text' }) readonly quantity!: string;
  @ApiProperty() readonly returns!: string;
  @ApiProperty({ description: 'the first of its lines; of several files counted through all of them' })
  readonly firstLine!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'what that line calls the recording, where the file does within its first 64 MiB',
  })
  readonly reportedTitle!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly reportedArtist!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'how long it is there, in seconds' })
  readonly reportedDuration!: number | null;
  @ApiProperty({ type: EstimateView }) readonly estimate!: EstimateView;
  @ApiProperty({
    type: SuggestionView,
    isArray: true,
    description: 'recordings of your agreements that it may be; at most five, the likeliest first',
  })
  readonly suggestions!: readonly SuggestionView[];
}

export class SuspensePageView {
  @ApiProperty({ type: SuspenseRowView, isArray: true }) readonly rows!: readonly SuspenseRowView[];
  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null at the end' })
  readonly next!: string | null;
  @ApiProperty({ description: 'held lines of these reports that are beyond what one answer looks at' })
  readonly leftOut!: string;
}

export class WorthView {
  @ApiProperty({ example: '2.40' }) readonly amount!: string;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
}

export class UnlicensedRowView {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty() readonly title!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty() readonly lines!: string;
  @ApiProperty({ description: 'units, as text' }) readonly quantity!: string;
  @ApiProperty() readonly returns!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'net units by the reason why no agreement covers them',
  })
  readonly reasons!: Readonly<Record<string, string>>;
  @ApiProperty({ description: 'you license the recording to some other service in that month' })
  readonly licensedElsewhere!: boolean;
  @ApiProperty({
    type: WorthView,
    isArray: true,
    description: 'what it would be worth as agreements with this platform pay for such use',
  })
  readonly estimates!: readonly WorthView[];
  @ApiProperty({ description: 'net units of which nothing says what they are worth' })
  readonly unestimated!: string;
}

export class UnlicensedPageView {
  @ApiProperty({ type: UnlicensedRowView, isArray: true }) readonly rows!: readonly UnlicensedRowView[];
  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null at the end' })
  readonly next!: string | null;
  @ApiProperty({ description: 'held lines of the month that are beyond what one answer looks at' })
  readonly leftOut!: string;
}

export const suspenseView = ({
  report,
  isrc,
  reason,
  estimate,
  suggestions,
  ...row
}: SuspenseRow): SuspenseRowView => ({
  reportId: report.id,
  month: report.month.slice(0, 7),
  labelId: report.label_id,
  platformId: report.platform_id,
  serviceId: report.service_id,
  isrc,
  territory: row.territory,
  useType: row.use,
  commercialModel: row.model,
  reason,
  lines: String(row.lines),
  quantity: String(row.quantity),
  returns: String(row.returns),
  firstLine: String(row.firstLine),
  reportedTitle: row.reported?.title ?? null,
  reportedArtist: row.reported?.artist ?? null,
  reportedDuration: row.reported?.durationSeconds ?? null,
  estimate: { ...nothing, ...estimate },
  suggestions,
});

const nothing = {
  why: null,
  agreementId: null,
  clause: null,
  month: null,
  perUnit: null,
  amount: null,
  currency: null,
};

export const unlicensedView = ({ recording, worth, ...use }: UnlicensedUse): UnlicensedRowView => ({
  isrc: recording.isrc,
  title: recording.title,
  platformId: use.platformId,
  serviceId: use.serviceId,
  lines: String(use.lines),
  quantity: String(use.quantity),
  returns: String(use.returns),
  reasons: Object.fromEntries(Object.entries(use.reasons).map(([reason, units]) => [reason, String(units)])),
  licensedElsewhere: use.isLicensedElsewhere,
  estimates: [...worth].map(([currency, amount]) => {
    const rounding = moneyRoundingIn(currency, { mode: 'half-up' });
    return { currency, amount: minorText(toMinor(amount, rounding), rounding) };
  }),
  unestimated: String(use.unestimated),
});

const columns = [
  ...['reportId', 'month', 'labelId', 'platformId', 'serviceId', 'isrc', 'territory', 'useType', 'commercialModel'],
  ...['reason', 'lines', 'quantity', 'returns', 'firstLine', 'reportedTitle', 'reportedArtist'],
] as readonly (keyof SuspenseRowView)[];
const estimated = ['basis', 'why', 'agreementId', 'clause', 'month', 'perUnit', 'amount', 'currency'] as const;

export const suspenseCsvHeader = csvRow([
  ...columns,
  ...estimated.map((name) => `estimate.${name}`),
  'suggestion',
  'suggestion.why',
]);

/** With the likeliest suggestion alone. */
export const suspenseCsvLine = (row: SuspenseRowView): string => {
  const [first] = row.suggestions;
  return csvRow([
    ...columns.map((column) => String(row[column] ?? '')),
    ...estimated.map((name) => row.estimate[name] ?? ''),
    first?.isrc ?? '',
    first?.why ?? '',
  ]);
};

/** In place of a row: how many held lines are beyond what is looked at. */
export const suspenseCsvLeftOut = (lines: number): string =>
  csvRow([
    ...columns.map((column) => (column === 'reason' ? 'left-out' : column === 'lines' ? String(lines) : '')),
    ...estimated.map(() => ''),
    '',
    '',
  ]);
