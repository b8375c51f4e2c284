/** The tabs of a page: one for each panel in its template, in their order. */

import { element, make, toAddress } from "./document.ts";
import { phraseIn } from "./phrases.ts";

/** Make the tabs, named by phrases. A panel gets the event `shown` when its tab is chosen. */
export function makeTabs() {
  const panels = [...document.querySelectorAll("[role=tabpanel]")] as HTMLElement[];
  const tabs = panels.map((panel) => {
    const names = { id: `tab-${panel.id}`, role: "tab", type: "button" };
    const tab = Object.assign(make("button", ""), names);
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("aria-labelledby", tab.id);
    return phraseIn(tab, `tab.${panel.id}`);
  });
  const show = (chosen: number) => {
    tabs.forEach((tab, n) => {
      tab.ariaSelected = String(n === chosen);
      tab.tabIndex = n === chosen ? 0 : -1;
      panels[n].hidden = n !== chosen;
    });
    panels[chosen].dispatchEvent(new Event("shown"));
  };
  tabs.forEach((tab, n) => {
    tab.addEventListener("click", () => {
      toAddress("tab", panels[n].id);
      show(n);
    });
    tab.addEventListener("keydown", ({ key }) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (way) {
        const next = (n + way + tabs.length) % tabs.length;
        tabs[next].focus();
        tabs[next].click();
      }
    });
  });
  element("tabs").replaceChildren(...tabs);
  show(0);
}
