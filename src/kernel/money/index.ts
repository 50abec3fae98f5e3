export * from './allocate';
export * from './currencies';
export * from './money';
export * from './rational';
export * from './rounding';
