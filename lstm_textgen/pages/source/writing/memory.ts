/** A memory of a seed, as in `memory.hy`, which explains it and has the constants. */

import { lastOf } from "../text/units.ts";
import type { Constants as AllConstants, Place } from "../types.ts";
import { logOdds, softmax } from "./sampler.ts";

/** In the seed. */
export interface Moment {
  id: number; // of the unit that came next
  share: number; // of it at most
  output: Float32Array; // of the network there
}

export type Constants = AllConstants["memory"];

/** The rule; it knows what it was told to remember. */
export class Memory {
  /** the latest, by their keys */
  moments: Map<string, Moment[]> = new Map();

  units: string[];
  constants: Constants;

  constructor(units: string[], constants: Constants) {
    this.units = units;
    this.constants = constants;
  }

  /** Remember that the unit `id` came after `text`, where the network's output was `output`. */
  take(id: number, text: string, output: Float32Array) {
    const key = keyOf(text, this.constants);
    const share = shareOf(text, this.units[id], this.constants);
    const all = [...(this.moments.get(key) ?? []), { id, share, output: output.slice() }];
    this.moments.set(key, all.slice(-this.constants.speakers));
  }

  score(scores: Float64Array, { logits, output, text }: Place, temperature: number) {
    const { sharpness, trace } = this.constants;
    const known = this.moments.get(keyOf(text, this.constants));
    if (!known) return;
    const weights = softmax(known.map((moment) => sharpness * dot(moment.output, output)));
    /** the shares of the units */
    const shares: Map<number, number> = new Map();
    known.forEach(({ id, share }, n) => {
      shares.set(id, (shares.get(id) ?? 0) + share * weights[n]);
    });
    const own = Math.max(trace, 1 - [...shares.values()].reduce((a, b) => a + b));
    const odds = logOdds(logits);
    shares.forEach((share, id) => {
      if (odds[id] > Number.NEGATIVE_INFINITY) {
        scores[id] += (Math.log(Math.exp(odds[id]) + share / own) - odds[id]) / temperature;
      }
    });
  }
}

/** Return the share of `unit` after the text `before`, at most. */
function shareOf(
  before: string,
  unit: string,
  { recall, withinNames, elsewhere, tail }: Constants,
) {
  const word = lettersOf(lastOf(before, tail));
  if (word && /^\p{L}/u.test(unit)) {
    const times = Array.from(word).length > 1 ? 1 : elsewhere;
    return Math.min(1, recall * (/^\p{Uppercase}/u.test(word) ? withinNames : times));
  }
  return recall * (/^\s*\p{Uppercase}/u.test(unit) ? 1 : elsewhere);
}

/** Return what places must have before them to be like that after `text`, which may be empty. */
function keyOf(text: string, { spelled, apostrophes, tail }: Constants) {
  const end = lastOf(text, tail);
  const word = lettersOf(end);
  const before = lastOf(end.slice(0, end.length - word.length), 1);
  const mark = apostrophes.includes(before || " ") ? before : " ";
  return word ? lastOf(mark + word, spelled) : before;
}

/** Return the letters at the end of `text`. */
function lettersOf(text: string) {
  return text.match(/\p{L}*$/u)?.[0] ?? "";
}

function dot(a: Float32Array, b: Float32Array) {
  return a.reduce((sum, each, n) => sum + each * b[n], 0);
}
