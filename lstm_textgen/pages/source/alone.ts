/** The page of models that are too large for one: only what there is to say about them. */

import { describe, titleOf } from "./tabs/about/about.ts";
import type { Facts } from "./types.ts";
import { dataOf, element, make, offerLargeType } from "./ui/document.ts";
import { offerLanguages, phraseIn, speak } from "./ui/phrases.ts";

const facts: Facts[] = dataOf("facts");

for (const each of document.querySelectorAll("[role=tabpanel]:not(#about), #tabs, #unable")) {
  each.remove();
}
const about = element("about");
about.removeAttribute("role");
about.hidden = false;
about.prepend(phraseIn(make("p", "soft"), "about.alone"));
document.body.classList.toggle("pair", facts.length > 1);
document.title = facts.map(titleOf).join(" & ");
element("name").textContent = document.title;

function tell() {
  speak(document);
  describe(facts);
}

offerLanguages();
offerLargeType();
addEventListener("languagechange", tell);
tell();
