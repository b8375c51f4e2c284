/** Seeds that end within a unit: the ways to continue, weighted as in `seeds.hy`. */

import { logOdds, logSum } from "./sampler.js";

/**
 * @typedef {import("./network.js").Network} Network
 * @typedef {import("./page.js").Constants} Constants those of `seeds.hy`, which explains them
 *
 * @typedef {object} Way to continue a seed
 * @property {number} weight ln of the probability that the model takes it
 * @property {number[]} path the ids to read first
 * @property {number} typed the characters of the next unit that the seed already has
 * @property {number[] | null} ids the possible next units; null: all
 * @property {Float64Array} odds (size,) ln of the probability of each id after the path, times
 *   that of the path
 * @property {Float32Array[]} state of the network after the path
 *
 * @typedef {object} Path units up to a place in the rest of a seed
 * @property {number} weight @property {number[]} path
 * @property {Float32Array[]} state of the network before the last of them
 *
 * @typedef {(states: Float32Array[][], ids: number[]) => Float32Array[][]} Step to the states after
 *   a unit each
 */

/**
 * Return the ways to continue after `rest`, the last word of a seed; there is always one. If it is
 * a whole word, they end it.
 * @param {Network} network that has read what comes before
 * @param {string[]} units @param {string} rest @param {Constants} constants
 */
export function waysOn(network, units, rest, constants) {
  /** @type {Step} */
  const step = (states, ids) => network.streams.step(network, states, ids);
  const all = allWaysOn(network.save(), step, units, rest, constants);
  return wholeWordWays(all, units, rest, constants);
}

/**
 * Return all ways to continue after `rest`.
 * @param {Float32Array[]} start the state of the network that has read what comes before
 * @param {Step} step @param {string[]} units @param {string} rest @param {Constants} constants
 */
export function allWaysOn(start, step, units, rest, constants) {
  /** @type {Way[]} */
  const found = [];
  /** @type {Path[][]} by their places */
  const paths = Array.from({ length: rest.length + 1 }, () => []);
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
 * @param {Way[]} ways @param {string[]} units @param {string} rest @param {Constants} constants
 */
function wholeWordWays(ways, units, rest, { known, spelled }) {
  const word = rest.trim();
  const lower = word.toLowerCase();
  if (lower === word.toUpperCase()) {
    return ways;
  }
  const forms = [word, lower, ` ${word}`, ` ${lower}`];
  const least = units.some((unit) => forms.includes(unit)) ? known : spelled;
  const ends = idsWhere(units, (unit) => !/^[\p{L}\p{M}]/u.test(unit));
  const ended = ends.length ? endedWays(ways, ends) : [];
  const [part, all] = [ended, ways].map((some) => logSum(some.map(({ weight }) => weight)));
  return part - all >= Math.log(least) ? ended : ways;
}

/**
 * Return those `ways` after which any unit may come, with only the units `ends`.
 * @param {Way[]} ways @param {number[]} ends
 */
export function endedWays(ways, ends) {
  return ways.flatMap((way) =>
    way.ids ? [] : [{ ...way, ids: ends, weight: logSum(ends.map((id) => way.odds[id])) }],
  );
}

/**
 * Return those of the `paths` worth following, given those that are `known` to become ways, with the
 * states of the network after their last units.
 * @param {Step} step @param {Path[]} paths @param {{weight: number}[]} known
 * @param {Constants} constants
 */
function followed(step, paths, known, constants) {
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

/**
 * Return those of the `paths` worth following, given those that are `known` to become ways.
 * @param {Path[]} paths @param {{weight: number}[]} known @param {Constants} constants
 */
function promising(paths, known, constants) {
  const least = Math.max(...known.map(({ weight }) => weight)) - constants.negligible;
  return likeliest(paths, constants.paths).filter(({ weight }) => weight >= least);
}

/**
 * @template {{weight: number}} T
 * @param {T[]} paths @param {number} most
 */
function likeliest(paths, most) {
  return paths.sort((a, b) => b.weight - a.weight).slice(0, most);
}

/** @param {string[]} units @param {(unit: string) => boolean} fits */
function idsWhere(units, fits) {
  return units.flatMap((unit, id) => (fits(unit) ? [id] : []));
}
