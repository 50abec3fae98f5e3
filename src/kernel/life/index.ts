export * from './amendment';
export * from './end';
export * from './executed-terms';
export * from './grants-of-life';
export * from './life';
export * from './timetable';
export * from './withdrawal-faults';
export * from './withdrawals';
