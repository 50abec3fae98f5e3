export type Severity = 'error' | 'warning';

/** An error rejects the record it is in; a fatal error refuses the whole report; a warning rejects nothing. */
export interface Weight {
  readonly severity: Severity;
  readonly fatal?: true;
  /** What is wrong, in one sentence without a full stop: the table of codes in the documents is made from it. */
  readonly meaning: string;
  /** The records it is found in: codes, families, or a word for many. */
  readonly records: string;
}

const error = (records: string, meaning: string): Weight => ({ severity: 'error', records, meaning });
const warning = (records: string, meaning: string): Weight => ({ severity: 'warning', records, meaning });
const fatal = (records: string, meaning: string): Weight => ({ severity: 'error', fatal: true, records, meaning });

const EVERY = 'every record';
const FOOTERS = 'FOOT, SRFO';
const FILE = 'the file';

/** Every fault a report can have. Codes are part of the interface: they are counted, shown and documented. */
export const faultWeights = {
  // The file
  'file-unreadable': fatal(FILE, 'the file cannot be opened or read'),
  'gzip-corrupt': fatal(FILE, 'the file begins as gzip and cannot be unpacked to its end'),
  'gzip-too-dense': fatal(FILE, 'the file unpacks to far more than a report can: reading stops'),
  'line-without-end': fatal(FILE, 'more than 16 MiB without a line end: reading stops'),
  'file-name-malformed': error(FILE, 'the name begins with DSR_ and is not one of the standard'),
  'file-name-mismatch': error('HEAD', 'the name says another recipient, sender, service or file number than HEAD'),
  'byte-order-mark': warning(FILE, 'the file starts with a byte order mark, which is skipped'),
  'head-missing': fatal(FILE, 'there is no HEAD record'),
  'summary-missing': fatal(FILE, 'there is no summary record'),
  'footer-missing': fatal(FILE, 'there is no footer: the file may have been cut off'),
  // The frame
  'wrong-profile': fatal('HEAD', 'the profile is unknown, or not one that is read here'),
  'report-split': fatal('HEAD', 'the report says that it is split, which its profile does not allow'),
  'line-count-mismatch': fatal(
    FOOTERS,
    'the footer counts other lines than there are, comments and empty ones included',
  ),
  'summary-count-mismatch': fatal(FOOTERS, 'the footer counts other summary records than there are'),
  'block-count-mismatch': fatal('FOOT', 'the footer counts other blocks than there are'),
  'profile-version-unknown': warning('HEAD', 'the version of the profile is not a known one'),
  'profile-mismatch': warning(
    EVERY,
    'the record is not one that this version of the profile uses; it is read by its own layout',
  ),
  'report-incomplete': warning('HEAD', 'not all files of the report were given'),
  'file-repeated': error('HEAD', 'two of the files given have the same number in their report'),
  'blocks-overlap': fatal(
    'HEAD',
    'numbers of its blocks, or those between them, are those of another file of its report',
  ),
  'report-files-differ': error(
    'HEAD',
    'files of one report differ in sender, recipient, service, days or number of files',
  ),
  // Lines and records
  'line-too-long': error(EVERY, 'the line has more than 65,536 bytes'),
  'too-few-cells': error(EVERY, 'the line ends before the last mandatory cell'),
  'too-many-cells': error(EVERY, 'there is something beyond the last cell of the record'),
  'unknown-record': warning('—', 'the code is not one of the profile; the line is skipped'),
  'unknown-record-version': error('—', 'the record is known and this version of it is not; nothing of it is used'),
  'layout-partly-known': error(
    'SY10.02, SR08.02',
    'the order of this version’s cells is not known for sure, and no comment of the file names them all; nothing of it is used',
  ),
  'layout-from-names': warning(
    'SY10.02, SR08.02',
    'the cells of this version are read by the names that a comment of the file gives them',
  ),
  'cell-unknown': warning('SY10.02, SR08.02', 'a cell of a name that nobody knows; it is kept and not looked at'),
  'record-out-of-order': error(EVERY, 'the record may not come here'),
  'block-incomplete': error('RE, AS, MW', 'the block ends before the records that it needs'),
  'block-repeated': error('records of a block', 'the block, or a later one, was there before'),
  'block-gap': warning('records of a block', 'a number is left out between the blocks'),
  'block-too-large': error('records of a block', 'the block names more than 100,000 releases and recordings'),
  'too-many-summaries': fatal('SY', 'there are more than 100,000 summary records'),
  // Cells
  'cell-missing': error(EVERY, 'a mandatory cell is empty'),
  'cell-not-utf8': error(EVERY, 'the bytes are not UTF-8'),
  'cell-too-long': error(EVERY, 'an id has more than 255 bytes, or another value more than 2,000'),
  'control-character': error(EVERY, 'the cell contains a control character'),
  'escape-invalid': error(EVERY, 'a backslash escapes nothing'),
  'pipe-unescaped': error(EVERY, 'a cell of a single value contains a bare pipe'),
  'cell-malformed': error(EVERY, 'the value is not of the form the standard gives it'),
  'cell-not-whole': error(EVERY, 'a count is not a whole number'),
  'cell-negative': error(EVERY, 'a count is below zero'),
  'cell-out-of-range': error(EVERY, 'a number is larger than can be kept'),
  'cell-not-decimal': error(EVERY, 'the value is not a decimal number such as 12.50'),
  'cell-not-boolean': error(EVERY, 'the value is neither true nor false'),
  'cell-not-date': error(EVERY, 'the value is not a calendar day'),
  'cell-not-date-time': error(EVERY, 'the value is not a day and time with its zone'),
  'cell-not-duration': error('AS, SR', 'the value is not a duration such as PT3M45S'),
  'isrc-malformed': error('AS, SR', 'the value is not an ISRC'),
  'identifier-malformed': warning(EVERY, 'the value is not an identifier of its kind; it is ignored'),
  'check-digit-wrong': warning('RE, AS, MW, SR', 'the check digit of a bar code or an ISWC is wrong'),
  'unknown-allowed-value': warning(EVERY, 'the value is not in the list of allowed values; it is kept as written'),
  'cell-shifted': warning('RE, AS, MW, RU02, SR', 'a title or name looks like an identifier: cells may have shifted'),
  'parallel-lists-differ': warning(EVERY, 'lists that belong together have different numbers of values'),
  // What records say together
  'period-reversed': error('HEAD, SY10, SU03, SR', 'a period ends before it starts'),
  'period-outside-report': warning('SY10, SU03, SR', 'a period is not inside the days that HEAD names'),
  'date-outside-period': error('SR08', 'the day is outside the period of the sales context'),
  'service-mismatch': warning('SY', 'the summary names another service than HEAD'),
  'duplicate-summary-record': error('SY', 'an earlier summary has the same id (and rights controller)'),
  'summary-records-differ': error('SY', 'an earlier summary with the same id is of another model, use or territory'),
  'unknown-summary-record': error('SR, SU, RU, LI', 'no summary record has this id'),
  'summary-record-rejected': error('SR, SU, RU, LI', 'the summary record with this id was rejected'),
  'unknown-rights-controller': warning('LI', 'no summary record of this id names this rights controller'),
  'duplicate-sales-transaction': error('SR, SU', 'an earlier record (of the same block) has this id'),
  'transacted-not-exactly-one': error(
    'SU01, SU02',
    'exactly one of TransactedRelease and TransactedResource must be given',
  ),
  'unknown-reference': error('SU01, SU02', 'no record of the block has the reference that was transacted'),
  'reference-rejected': error('SU', 'the record of the block that was used was rejected'),
  'reference-repeated': error(
    'RE, AS',
    'an earlier record of the block has the same reference, and is not of the same ISRC',
  ),
  'returns-exceed-usages': error('SU01, SR01', 'more is given back than was sold'),
  'net-usage-mismatch': error('SR08', 'NetUsage is not TotalUsages less Returns'),
  'price-type-not-exactly-one': warning('SR08', 'not exactly one of PriceType and PriceRangeType is given'),
  'usage-total-mismatch': warning('SY', 'the uses of the records add up to something else than the summary says'),
  'returns-total-mismatch': warning('SY10', 'the returns of the lines add up to something else than the summary says'),
  'revenue-total-mismatch': warning(
    'SY10',
    'the revenue of the lines adds up to something else than the summary says, more than rounding explains',
  ),
  'exchange-mismatch': warning(
    'SY10',
    'an amount in the currency of accounting is not the one of the transaction times the rate',
  ),
} as const satisfies Record<string, Weight>;

export type FaultCode = keyof typeof faultWeights;
