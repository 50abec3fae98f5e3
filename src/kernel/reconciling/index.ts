export * from './disputed';
