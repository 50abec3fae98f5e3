import { type Figure, type Service, type Terms } from '../terms';
import { clauseNumber } from './sections';

/** What sentences refer to by id, with the name or number under which the contract has it. */
export interface ProseContext {
  readonly currency: string;
  /** Names of services by their ids. */
  readonly services: ReadonlyMap<string, string>;
  readonly figures: ReadonlyMap<string, FigureReference>;
  /** Numbers of royalty clauses by their ids: "6.1". */
  readonly royalties: ReadonlyMap<string, string>;
}

export interface FigureReference {
  readonly clause: string;
  readonly unit: Figure['unit'];
}

export type RoyaltySurroundings = Pick<Terms, 'currency' | 'figures'> & { readonly services?: readonly Service[] };

/** The context of a royalty; of whole terms, the royalty clauses are known too. */
export function contextOf(terms: RoyaltySurroundings & Partial<Pick<Terms, 'royalties'>>): ProseContext {
  const { currency, services = [], figures = [], royalties = [] } = terms;
  return {
    currency,
    services: new Map(services.map(({ id, name }) => [id, name])),
    figures: new Map(figures.map(({ id, unit }, place) => [id, { clause: clauseNumber('figures', place), unit }])),
    royalties: new Map(royalties.map(({ id }, place) => [id, clauseNumber('royalties', place)])),
  };
}

/** Names of services; an id that has none is its own name. */
export function serviceNames(ids: readonly string[], { services }: Pick<ProseContext, 'services'>): string[] {
  return ids.map((id) => services.get(id) ?? id);
}
