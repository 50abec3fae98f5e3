import { Given } from '../../test/support/given';
import { runAsChild, tell, told } from '../support/child';
import { type ProductOrder, serveProduct } from '../usage/product';
import { makeCatalogue } from './world';

export interface SearchOrder extends ProductOrder {
  readonly superuserUrl: string;
  readonly recordings: number;
}

export interface ServedCatalogue {
  readonly url: string;
  readonly labelKey: string;
  readonly platformKey: string;
  readonly madeInSeconds: number;
}

/** The product with one label's catalogue and one platform that is offered a part; answers until it is told to stop. */
runAsChild(async ({ superuserUrl, recordings, ...order }: SearchOrder) => {
  const { url, parts, close } = await serveProduct(order, true);
  const given = new Given(url, parts);
  const [label, platform] = [await given.label(), await given.platform()];
  const began = performance.now();
  await makeCatalogue(superuserUrl, {
    labelId: label.organizationId,
    platformId: platform.organizationId,
    recordings,
  });
  const madeInSeconds = Math.round((performance.now() - began) / 1000);
  const keyOf = async ({ as }: typeof label, role: string): Promise<string> =>
    (await as.post<{ key: string }>('/v1/api-keys', { name: 'finder', roles: [role] })).key;
  const [labelKey, platformKey] = [await keyOf(label, 'catalogue'), await keyOf(platform, 'usage')];
  tell({ url, labelKey, platformKey, madeInSeconds } satisfies ServedCatalogue);
  await told();
  await close();
});
