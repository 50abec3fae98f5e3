export * from './gtin';
export * from './isrc';
