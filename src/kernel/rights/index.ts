export * from './overclaimed';
export * from './undisputed-usage';
