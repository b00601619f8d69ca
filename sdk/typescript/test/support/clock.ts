/** A clock that moves when something waits, so that no test does. */
import type { Surroundings } from "../../src/transport.js";

export interface Clock extends Surroundings {
  waits: number[];
  advance(milliseconds: number): void;
}

export function clock(): Clock {
  let now = Date.now();
  const waits: number[] = [];
  return {
    waits,
    advance: (milliseconds) => void (now += milliseconds),
    now: () => now,
    random: () => 1,
    wait: (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}
