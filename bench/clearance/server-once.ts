import { Given } from '../../test/support/given';
import { runAsChild, tell, told } from '../support/child';
import { concludeLicence } from '../support/licence';
import { type ProductOrder, serveProduct } from '../usage/product';

export interface ServerOrder extends ProductOrder {
  readonly tracks: number;
}

export interface ServedWorld {
  readonly url: string;
  readonly key: string;
  readonly serviceId: string;
  readonly isrcs: readonly string[];
}

/** The product with one signed agreement, and a key of its platform; answers until it is told to stop. */
runAsChild(async ({ tracks, ...order }: ServerOrder) => {
  const { url, parts, close } = await serveProduct(order, true);
  const { platform, services, isrcs } = await concludeLicence(new Given(url, parts), { url, tracks });
  const { key } = await platform.as.post<{ key: string }>('/v1/api-keys', { name: 'player', roles: ['usage'] });
  tell({ url, key, serviceId: services[0]!.id, isrcs } satisfies ServedWorld);
  await told();
  await close();
});
