/** The chart of how surprised a machine is while it learns. */

import { chartOf } from "../../ui/charts.ts";
import { inTenths, said } from "../../ui/phrases.ts";

/** The lines, and the phrases that name them. */
const LINES = { read: "teach.read", hidden: "teach.hidden" };

/** The chart in an element. */
export class SurpriseChart {
  /** points: the percentage of the run that is done, and bits per character */
  lines: Record<keyof typeof LINES, [number, number][]> = { read: [], hidden: [] };
  /** The percentage at the right edge, and that whose figures are told. */
  end = 100;
  told = 100;

  place: HTMLElement;

  constructor(place: HTMLElement) {
    this.place = place;
    addEventListener("languagechange", () => this.draw());
  }

  clear() {
    Object.assign(this, { lines: { read: [], hidden: [] }, end: 100, told: 100 });
    this.draw();
  }

  /** @param part that is done, of 1 */
  add(line: keyof typeof LINES, part: number, bits: number) {
    if (Number.isFinite(bits)) {
      this.lines[line].push([100 * part, bits]);
      this.draw();
    }
  }

  /** The run is over: what there is fills the chart; told is the part that is `kept`. */
  finish(kept: number) {
    this.told = 100 * kept;
    this.end = Math.max(
      1,
      ...Object.values(this.lines).flatMap((points) => points.map(([x]) => x)),
    );
    this.draw();
  }

  draw() {
    const lines = (["read", "hidden"] as const).map((kind) => {
      const points = this.lines[kind];
      const last = points.findLast(([x]) => x <= this.told);
      const figure = last ? said("teach.bits", { bits: inTenths(last[1]) }) : "–";
      return { kind, label: said(LINES[kind]), figure, points };
    });
    const ends = [said("teach.sure"), said("teach.surprised")];
    const some = lines.some(({ points }) => points.length);
    const drawn = some ? chartOf(lines, said("teach.surprise"), this.end, ends) : [];
    this.place.replaceChildren(...drawn);
  }
}
