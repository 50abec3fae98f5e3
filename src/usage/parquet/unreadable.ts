export interface ParquetFault {
  readonly code: 'not-parquet' | 'parquet-corrupt' | 'parquet-unsupported' | 'packed-too-tightly' | ColumnFaultCode;
  readonly message: string;
}
type ColumnFaultCode = 'column-missing' | 'column-repeated' | 'column-type-unfit';

/** The file cannot be read as the rows of a report at all, or no longer: reading has stopped. */
export class ParquetUnreadable extends Error {
  constructor(readonly faults: readonly [ParquetFault, ...ParquetFault[]]) {
    super(faults[0].message);
    this.name = 'ParquetUnreadable';
  }
}

const one = (code: ParquetFault['code'], message: string): ParquetUnreadable =>
  new ParquetUnreadable([{ code, message }]);

export const notParquet = (message: string): ParquetUnreadable => one('not-parquet', message);
export const corrupt = (what: string): ParquetUnreadable => one('parquet-corrupt', `the file is damaged: ${what}`);
export const unsupported = (what: string): ParquetUnreadable => one('parquet-unsupported', what);
export const tooTight = (what: string): ParquetUnreadable => one('packed-too-tightly', what);
