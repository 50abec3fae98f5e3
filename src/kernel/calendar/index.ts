export * from './calendar-date';
export * from './period';
export * from './zone';
