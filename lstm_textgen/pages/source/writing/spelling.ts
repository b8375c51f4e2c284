/** Seeds that end within a unit: the ways to continue, weighted as in `seeds.hy`. */

import type { Network } from "../network/network.ts";
import type { Constants } from "../types.ts";
import { logOdds, logSum } from "./sampler.ts";

/** To continue a seed. */
export interface Way {
  weight: number; // ln of the probability that the model takes it
  path: number[]; // the ids to read first
  typed: number; // the characters of the next unit that the seed already has
  ids: number[] | null; // the possible next units; null: all
  /** (size,) ln of the probability of each id after the path, times that of the path */
  odds: Float64Array;
  state: Float32Array[]; // of the network after the path
}

/** Units up to a place in the rest of a seed. */
export interface Path {
  weight: number;
  path: number[];
  state: Float32Array[]; // of the network before the last of them
}

/** To the states after a unit each. */
export type Step = (states: Float32Array[][], ids: number[]) => Float32Array[][];

/**
 * Return the ways to continue after `rest`, the last word of a seed; there is always one. If it is
 * a whole word, they end it.
 * @param network that has read what comes before
 */
export function waysOn(network: Network, units: string[], rest: string, constants: Constants) {
  const step: Step = (states, ids) => network.streams.step(network, states, ids);
  const all = allWaysOn(network.save(), step, units, rest, constants);
  return wholeWordWays(all, units, rest, constants);
}

/**
 * Return all ways to continue after `rest`.
 * @param start the state of the network that has read what comes before
 */
export function allWaysOn(
  start: Float32Array[],
  step: Step,
  units: string[],
  rest: string,
  constants: Constants,
) {
  const found: Way[] = [];
  /** by their places */
  const paths: Path[][] = Array.from({ length: rest.length + 1 }, () => []);
  paths[0].push({ weight: 0, path: [], state: start });
  for (let place = 0; place < rest.length; place++) {
    const left = rest.slice(place);
    const alike = idsWhere(units, (unit) => unit[0] === left[0]);
    const known = [...found, ...paths[rest.length]]; // ways, and paths that will be some
    for (const { weight, path, state: here } of followed(step, paths[place], known, constants)) {
      const odds = logOdds(here[0], weight);
      const ids = alike.filter((id) => units[id] !== left && units[id].startsWith(left));
      if (ids.length) {
        const sum = logSum(ids.map((id) => odds[id]));
        found.push({ weight: sum, path, typed: left.length, ids, odds, state: here });
      }
      for (const id of alike.filter((id) => left.startsWith(units[id]))) {
        const further = { weight: odds[id], path: [...path, id], state: here };
        paths[place + units[id].length].push(further);
      }
    }
  }
  const whole = paths[rest.length];
  for (const { weight, path, state } of followed(step, whole, [...found, ...whole], constants)) {
    found.push({ weight, path, typed: 0, ids: null, odds: logOdds(state[0], weight), state });
  }
  if (!found.length) {
    const odds = logOdds(start[0]);
    found.push({ weight: 0, path: [], typed: 0, ids: null, odds, state: start });
  }
  return likeliest(found, units.length);
}

/**
 * Return those `ways` to continue after `rest` that end it, if it is a whole word; otherwise all.
 */
function wholeWordWays(ways: Way[], units: string[], rest: string, { known, spelled }: Constants) {
  const word = rest.trim();
  const lower = word.toLowerCase();
  if (lower === word.toUpperCase()) return ways;
  const forms = [word, lower, ` ${word}`, ` ${lower}`];
  const least = units.some((unit) => forms.includes(unit)) ? known : spelled;
  const ends = idsWhere(units, (unit) => !/^[\p{L}\p{M}]/u.test(unit));
  const ended = ends.length ? endedWays(ways, ends) : [];
  const [part, all] = [ended, ways].map((some) => logSum(some.map(({ weight }) => weight)));
  return part - all >= Math.log(least) ? ended : ways;
}

/** Return those `ways` after which any unit may come, with only the units `ends`. */
export function endedWays(ways: Way[], ends: number[]) {
  return ways.flatMap((way) =>
    way.ids ? [] : [{ ...way, ids: ends, weight: logSum(ends.map((id) => way.odds[id])) }],
  );
}

/**
 * Return those of the `paths` worth following, given those that are `known` to become ways, with
 * the states of the network after their last units.
 */
function followed(step: Step, paths: Path[], known: { weight: number }[], constants: Constants) {
  const some = promising(paths, known, constants);
  if (!some.length || !some[0].path.length) {
    return some; // the place where the rest begins
  }
  const ids = some.map(({ path }) => path[path.length - 1]);
  const states = step(
    some.map(({ state }) => state),
    ids,
  );
  return some.map((path, n) => ({ ...path, state: states[n] }));
}

/** Return those of the `paths` worth following, given those that are `known` to become ways. */
function promising(paths: Path[], known: { weight: number }[], constants: Constants) {
  const least = Math.max(...known.map(({ weight }) => weight)) - constants.negligible;
  return likeliest(paths, constants.paths).filter(({ weight }) => weight >= least);
}

function likeliest<T extends { weight: number }>(paths: T[], most: number) {
  return paths.sort((a, b) => b.weight - a.weight).slice(0, most);
}

function idsWhere(units: string[], fits: (unit: string) => boolean) {
  return units.flatMap((unit, id) => (fits(unit) ? [id] : []));
}
