/** The page: its tabs, and what all of it says about its models, in the language of now. */

import { session } from "./models/session.ts";
import { describe, introduce } from "./tabs/about/about.ts";
import { showSamples } from "./tabs/about/samples.ts";
import { CellsView } from "./tabs/cells/cells-view.ts";
import { Reading } from "./tabs/read/reading.ts";
import { panel, textOf } from "./tabs/write/write.ts";
import "./tabs/together/together.ts";
import "./tabs/teach/teach.ts";
import { element, field, fromAddress, offerLargeType } from "./ui/document.ts";
import { offerLanguages, speak } from "./ui/phrases.ts";
import { makeTabs } from "./ui/tabs.ts";

const cells = new CellsView((n) => textOf(n).whole);
const reading = new Reading(panel);

/** Say what depends on the models and the language. */
function tell() {
  const models = session.models.map(({ facts }) => facts);
  speak(document);
  introduce(models);
  describe(models);
}

/** Arrange the tabs for the models. */
function arrange() {
  cells.arrange();
  tell();
}

/** Open the tab that the address names, as in english.html#teach. */
function openTab() {
  document.getElementById(`tab-${fromAddress("tab") ?? location.hash.slice(1)}`)?.click();
}

element("cells").addEventListener("shown", () => cells.open());
element("read").addEventListener("shown", () => reading.read());
element("to-read").addEventListener("click", () => {
  field("read-own").value = textOf(0).whole;
  element("tab-read").click();
});
element("about").addEventListener("shown", () => showSamples(session.models));
addEventListener("languagechange", () => {
  tell();
  cells.open();
  reading.read();
});
addEventListener("hashchange", openTab);
session.subscribe(arrange);
offerLanguages();
offerLargeType();
makeTabs();
arrange();
element("unable").remove();
openTab();
