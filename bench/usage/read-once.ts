import { ReadReport } from '../../src/usage/read-report';
import { runAsChild, tell, told } from '../support/child';
import { millisecondsOf } from '../support/figures';
import { type ProductOrder, serveProduct } from './product';

export interface ReadOrder extends ProductOrder {
  readonly reportId: string;
}

/** Reads a received report once, from stored bytes to commit, when told to. */
runAsChild<ReadOrder>(async (order) => {
  const { app, close } = await serveProduct(order, false);
  const job = app.get(ReadReport, { strict: false });
  tell('ready');
  await told();
  const milliseconds = await millisecondsOf(() => job.execute({ reportId: order.reportId }));
  tell({ milliseconds });
  await close();
});
