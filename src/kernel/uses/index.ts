export * from './commercial-models';
export * from './use-types';
