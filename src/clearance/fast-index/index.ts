export { modelOf, territoryOf, useOf } from './codes';
export { type ClauseName, FastIndex, type IndexedAgreement } from './fast-index';
export { isrcText, MALFORMED, numberAt, prefixAt } from '../../../client/isrc';
