/** The voices of a sheet: how loud each model is, and who wrote what share. */

import { session } from "../../models/session.ts";
import { element, make } from "../../ui/document.ts";
import { inDigits, partsOf, said } from "../../ui/phrases.ts";
import { titleOf } from "../about/about.ts";

/** Return the volume of a model, from 0 to 1. */
export function volumeOf(n: number) {
  const slider = document.getElementById(`volume-${n}`) as HTMLInputElement | null;
  return Number(slider?.value ?? 1);
}

/** Show a slider for each of two models. */
export function showVolumes(moved: () => void) {
  const models = session.models;
  element("volumes").hidden = models.length < 2;
  const rows = models.map(({ facts }, n) => {
    const id = `volume-${n}`;
    const slider = Object.assign(document.createElement("input"), {
      ...{ type: "range", id, min: "0", max: "1", step: "0.05", value: String(volumeOf(n)) },
    });
    const name = make("span", n ? "voice second" : "voice", titleOf(facts));
    const label = make("label", "", ...partsOf("together.volume", { name }));
    label.setAttribute("for", id);
    const number = make("span", "soft", inPercent(volumeOf(n)));
    slider.addEventListener("input", () => {
      number.textContent = inPercent(Number(slider.value));
      moved();
    });
    return make("p", "", label, slider, number);
  });
  element("volumes").replaceChildren(...rows);
}

/**
 * Show who wrote what share, each on the color that shows it in the sheet.
 * @param counts of characters: a person's, the first model's, the second's
 */
export function showShares(counts: number[]) {
  const all = counts.reduce((a, b) => a + b);
  element("sheet-after").hidden = all === 0;
  const models = session.models;
  const names =
    models.length > 1 ? models.map(({ facts }) => titleOf(facts)) : [said("together.machine")];
  const parts = names.map((_, n) => Math.round((100 * counts[n + 1]) / (all || 1)) / 100);
  const yours = parts.reduce((left, part) => left - part, 1); // so that all add up to 1
  const texts = [
    said("together.you", { share: inPercent(yours) }),
    ...names.map((name, n) => `${name} ${inPercent(parts[n])}`),
  ];
  const place = element("sheet-shares");
  if (place.children.length !== texts.length) {
    const kinds = ["", "", "second"];
    const made = texts.map((_, n) => make(n ? "i" : "span", kinds[n], ""));
    place.replaceChildren(...made.flatMap((each) => [each, ", "]).slice(0, -1));
  }
  texts.forEach((text, n) => {
    (place.children[n].firstChild as Node).nodeValue = text; // see `Offered`
  });
}

/** @param part of 1 */
function inPercent(part: number) {
  return inDigits(part, { style: "percent" });
}
