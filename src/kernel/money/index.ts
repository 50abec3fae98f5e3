export * from './allocate';
export * from './currencies';
export * from './minor-units';
export * from './money';
export * from './money-rounding';
export * from './rational';
export * from './rounding';
export * from './rounding-report';
