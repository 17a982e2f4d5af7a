/** What is pushed, as each test says. */
import type { Pushed } from '../../src/domain/evidence/push.ts';
import type { EvidenceFault, PushLook, PushSource } from '../../src/ports/evidence.ts';

export class FakePush implements PushSource {
  readonly listened: (readonly PushLook[])[] = [];
  tells: Pushed | undefined;
  whole = true;
  fault: EvidenceFault | undefined;
  readonly #order: string[];

  constructor(order: string[] = []) {
    this.#order = order;
  }

  listen(looks: readonly PushLook[]): Promise<EvidenceFault | undefined> {
    this.listened.push(looks);
    return Promise.resolve(this.fault);
  }

  catchUp(): Promise<void> {
    return Promise.resolve();
  }

  told(): Pushed | undefined {
    if (this.tells !== undefined) this.#order.push('push');
    return this.tells;
  }

  isWhole(): boolean {
    return this.whole;
  }

  rest(): void {
    this.tells = undefined;
  }
}
