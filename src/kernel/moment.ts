/** What is told of one moment, piece by piece, though all of it is so already: whoever looks at several pieces waits. */
export class Moment {
  #telling = 0;
  readonly #waiting: (() => void)[] = [];

  /** Tells, and then lets those go on who waited for the whole. */
  tell(work: () => void): void {
    this.#telling += 1;
    try {
      work();
    } finally {
      this.#telling -= 1;
      if (this.#telling === 0 && this.#waiting.length > 0) this.#goOn();
    }
  }

  /** Calls `work` once all of the moment has been told: now, where nothing is being told. */
  afterwards(work: () => void): void {
    if (this.#telling === 0) work();
    else this.#waiting.push(work);
  }

  #goOn(): void {
    for (const work of this.#waiting.splice(0)) work();
  }
}
