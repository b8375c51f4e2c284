/** The time of a run, and of what is due in it. */
export class Clock {
  begun = performance.now();
  /** when each thing was last done */
  last: Map<string, number> = new Map();
  channel = new MessageChannel();

  /** Seconds since the run began. */
  get seconds() {
    return (performance.now() - this.begun) / 1000;
  }

  /**
   * Return whether a thing, to be done at an interval of `milliseconds`, is due; then it is done.
   */
  due(name: string, milliseconds: number) {
    const now = performance.now();
    const due = now - (this.last.get(name) ?? this.begun) >= milliseconds;
    if (due) {
      this.last.set(name, now);
    }
    return due;
  }

  /** Let messages come in: a timer would take longer. */
  breathe() {
    const { port1, port2 } = this.channel;
    return new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  }

  /** Free what the clock holds. */
  close() {
    this.channel.port1.close();
  }
}
