/** How models write: texts, items of lists, samples and single lines. */

import { lengthOf } from "../text/units.ts";
import type { Facts } from "../types.ts";
import type { Unit, Written } from "../writing/writer.ts";
import type { Model } from "./model.ts";

/** Milliseconds that a worker generates before it answers. */
const SLICE = 30;

/** How a model is to write. */
export interface Sampling {
  temperature: number;
  topP: number;
  minP: number;
  noRepeat: number; // how many characters no passage has that occurs twice; 0: any may
  original: boolean; // whether nothing is copied from a text that is known
}

/**
 * Let a model read a seed, as its vocabulary returns it. The text that it then writes is the
 * `stream`th of those with this random seed.
 */
export function read(
  model: Model,
  { ids, start, rest, opening }: ReturnType<Model["vocabulary"]["readSeed"]>,
  rngSeed: number,
  stream = 0,
) {
  return model.ask("begin", { ids, start, rest, opening, rngSeed, stream });
}

/** Return how long a text of `units` is, in the model's measure. */
export function lengthOfAll(units: Unit[], { measure }: Facts) {
  return units.reduce((sum, { text }) => sum + lengthOf(text, measure), 0);
}

/** Let a model write up to a `length` in its measure, to an item's end, or for a moment. */
export function writeSlice(model: Model, sampling: Sampling, length: number): Promise<Written> {
  return model.ask("write", { ...sampling, length: Math.min(length, 4096), milliseconds: SLICE });
}

/**
 * Let a model write on after `units`, until an item ends, or as long as there is `room` after them;
 * return all of them, and whether it ended, or null if the signal came first.
 */
export async function writeWhole(
  model: Model,
  sampling: () => Sampling,
  room: (units: Unit[]) => number,
  signal?: AbortSignal,
  units: Unit[] = [],
): Promise<Written | null> {
  let ended = false;
  for (let left = room(units); left > 0 && !ended; left = room(units)) {
    const slice = await writeSlice(model, sampling(), left);
    if (signal?.aborted) return null;
    units.push(...slice.units);
    ended = slice.ended;
  }
  return { units, ended };
}
