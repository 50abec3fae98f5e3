import {
  type CloseFacts,
  type CollateralAccount,
  type ExchangeRate,
  type PoolAccount,
  type TaxFacts,
  type Terms,
} from '../kernel';
import { list, object, record, refuse, type Place, type Reader } from './read-json';
import { day, minorOf, rateAboveZero, rateFromZero, shareBelowOne, words } from './read-values';

/**
 * What neither contract nor usage says, as `facts` of a context file. Facts for which the terms have no clause are faults, for a
 * close would pass over them without a word; where the terms themselves have faults nothing is known of their clauses.
 */
export function factsReader(terms: Terms | undefined): Reader<CloseFacts> {
  const money = minorOf(terms?.currency, { code: 'context-amount', signed: false });
  const moneyOrDebt = minorOf(terms?.currency, { code: 'context-amount', signed: true });
  const named = (known: readonly string[], what: string): Reader<string> => withClause(terms, words, { known, what });
  const options = (terms?.advances ?? []).flatMap(({ id, option }) => (option ? [id] : []));
  const account = object<CollateralAccount, Pick<Required<PoolAccount>, 'received'>>(
    {
      account: named(terms?.recoupment?.pooledWith ?? [], 'agreement of the pool'),
      opening: money,
      earned: moneyOrDebt,
    },
    { received: money },
  );
  const rated = (rate: Reader<string>) => object<{ rate: string; source: string }>({ rate, source: words });
  const taxes = object<object, Required<TaxFacts>>({}, { withholding: rated(shareBelowOne), vat: rated(rateFromZero) });
  return object<object, Required<CloseFacts>>(
    {},
    {
      expenses: money,
      exercised: list(named(options, 'optional advance')),
      creditsRequested: record(
        money,
        named(
          (terms?.inKindCredits ?? []).map(({ id }) => id),
          'credit in kind',
        ),
      ),
      pool: poolOf(terms, list(account)),
      taxes: agreed(terms === undefined || terms.taxes !== undefined, taxes),
      exchange: agreed(
        terms === undefined || terms.exchange !== undefined,
        object<ExchangeRate>({ rate: rateAboveZero, source: words, on: day }),
      ),
    },
  );
}

const notAgreed = (place: Place, message: string): undefined => refuse(place, 'facts-not-agreed', message);

function agreed<Value>(clause: boolean, reader: Reader<Value>): Reader<Value> {
  return (place) => (clause ? reader(place) : notAgreed(place, 'has no clause in these terms'));
}

function withClause(
  terms: Terms | undefined,
  reader: Reader<string>,
  { known, what }: { known: readonly string[]; what: string },
): Reader<string> {
  return (place) => {
    const name = reader(place);
    if (name === undefined || terms === undefined || known.includes(name)) return name;
    return notAgreed(place, `"${name}" is no ${what} of these terms`);
  };
}

/** Each other agreement of the pool exactly once. */
function poolOf(terms: Terms | undefined, reader: Reader<readonly PoolAccount[]>): Reader<readonly PoolAccount[]> {
  return (place) => {
    const accounts = reader(place);
    const given = accounts?.map(({ account }) => account) ?? [];
    const missing = (terms?.recoupment?.pooledWith ?? []).filter((account) => !given.includes(account));
    if (!accounts) return undefined;
    if (missing.length > 0) return refuse(place, 'facts-missing', `lacks ${missing.join(', ')}`);
    if (new Set(given).size < given.length) return refuse(place, 'context-duplicate', 'has an agreement twice');
    return accounts;
  };
}
