/** The process is gone: nothing that it does from now on has an effect. */
export class CrashError extends Error {}

/** One worker process as its ports see it: it dies before or after the nth call that it makes. */
export class Mortal {
  readonly calls: string[] = [];
  beforeCall: (call: string) => void | Promise<void> = () => undefined;
  afterCall: (call: string) => void | Promise<void> = () => undefined;
  #isDead = false;
  #at = Number.POSITIVE_INFINITY;
  #when: 'before' | 'after' = 'before';

  dieAt(call: number, when: 'before' | 'after'): void {
    this.#at = call;
    this.#when = when;
  }

  dieNow(): never {
    this.#isDead = true;
    throw new CrashError('The worker died');
  }

  /** A new process takes its place. */
  revive(): void {
    this.#isDead = false;
    this.#at = Number.POSITIVE_INFINITY;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** `port`, every method of which fails once the process is dead. */
  guard<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, key, receiver) => {
        const value: unknown = Reflect.get(target, key, receiver);
        if (typeof value !== 'function') return value;
        return async (...parameters: unknown[]): Promise<unknown> => {
          this.#assertAlive();
          const call = `${name}.${String(key)}`;
          this.calls.push(call);
          const isLast = this.calls.length === this.#at;
          if (isLast && this.#when === 'before') this.dieNow();
          await this.beforeCall(call);
          const result: unknown = await value.apply(target, parameters);
          await this.afterCall(call);
          if (isLast && this.#when === 'after') this.dieNow();
          this.#assertAlive();
          return result;
        };
      },
    });
  }

  #assertAlive(): void {
    if (this.#isDead) throw new CrashError('The worker is dead');
  }
}
