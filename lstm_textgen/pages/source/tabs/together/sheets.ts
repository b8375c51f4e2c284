/** The sheets that the browser keeps for a page, each in a place of its own. */

/** The place of the first sheet; those of others have a word more. */
const FIRST = `sheet ${location.pathname}`;

/** Characters of a sheet's name: its first words. */
const LONGEST_NAME = 40;

/** Of a sheet, and who wrote each character. */
export type Content = { text: string; owners: string };

/** And when it was, in milliseconds. */
export type Stored = Content & { place: string; changed?: number };

/** Return the name of a sheet with this text. */
export function nameOf(text: string) {
  const [line] = text.trim().split("\n", 1);
  return line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME).trimEnd()}…` : line;
}

/** Where the sheet of this tab is kept, if the browser keeps anything for this page. */
export class Shelf {
  place = FIRST;
  /** What this tab stored there last, or read: anything else there is another tab's. */
  stored = "";

  /** Return all sheets, those that were changed last first. */
  all(): Stored[] {
    try {
      const places = Object.keys(localStorage).filter((key) => `${key} `.startsWith(`${FIRST} `));
      const found = places.flatMap(sheetAt);
      return found.sort((a, b) => (b.changed ?? 0) - (a.changed ?? 0));
    } catch {
      return []; // the browser stores nothing for this page
    }
  }

  /** Open the sheet at a `place`, or a new one. */
  open(place?: string) {
    this.place = place ?? `${FIRST} ${Date.now().toString(36)}`;
    this.stored = place ? stored(place) : "";
  }

  /**
   * Store what is on the sheet; return whether it got a new place, as another tab had changed what
   * was stored in its own.
   */
  keep(content: Content) {
    try {
      const other = stored(this.place) !== this.stored;
      if (other) {
        this.open();
      }
      const text = content.text ? JSON.stringify({ ...content, changed: Date.now() }) : "";
      if (text) {
        localStorage.setItem(this.place, text);
      } else {
        localStorage.removeItem(this.place);
      }
      this.stored = text;
      return other;
    } catch {
      return false; // the browser stores nothing for this page, or no more
    }
  }
}

/** Return what is stored at a `place`, "" if nothing is. */
function stored(place: string) {
  try {
    return localStorage.getItem(place) ?? "";
  } catch {
    return "";
  }
}

/** Return the sheet at a `place`, if another page hasn't spoiled it. */
function sheetAt(place: string): Stored[] {
  try {
    const { text, owners, changed } = JSON.parse(stored(place));
    const whole = typeof text === "string" && typeof owners === "string";
    return whole && text.length === owners.length ? [{ place, text, owners, changed }] : [];
  } catch {
    return [];
  }
}
