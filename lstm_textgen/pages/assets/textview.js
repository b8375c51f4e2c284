/**
 * A text on the page whose units are shaded. They are joined in runs of one shade, so that a long
 * text has few elements and letters that join keep doing so; a frame marks the unit looked at.
 */

import { make } from "./page.js";
import { visible } from "./shown.js";

const segmenter = new Intl.Segmenter();

/**
 * @typedef {object} Shaded a unit and the class of its shade
 * @property {string} text @property {string} shade
 */

/** A text in an element; `look` is called with the number of the unit under the pointer. */
export class TextView {
  /** @type {Shaded[]} */
  units = [];
  /** @type {number[]} where each unit begins, in what is shown */
  starts = [];
  /** How much is shown, in the characters of JavaScript. */
  length = 0;
  /** @type {{node: Text, first: number}[]} with the number of each run's first unit */
  runs = [];
  /** @type {Map<Node, number>} the same numbers, by the nodes */
  firsts = new Map();
  /** The unit in the frame; -1: none. */
  at = -1;

  /**
   * @param {HTMLElement} element
   * @param {(index: number, open: boolean) => void} look with whether the unit is to be opened
   * @param {boolean} [breaks] whether line breaks have a symbol
   */
  constructor(element, look, breaks = false) {
    this.breaks = breaks;
    this.element = element;
    this.look = look;
    this.body = document.createElement("span");
    /** What comes next belongs in here: the body, or an entry of a list. */
    this.place = this.body;
    this.frame = document.createElement("span");
    this.frame.className = "frame";
    this.frame.hidden = true;
    element.replaceChildren(this.body, this.frame);
    this.clear();
    element.addEventListener("click", (event) => this.#click(event));
    element.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.mark(this.at)).observe(element);
  }

  clear() {
    this.body.replaceChildren();
    this.place = this.body;
    this.units = [];
    this.starts = [];
    this.length = 0;
    this.runs = [];
    this.firsts.clear();
    this.at = -1;
    this.frame.hidden = true;
  }

  /**
   * Add an entry of a list, with the class `name`, at the end.
   * @param {Shaded[]} units @param {string} name
   */
  appendEntry(units, name) {
    this.place = make("span", name);
    this.place.setAttribute("role", "listitem");
    this.place.setAttribute("dir", "auto");
    this.body.append(this.place);
    this.append(units);
  }

  /**
   * Add units at the end.
   * @param {Shaded[]} units
   */
  append(units) {
    for (const unit of units) {
      const last = this.place.hasChildNodes() ? this.units.at(-1) : null;
      const shown = visible(unit.text);
      const text = this.breaks ? shown.replace(/\n/g, "↵\n") : shown;
      if (last && (last.shade === unit.shade || joins(last.text, unit.text))) {
        this.runs[this.runs.length - 1].node.appendData(text);
      } else {
        this.#begin(unit.shade, text);
      }
      this.starts.push(this.length);
      this.length += text.length;
      this.units.push(unit);
    }
  }

  /** @param {string} shade @param {string} text */
  #begin(shade, text) {
    const node = document.createTextNode(text);
    const first = this.units.length;
    this.runs.push({ node, first });
    this.firsts.set(node, first);
    // One without a shade, too: Chromium draws bare text a pixel lower than text in elements.
    const run = document.createElement("i");
    run.className = shade;
    run.append(node);
    this.place.append(run);
  }

  /**
   * Show other units instead, and stay at the same one.
   * @param {Shaded[]} units
   */
  replace(units) {
    const at = this.at;
    this.clear();
    this.append(units);
    this.mark(Math.min(at, units.length - 1));
  }

  /**
   * Put the frame around the unit with this number; -1: around none.
   * @param {number} index
   */
  mark(index) {
    this.at = index;
    this.frame.hidden = index < 0;
    if (index < 0) {
      return;
    }
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
   * @param {number} index
   */
  box(index) {
    const run = this.runs[this.#runOf(index)];
    const from = this.starts[index] - this.starts[run.first];
    const next = this.starts[index + 1] ?? this.length;
    const range = document.createRange();
    range.setStart(run.node, from);
    range.setEnd(run.node, Math.min(from + next - this.starts[index], run.node.length));
    const boxes = [...range.getClientRects()];
    return boxes.length
      ? boxes.reduce((widest, box) => (box.width > widest.width ? box : widest))
      : range.getBoundingClientRect();
  }

  /** @param {number} index */
  #runOf(index) {
    let [low, high] = [0, this.runs.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      [low, high] = this.runs[middle].first <= index ? [middle, high] : [low, middle - 1];
    }
    return low;
  }

  /**
   * Return the number of the unit at a point of the screen, or -1.
   * @param {number} x @param {number} y
   */
  unitAt(x, y) {
    const caret = caretAt(x, y);
    const first = caret ? this.firsts.get(caret.node) : undefined;
    if (!caret || first === undefined) {
      return -1;
    }
    const place = this.starts[first] + caret.offset;
    let index = first;
    while (index + 1 < this.units.length && this.starts[index + 1] <= place) {
      index++;
    }
    // The caret is the nearest gap, which may be behind the unit.
    const before = index > 0 && this.box(index - 1);
    return before && before.left <= x && x < before.right && before.bottom > y && before.top <= y
      ? index - 1
      : index;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (getSelection()?.isCollapsed === false) {
      return; // text is being selected for copying
    }
    const index = this.unitAt(event.clientX, event.clientY);
    if (index >= 0) {
      this.mark(index);
      this.look(index, true);
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const last = this.units.length - 1;
    if (last < 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const forward = this.element.matches(":dir(rtl)") ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const at = this.at < 0 ? last : this.at;
    /** @type {Record<string, () => number>} */
    const moves = {
      [forward]: () => (this.at < 0 ? last : Math.min(last, at + 1)),
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

  /**
   * Return the number of the unit above (`way` -1) or below (1) another.
   * @param {number} index @param {number} way
   */
  #beside(index, way) {
    const box = this.box(index);
    const x = box.left + box.width / 2;
    let other = index + way;
    while (other >= 0 && other < this.units.length) {
      const there = this.box(other);
      const onLine = way < 0 ? there.bottom <= box.top + 2 : there.top >= box.bottom - 2;
      if (onLine && (way < 0 ? there.left <= x : there.right >= x)) {
        return other;
      }
      other += way;
    }
    return index;
  }
}

/**
 * Return whether `next` belongs to the character that ends `last`, such as an accent.
 * @param {string} last @param {string} next
 */
function joins(last, next) {
  if (next.charCodeAt(0) < 0x300 || last === "\n") {
    return false;
  }
  const end = Array.from(last).at(-1) ?? "";
  const [first] = segmenter.segment(end + next);
  return first.segment.length > end.length;
}

/**
 * Return the place between two characters that is nearest to a point of the screen.
 * @param {number} x @param {number} y @returns {{node: Node, offset: number} | null}
 */
function caretAt(x, y) {
  if (document.caretPositionFromPoint) {
    const position = document.caretPositionFromPoint(x, y);
    return position && { node: position.offsetNode, offset: position.offset };
  }
  const range = document.caretRangeFromPoint(x, y);
  return range && { node: range.startContainer, offset: range.startOffset };
}
