export * from './canonical-terms';
export * from './describe-terms';
export * from './read-terms';
export * from './terms';
