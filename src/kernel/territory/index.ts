export * from './territories';
export * from './territory-set';
