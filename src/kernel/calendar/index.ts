export * from './calendar-date';
export * from './gaps';
export * from './period';
export * from './zone';
