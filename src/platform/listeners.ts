import type { Tx } from './database/tx';

/**
 * What higher modules do in a transaction of this one, together with it or not at all. They register in their module's `onModuleInit`
 * and run one after the other in the order of their names, whatever the order of start-up was.
 */
export abstract class Listeners<Told extends readonly unknown[]> {
  private readonly listeners = new Map<string, (tx: Tx, ...told: Told) => Promise<void>>();

  register(name: string, listener: (tx: Tx, ...told: Told) => Promise<void>): void {
    if (this.listeners.has(name)) throw new Error(`listener ${name} is registered twice`);
    this.listeners.set(name, listener);
  }

  async run(tx: Tx, ...told: Told): Promise<void> {
    const inOrder = [...this.listeners].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, listener] of inOrder) await listener(tx, ...told);
  }
}
