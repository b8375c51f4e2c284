/** The sheets that the browser keeps for a page, each in a place of its own. */

/** The place of the first sheet; those of others have a word more. */
const FIRST = `sheet ${location.pathname}`;

/** Characters of a sheet's name: its first words. */
const LONGEST_NAME = 40;

/**
 * @typedef {{text: string, owners: string}} Content of a sheet, and who wrote each character
 * @typedef {Content & {place: string, changed?: number}} Stored and when it was, in milliseconds
 */

/** Return the name of a sheet with this text. @param {string} text */
export function nameOf(text) {
  const [line] = text.trim().split("\n", 1);
  return line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME).trimEnd()}…` : line;
}

/** Where the sheet of this tab is kept, if the browser keeps anything for this page. */
export class Shelf {
  place = FIRST;
  /** What this tab stored there last, or read: anything else there is another tab's. */
  stored = "";

  /** Return all sheets, those that were changed last first. @returns {Stored[]} */
  all() {
    try {
      const places = Object.keys(localStorage).filter((key) => `${key} `.startsWith(`${FIRST} `));
      const found = places.map((place) => ({ place, ...JSON.parse(stored(place)) }));
      return found.filter(isSheet).sort((a, b) => (b.changed ?? 0) - (a.changed ?? 0));
    } catch {
      return []; // nothing was stored, or not by this page
    }
  }

  /** Open the sheet at a `place`, or a new one. @param {string} [place] */
  open(place) {
    this.place = place ?? `${FIRST} ${Date.now().toString(36)}`;
    this.stored = place ? stored(place) : "";
  }

  /**
   * Store what is on the sheet; return whether it got a new place, as another tab had changed what
   * was stored in its own.
   * @param {Content} content
   */
  keep(content) {
    try {
      const other = stored(this.place) !== this.stored;
      if (other) {
        this.open();
      }
      this.stored = content.text ? JSON.stringify({ ...content, changed: Date.now() }) : "";
      if (this.stored) {
        localStorage.setItem(this.place, this.stored);
      } else {
        localStorage.removeItem(this.place);
      }
      return other;
    } catch {
      return false; // the browser stores nothing for this page
    }
  }
}

/** @param {string} place */
function stored(place) {
  return localStorage.getItem(place) ?? "";
}

/** @param {any} sheet that another page may have spoiled */
function isSheet({ text, owners }) {
  return typeof text === "string" && typeof owners === "string" && text.length === owners.length;
}
