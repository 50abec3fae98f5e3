import { isCommercialModel, isTerritory, isUseType, modelNumber, territoryNumber, useNumber } from '../../kernel';

/** The kernel's numbers of codes as DDEX and ISO write them; 0 for one that is on no list, which nobody grants. */
export const territoryOf = (code: string): number => (isTerritory(code) ? territoryNumber(code) : 0);
export const useOf = (code: string): number => (isUseType(code) ? useNumber(code) : 0);
export const modelOf = (code: string): number => (isCommercialModel(code) ? modelNumber(code) : 0);
