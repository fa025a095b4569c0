/** The service's time, whatever this machine's clock says. */
export class ServiceClock {
  #offset: number | undefined;
  #newest = 0;

  /** @param at the Date header of an answer. */
  learn(at: Date | undefined): void {
    if (at !== undefined) this.#offset = at.getTime() - Date.now();
  }

  /**
   * The service has created something at this time, so its clock is not behind. In milliseconds.
   */
  saw(moment: number): void {
    this.#newest = Math.max(this.#newest, moment);
  }

  /** Milliseconds; a guess by this machine's clock until the service has said. */
  now(): number {
    return Math.max(this.#byHeader(), this.#newest);
  }

  /** A time that the service's clock has certainly passed, in milliseconds. */
  passed(): number {
    return this.#offset === undefined ? this.#newest : this.#byHeader();
  }

  #byHeader(): number {
    return Date.now() + (this.#offset ?? 0);
  }
}
