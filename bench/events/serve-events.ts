import { Given } from '../../test/support/given';
import { runAsChild, tell, told } from '../support/child';
import { concludeLicence } from '../support/licence';
import { type ProductOrder, serveProduct } from '../usage/product';

export interface ServeOrder extends ProductOrder {
  readonly tracks: number;
}

export interface ServedEvents {
  readonly url: string;
  readonly key: string;
  readonly serviceIds: readonly string[];
  readonly isrcs: readonly string[];
}

/** The product with a licence on it, until it is told to end. */
runAsChild<ServeOrder>(async (order) => {
  const { url, parts, close } = await serveProduct(order, true);
  try {
    const { platform, services, isrcs } = await concludeLicence(new Given(url, parts), { url, tracks: order.tracks });
    const { key } = await platform.as.post<{ key: string }>('/v1/api-keys', { name: 'Players', roles: ['usage'] });
    tell({ url, key, serviceIds: services.map(({ id }) => id), isrcs } satisfies ServedEvents);
    await told();
  } finally {
    await close();
  }
});
