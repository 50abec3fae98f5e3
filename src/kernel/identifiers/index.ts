export * from './gtin';
export * from './isrc';
export * from './isrcs-near';
export * from './name-key';
