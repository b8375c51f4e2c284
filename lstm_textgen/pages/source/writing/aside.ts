/** What a model makes of a text that it reads aside, while the text that it writes stays. */

import { Memory } from "./memory.ts";
import type { Writer } from "./writer.ts";

/** A text, and what is read before it; -1: unknown. */
export type Given = { ids: number[]; start: number[] };

/** Let a writer's network read by `look`; return what that returns. */
export function aside<T>(writer: Writer, given: Given, look: (writer: Writer, given: Given) => T) {
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
 */
export function surprises(writer: Writer, { ids, start }: Given) {
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

/** Return what the cells do: of each unit and layer their activations times 127, as bytes. */
export function cellsIn({ network }: Writer, { ids, start }: Given) {
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
