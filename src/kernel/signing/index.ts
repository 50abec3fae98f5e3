export * from './manifest';
export * from './statement';
