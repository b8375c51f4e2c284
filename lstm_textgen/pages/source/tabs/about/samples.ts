/** What a model writes at three temperatures, in the tab About. */

import { Model } from "../../models/model.ts";
import { readFingerprints } from "../../text/fingerprint.ts";
import { CONSTANTS, make } from "../../ui/document.ts";
import { phraseIn } from "../../ui/phrases.ts";
import { itemOf } from "../write/list.ts";
import { Rivals, rivalsFor } from "../write/rivals.ts";
import { placeForSamples } from "./about.ts";

/** The temperatures, by the phrases that name them. */
const TEMPERATURES = { "about.careful": 0.6, "about.usual": 1, "about.wild": 1.5 };

/** The length of a sample, and the number of items of a list. */
const SAMPLE_LENGTH = 300;
const SAMPLE_ITEMS = 8;

/** As the program generates unless it is told otherwise, without copies of what it read here. */
const RULES = { topP: 1, minP: 0.1, noRepeat: 0, original: false, milliseconds: 5000 };

/**
 * Show samples by the models that have none yet. They are always the same for the same model. Each
 * has a worker of its own for that, as the others' texts may go on.
 */
export async function showSamples(models: Model[]) {
  for (const { facts, weights } of models) {
    const place = placeForSamples(facts);
    if (place.hidden) {
      place.hidden = false;
      const own = new Model(facts, weights);
      for (const [key, temperature] of Object.entries(TEMPERATURES)) {
        const text = make("div", facts.code ? "text code" : "text");
        const title = phraseIn(make("figcaption", "small soft"), key, { temperature });
        Object.assign(text, {
          lang: "",
          dir: "auto",
          textContent: await sampleOf(own, temperature),
        });
        place.append(make("figure", "", title, text));
      }
      own.end();
    }
  }
}

async function sampleOf(model: Model, temperature: number) {
  const { facts, vocabulary } = model;
  const seed = vocabulary.readSeed("");
  await model.ask("begin", { ...seed, rngSeed: 1, stream: 0 });
  const length = facts.end ? facts.mostUnits : SAMPLE_LENGTH;
  const most = facts.end ? rivalsFor(facts) : 1;
  const chooser = new Rivals(new Set(readFingerprints(facts.known, CONSTANTS)));
  const texts = [];
  for (let n = 0; n < (facts.end ? SAMPLE_ITEMS : 1); n++) {
    const items = [];
    for (let stream = n * most; stream < (n + 1) * most; stream++) {
      await model.ask("again", { rngSeed: 1, stream });
      const { units } = await model.ask("write", { ...RULES, length, temperature });
      items.push(itemOf("", units, false));
    }
    texts.push((seed.opening + chooser.best(items).text).trim());
  }
  return texts.join(facts.end);
}
