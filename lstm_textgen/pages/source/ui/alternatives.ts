/** The alternatives to a unit: a small panel beside it. */

import { make, makeRow } from "./document.ts";
import { partsOf, said } from "./phrases.ts";
import { percent, shownAlone, spoken } from "./shown.ts";

export interface Alternative {
  text: string;
  odds: number;
}

/** The panel; there is one on a page. */
export class Alternatives {
  panel: HTMLElement;
  title: HTMLElement;
  list: HTMLElement;
  scrolled: number;

  /** @param panel an element with the attribute popover */
  constructor(panel: HTMLElement) {
    this.panel = panel;
    this.title = make("p", "small soft");
    this.list = make("ol", "");
    panel.replaceChildren(this.title, this.list);
    panel.addEventListener("keydown", (event) => this.#key(event));
    this.scrolled = 0; // the scroll position when the panel opened
    addEventListener("scroll", () => Math.abs(scrollY - this.scrolled) > 8 && this.hide(), {
      passive: true,
    });
  }

  /**
   * Show the likeliest units in the place of `unit`, which had the probability `odds`.
   * @param box where the unit is
   * @param others the likeliest, the best first
   * @param choose called with the number of the chosen one
   */
  show(
    box: DOMRect,
    unit: string,
    odds: number,
    others: Alternative[],
    choose?: (n: number) => void,
  ) {
    const name = make("b", "", shownAlone(unit));
    name.dir = "auto";
    const known = choose ? "panel.pick" : "panel.expected";
    const key = Number.isNaN(odds) ? "panel.unknown" : known;
    this.title.replaceChildren(...partsOf(key, { unit: name, odds: percent(odds) }));
    this.list.replaceChildren(
      ...others.map((other, n) => row(other, n, other.text === unit, choose)),
    );
    this.scrolled = scrollY;
    this.panel.showPopover();
    this.#place(box);
    (this.list.querySelector("button") ?? this.panel).focus({ preventScroll: true });
  }

  hide() {
    this.panel.togglePopover(false);
  }

  /** Place the panel below the unit, or above it if there is more room, and within the screen. */
  #place(box: DOMRect) {
    const { width, height } = this.panel.getBoundingClientRect();
    const [wide, high] = [document.documentElement.clientWidth, innerHeight];
    const left = Math.max(8, Math.min(box.left - 12, wide - width - 8));
    const below = box.bottom + 8;
    const top = below + height <= high - 8 ? below : Math.max(8, box.top - height - 8);
    Object.assign(this.panel.style, { left: `${left}px`, top: `${top}px` });
  }

  #key(event: KeyboardEvent) {
    const buttons = [...this.list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      buttons[(next + buttons.length) % buttons.length]?.focus();
    } else if (/^[1-9]$/.test(event.key)) {
      buttons[Number(event.key) - 1]?.click();
    }
  }
}

/** Return the row for the `n`th alternative; `chosen` if it is the unit in the text. */
function row(
  { text, odds }: Alternative,
  n: number,
  chosen: boolean,
  choose: ((n: number) => void) | undefined,
) {
  const name = chosen ? "other chosen" : "other";
  const made = makeRow(choose ? "button" : "div", name, shownAlone(text), odds, percent(odds));
  const unit = spoken(text);
  made.ariaLabel = chosen
    ? said("panel.written", { unit, odds: percent(odds) })
    : `${unit}, ${percent(odds)}`;
  made.role = choose ? null : "img";
  made.addEventListener("click", () => choose?.(n));
  return make("li", "", made);
}
