/** What a model makes of a text that it reads aside, while the text that it writes stays. */

import { Memory } from "./memory.js";

/**
 * @typedef {import("./worker.js").Writer} Writer
 * @typedef {{ids: number[], start: number[]}} Given a text, and what is read before it; -1: unknown
 */

/**
 * Let a writer's network read by `look`; return what that returns.
 * @template T @param {Writer} writer @param {Given} given
 * @param {(writer: Writer, given: Given) => T} look
 */
export function aside(writer, given, look) {
  const { network, memory, units, constants } = writer;
  const saved = network.save();
  writer.memory = new Memory(units, constants.memory);
  network.restore();
  const result = look(writer, given);
  writer.memory = memory;
  network.restore(saved);
  return result;
}

/**
 * Return the units of a text as the model would have chosen each; what it never saw has odds NaN.
 * @param {Writer} writer @param {Given} given
 */
export function surprises(writer, { ids, start }) {
  const { network, facts } = writer;
  start.forEach((id) => network.step(id));
  const units = ids.map((id) => {
    const unit = writer.unit(Math.max(id, 0));
    if (id >= 0) {
      network.step(id);
    }
    return id < 0 || id === facts.unknown ? { ...unit, odds: Number.NaN } : unit;
  });
  return { units };
}

/**
 * Return what the cells do: of each unit and layer their activations times 127, as bytes.
 * @param {Writer} writer @param {Given} given
 */
export function cellsIn({ network }, { ids, start }) {
  start.forEach((id) => network.advance(id));
  const rows = ids.map((id) => {
    if (id >= 0) {
      network.advance(id);
    }
    return network.layers.map(({ activation }) =>
      Int8Array.from(activation, (value) => Math.round(127 * value)),
    );
  });
  return { rows };
}
