/** The controls of the tab Write. */

import { session } from "../../models/session.ts";
import { element, field } from "../../ui/document.ts";
import { inDigits } from "../../ui/phrases.ts";

/** Return the values of the controls. */
export function settings() {
  return {
    seed: field("seed").value,
    temperature: Number(field("temperature").value),
    topP: Math.max(0.01, Number(field("top-p").value) || 1),
    minP: Math.min(1, Number(field("min-p").value)),
    rngSeed: Number(field("rng-seed").value) >>> 0,
    length: Math.max(1, Math.floor(field("length").valueAsNumber) || Infinity),
    fast: field("fast").checked,
    fresh: field("new").checked,
    pattern: field("pattern").value,
    noRepeat: Number(field("no-repeat").value),
    original: field("teach-fresh").checked,
  };
}

/** Show the number beside the slider, and fit the seed field to its lines. */
export function showControls() {
  const digits = { minimumFractionDigits: 1 };
  element("temperature-value").textContent = inDigits(settings().temperature, digits);
  const seed = element("seed");
  seed.style.height = "auto";
  const border = seed.offsetHeight - seed.clientHeight;
  seed.style.height = `${seed.scrollHeight + border}px`; // without a scroll bar
}

/** Make the pattern that the fields before it ask for. */
function makePattern() {
  const any = session.models[0].facts.end.length > 1 ? "[\\s\\S]" : ".";
  const part = field("contains").value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const most = field("most").value && `${any}{1,${field("most").value}}`;
  const whole = part && `${any}*${part}${any}*`;
  field("pattern").value = most && whole ? `(?=${most}$)${whole}` : most || whole;
}

element("form").addEventListener("input", showControls);
addEventListener("resize", showControls);
element("rng-seed").addEventListener("input", () => {
  field("vary").checked = false;
});
element("contains").addEventListener("input", makePattern);
element("most").addEventListener("input", makePattern);
element("write").addEventListener("shown", showControls); // what is hidden has no height
