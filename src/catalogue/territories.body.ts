import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, Matches } from 'class-validator';
import { expandTerritories, type Fault, isTerritory, type TerritorySet } from '../kernel';

const codesMax = 300;

/** Unlike every other list this one may be empty: the whole world is {"worldwideExcept": []}. */
const TerritoryCodes = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      type: String,
      isArray: true,
      maxItems: codesMax,
      required: false,
      description,
      example: ['KZ', 'UZ'],
    }),
    IsOptional(),
    IsArray(),
    ArrayMaxSize(codesMax),
    Matches(/^[A-Z]{2}$/, { each: true, message: '$property holds ISO 3166-1 alpha-2 codes' }),
  );

export class TerritoriesBody {
  @TerritoryCodes('these territories')
  readonly include?: string[];

  @TerritoryCodes('the whole world but these')
  readonly worldwideExcept?: string[];
}

/** The body as the kernel writes it; that exactly one of the two is there has been checked before. */
export const territorySetOf = ({ include, worldwideExcept }: TerritoriesBody): TerritorySet =>
  include === undefined ? { worldwideExcept: worldwideExcept ?? [] } : { include };

/** What is wrong with the body in meaning: a code that is no territory, both lists or none, nothing left. */
export function territoryFaults(territories: TerritoriesBody, pointer: string): Fault[] {
  const faults: Fault[] = [];
  const note = (at: string, code: string, message: string): number =>
    faults.push({ pointer: `${pointer}${at}`, code, message });
  for (const [name, codes] of Object.entries(territories) as [string, string[] | undefined][]) {
    codes?.forEach((code, index) => {
      if (!isTerritory(code)) note(`/${name}/${index}`, 'territory-unknown', `${code} is not a territory's code`);
    });
  }
  const choice = (territories.include === undefined) === (territories.worldwideExcept === undefined);
  if (choice) note('', 'territories-choice', 'have either include or worldwideExcept');
  else if (expandTerritories(territorySetOf(territories)).length === 0)
    note('', 'territories-empty', 'no territory is left');
  return faults;
}
