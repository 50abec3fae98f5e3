export * from './decide';
export * from './grants';
