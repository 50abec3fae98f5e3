import { isOutboundAddress } from '../../platform/outbound/outbound-address';
import type { RateSource } from '../../kernel';

/** Where this installation fetches rates from by itself; a source that is absent is not fetched. */
export interface RateFeedsConfig {
  readonly addresses: Readonly<Partial<Record<RateSource, string>>>;
  /** How often. */
  readonly hours: number;
}

/** The configuration, for whoever fetches. */
export class RateFeeds {
  constructor(readonly config: RateFeedsConfig | undefined) {}
}

type Environment = Readonly<Record<string, string | undefined>>;

const variables = { ecb: 'EXCHANGE_RATES_ECB_URL', cbr: 'EXCHANGE_RATES_CBR_URL' } as const;

/** What the environment says of rates; every fault goes to `faults`. Undefined where nothing is to be fetched. */
export function rateFeedsConfig(environment: Environment, faults: string[]): RateFeedsConfig | undefined {
  const text = environment.EXCHANGE_RATES_HOURS ?? '6';
  if (!/^([1-9]|1\d|2[0-4])$/.test(text)) {
    faults.push(`EXCHANGE_RATES_HOURS must be a whole number of hours from 1 to 24, not "${text}"`);
  }
  const addresses: Partial<Record<RateSource, string>> = {};
  for (const [source, variable] of Object.entries(variables) as [RateSource, string][]) {
    const address = environment[variable];
    if (address === undefined) continue;
    if (isOutboundAddress(address)) addresses[source] = address;
    else faults.push(`${variable} must be an https address, or http on loopback, without credentials`);
  }
  return Object.keys(addresses).length === 0 ? undefined : { addresses, hours: Number(text) };
}
