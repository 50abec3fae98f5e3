import { recordRules, type RecordRules } from './check-record';
import { familyOf, findCell, type RecordCode } from './layouts';

/** Where a record keeps what connects it with others: numbers of cells, 0 where it has none of the kind. */
export interface BlockRules {
  readonly code: RecordCode;
  readonly family: string;
  readonly kind: 'summary' | 'reference' | 'usage' | 'other';
  readonly rules: RecordRules;
  readonly block: number;
  readonly summary: number;
  readonly controller: number;
  readonly transaction: number;
  readonly release: number;
  readonly resource: number;
  /** What the service calls the recording, in its own record and in records of use. */
  readonly dspResource: number;
  readonly isrc: number;
  /** The recordings of a release that is made of some of the block's. */
  readonly usedResources: number;
  readonly transactedRelease: number;
  readonly transactedResource: number;
  readonly uses: number;
  readonly returns: number;
  readonly start: number;
  readonly end: number;
}

const known = new Map<RecordCode, BlockRules>();

/** The rules of a record of the profiles with summaries and blocks, prepared once. */
export function blockRules(code: RecordCode): BlockRules {
  const before = known.get(code);
  if (before !== undefined) return before;
  const cell = (...names: readonly string[]): number => names.map((name) => findCell(code, name)).find(Boolean) ?? 0;
  const rules = {
    code,
    family: familyOf(code),
    kind: kindOf(code),
    rules: recordRules(code),
    block: cell('BlockId'),
    summary: cell('SummaryRecordId'),
    controller: cell('RightsController'),
    transaction: cell('SalesTransactionId'),
    release: cell('ReleaseReference'),
    resource: cell('ResourceReference'),
    // Earlier versions of SU03 name the recording where they speak of a release.
    dspResource: cell('DspResourceId', ...(familyOf(code) === 'SU03' ? ['DspReleaseId'] : [])),
    isrc: cell('ISRC'),
    usedResources: cell('UsedResources'),
    transactedRelease: cell('TransactedRelease'),
    transactedResource: cell('TransactedResource'),
    uses: cell('Usages', 'NumberOfStreams', 'Downloads'),
    returns: cell('Returns'),
    start: cell('ValidityPeriodStart'),
    end: cell('ValidityPeriodEnd'),
  };
  known.set(code, rules);
  return rules;
}

function kindOf(code: RecordCode): BlockRules['kind'] {
  if (code.startsWith('SY')) return 'summary';
  if (code.startsWith('SU') || code.startsWith('SR0')) return 'usage';
  return code.startsWith('RE') || code.startsWith('AS') ? 'reference' : 'other';
}
