import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, Matches } from 'class-validator';
import type { TerritorySet } from '../kernel';

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
