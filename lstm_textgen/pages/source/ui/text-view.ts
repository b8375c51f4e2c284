/**
 * A text on the page whose units are shaded. They are joined in runs of one shade, so that a long
 * text has few elements and letters that join keep doing so; a frame marks the unit looked at.
 */

import { make } from "./document.ts";
import { visible } from "./shown.ts";

const segmenter = new Intl.Segmenter();

/** A unit and the class of its shade. */
export interface Shaded {
  text: string;
  shade: string;
}

/** A text in an element; `look` is called with the number of the unit under the pointer. */
export class TextView {
  units: Shaded[] = [];
  /** where each unit begins: in the node of its run */
  spots: { node: Text; start: number }[] = [];
  /** The unit in the frame; -1: none. */
  at = -1;

  element: HTMLElement;
  look: (index: number, open: boolean) => void;
  body: HTMLElement;
  place: HTMLElement; // What comes next belongs in here: the body, or an entry of a list.
  frame: HTMLElement;

  /** @param look with whether the unit is to be opened */
  constructor(element: HTMLElement, look: (index: number, open: boolean) => void) {
    this.element = element;
    this.look = look;
    this.body = make("span", "");
    this.place = this.body;
    this.frame = make("span", "frame");
    this.frame.hidden = true;
    element.replaceChildren(this.body, this.frame);
    element.addEventListener("click", (event) => this.#click(event));
    element.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.mark(this.at)).observe(element);
  }

  clear() {
    this.body.replaceChildren();
    this.place = this.body;
    this.units = [];
    this.spots = [];
    this.mark(-1);
  }

  /**
   * Add an entry of a list, with the class `name`, at the end.
   * @param dir which way it runs
   */
  appendEntry(units: Shaded[], name: string, dir: string) {
    this.place = Object.assign(make("div", name), { role: "listitem", dir });
    this.body.append(this.place);
    this.append(units);
  }

  /** @param units to add at the end */
  append(units: Shaded[]) {
    for (const unit of units) {
      const last = this.place.hasChildNodes() ? this.units.at(-1) : null;
      const joined = last && (last.shade === unit.shade || joins(last.text, unit.text));
      const node = (joined && this.spots.at(-1)?.node) || document.createTextNode("");
      if (!joined) {
        // One without a shade, too: Chromium draws bare text a pixel lower than text in elements.
        this.place.append(make("i", unit.shade, node));
      }
      this.units.push(unit);
      this.spots.push({ node, start: node.length });
      node.appendData(visible(unit.text));
    }
  }

  /** @param units to show instead; the frame stays at the same place */
  replace(units: Shaded[]) {
    const at = this.at;
    this.clear();
    this.append(units);
    this.mark(Math.min(at, units.length - 1));
  }

  /** @param index of the unit to put the frame around; -1: none */
  mark(index: number) {
    this.at = index;
    this.frame.hidden = index < 0;
    if (index < 0) return;
    const box = this.box(index);
    const origin = this.element.getBoundingClientRect();
    Object.assign(this.frame.style, {
      left: `${box.left - origin.left}px`,
      top: `${box.top - origin.top}px`,
      width: `${Math.max(box.width, 6)}px`,
      height: `${box.height}px`,
    });
  }

  /**
   * Return where on the screen a unit is; of one that is broken over two lines, the wider part: at
   * the end of the first there may be but the space before a word.
   */
  box(index: number) {
    const { node, start } = this.spots[index];
    const next = this.spots[index + 1];
    const range = document.createRange();
    range.setStart(node, start);
    range.setEnd(node, next?.node === node ? next.start : node.length);
    const boxes = [...range.getClientRects()];
    return boxes.length
      ? boxes.reduce((widest, box) => (box.width > widest.width ? box : widest))
      : range.getBoundingClientRect();
  }

  /** Return the number of the unit at a point of the screen, or -1. */
  unitAt(x: number, y: number) {
    const caret = caretAt(x, y);
    const index = this.spots.findLastIndex(
      ({ node, start }) => node === caret?.node && start <= caret.offset,
    );
    // The caret is the nearest gap, which may be behind the unit, or between two runs.
    const under = [index, index - 1, index + 1].find((n) => {
      const box = this.spots[n] && this.box(n);
      return box && box.left <= x && x < box.right && box.top <= y && y < box.bottom;
    });
    return under ?? index;
  }

  #click(event: MouseEvent) {
    if (getSelection()?.isCollapsed === false) {
      return; // text is being selected for copying
    }
    const index = this.unitAt(event.clientX, event.clientY);
    if (index >= 0) {
      this.mark(index);
      this.look(index, true);
    }
  }

  #key(event: KeyboardEvent) {
    const last = this.units.length - 1;
    if (last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const forward = this.element.matches(":dir(rtl)") ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const at = this.at < 0 ? last : this.at;
    const moves: Record<string, () => number> = {
      [forward]: () => Math.min(last, at + 1),
      [backward]: () => (this.at < 0 ? last : Math.max(0, at - 1)),
      ArrowUp: () => this.#beside(at, -1),
      ArrowDown: () => this.#beside(at, 1),
      Home: () => 0,
      End: () => last,
      Enter: () => at,
      " ": () => at,
    };
    if (event.key in moves) {
      event.preventDefault();
      const index = moves[event.key]();
      this.mark(index);
      this.frame.scrollIntoView({ block: "nearest" });
      this.look(index, event.key === "Enter" || event.key === " ");
    }
  }

  /** Return the number of the unit above (`way` -1) or below (1) another. */
  #beside(index: number, way: number) {
    const box = this.box(index);
    const x = box.left + box.width / 2;
    for (let other = index + way; this.units[other]; other += way) {
      const there = this.box(other);
      const onLine = way < 0 ? there.bottom <= box.top + 2 : there.top >= box.bottom - 2;
      if (onLine && (way < 0 ? there.left <= x : there.right >= x)) return other;
    }
    return index;
  }
}

/** Return whether `next` belongs to the character that ends `last`, such as an accent. */
function joins(last: string, next: string) {
  if (next.charCodeAt(0) < 0x300 || last === "\n") return false;
  const end = Array.from(last).at(-1) ?? "";
  const [first] = segmenter.segment(end + next);
  return first.segment.length > end.length;
}

/** Return the place between two characters that is nearest to a point of the screen. */
function caretAt(x: number, y: number): { node: Node; offset: number } | null {
  if (document.caretPositionFromPoint) {
    const position = document.caretPositionFromPoint(x, y);
    return position && { node: position.offsetNode, offset: position.offset };
  }
  const range = document.caretRangeFromPoint(x, y);
  return range && { node: range.startContainer, offset: range.startOffset };
}
