/** Files → text, in the browser alone. An error's message is the key of the phrase that says it. */

import { binary } from "../text/intake.ts";
import { markupText, readDocx } from "../text/markup.ts";
import { CONSTANTS } from "./document.ts";

/** Bytes of a file: pictures in a document may take more than its text. */
const LARGEST_FILE = 2 ** 26;

/** Bytes by which an encoding is guessed. */
const HEAD = 2 ** 12;

/** The share of a text's bytes that are halves of spaces and line ends, at least. */
const SPACES = 0.01;

/** How files begin that can't be read, and what is said of them. */
const UNREADABLE = {
  "%PDF-": "intake.pdf",
  "\xd0\xcf\x11\xe0": "intake.convert", // .doc
  "{\\rtf": "intake.convert",
  "mimetypeapplication/vnd.oasis.opendocument": "intake.convert",
};

/** What a document of Word with a password has: it is in such a container as .doc is. */
const LOCKED = "EncryptedPackage";

/** Return the text of a file: plain text, Markdown, a web page, or a document of Word. */
export async function readFile(file: File) {
  if (file.size > LARGEST_FILE) throw new Error("intake.large");
  const data = await file.arrayBuffer().catch(() => null);
  if (!data) {
    throw new Error("intake.unreadable"); // a folder, or a file that is gone
  }
  const bytes = new Uint8Array(data);
  const head = String.fromCharCode(...bytes.subarray(0, 100));
  const zip = head.startsWith("PK\x03\x04");
  const start = zip ? head.slice(30) : head; // after what says how the first member is packed
  const unreadable = Object.entries(UNREADABLE).find(([begin]) => start.startsWith(begin));
  if (unreadable) {
    const locked = new TextDecoder("utf-16le").decode(bytes).includes(LOCKED);
    throw new Error(locked ? "intake.locked" : unreadable[1]);
  }
  const text = zip ? await readDocx(bytes) : markupText(decoded(bytes), file.name);
  if (binary(text, CONSTANTS.corpus)) throw new Error("intake.binary");
  if (!text.trim()) throw new Error("intake.empty");
  return text;
}

/** Return the text of `bytes`: UTF-8, UTF-16 with or without a mark, or windows-1252. */
export function decoded(bytes: Uint8Array) {
  const wide = wideEncoding(bytes);
  if (wide) return new TextDecoder(wide).decode(bytes);
  const text = new TextDecoder().decode(bytes);
  const strange = text.match(/[^\0-\x7f]/gu) ?? [];
  const wrong = strange.filter((character) => character === "\ufffd").length;
  // A few bytes may be wrong in what is UTF-8 otherwise.
  return 2 * wrong > strange.length
    ? new TextDecoder("windows-1252").decode(bytes)
    : text.replaceAll("\ufffd", "");
}

/**
 * Return the name of the encoding if it is UTF-16, by its mark or by where it has zeros: they are
 * one half of spaces and line ends, of which each text has some, and no other text has zeros.
 */
function wideEncoding(bytes: Uint8Array) {
  const head = bytes.subarray(0, HEAD);
  const mark = head[0] * 256 + head[1];
  const [even, odd] = [0, 1].map(
    (side) => head.filter((byte, n) => !byte && n % 2 === side).length,
  );
  const zeros = (even + odd) / head.length > SPACES;
  if (mark === 0xfffe || (zeros && odd > 10 * even)) return "utf-16le";
  return mark === 0xfeff || (zeros && even > 10 * odd) ? "utf-16be" : null;
}
