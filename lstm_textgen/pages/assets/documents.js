/** Files → text, in the browser alone. An error's message is the key of the phrase that says it. */

import { binary } from "./corpus.js";
import { readDocx } from "./docx.js";
import { CONSTANTS } from "./page.js";

/** Bytes of a file: pictures in a document may take more than its text. */
const LARGEST = 2 ** 26;

/** Bytes by which an encoding is guessed. */
const HEAD = 2 ** 12;

/** How files begin that can't be read, and what is said of them. */
const UNREADABLE = {
  "%PDF-": "intake.pdf",
  "\xd0\xcf\x11\xe0": "intake.convert", // .doc, or .docx with a password
  "{\\rtf": "intake.convert",
  "mimetypeapplication/vnd.oasis.opendocument": "intake.convert",
};

/**
 * Return the text of a file: plain text, or a document of Word.
 * @param {Blob} file
 */
export async function readFile(file) {
  if (file.size > LARGEST) {
    throw new Error("intake.large");
  }
  let bytes = new Uint8Array();
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Error("intake.unreadable"); // a folder, or a file that is gone
  }
  const head = String.fromCharCode(...bytes.subarray(0, 100));
  const zip = head.startsWith("PK\x03\x04");
  const start = zip ? head.slice(30) : head; // after what says how the first member is packed
  const unreadable = Object.entries(UNREADABLE).find(([begin]) => start.startsWith(begin));
  if (unreadable) {
    throw new Error(unreadable[1]);
  }
  const text = zip ? await readDocx(bytes) : decoded(bytes);
  if (binary(text, CONSTANTS.corpus)) {
    throw new Error("intake.binary");
  }
  if (!text.trim()) {
    throw new Error("intake.empty");
  }
  return text;
}

/**
 * Return the text of `bytes`: UTF-8, UTF-16 with or without a mark, or windows-1252.
 * @param {Uint8Array} bytes
 */
export function decoded(bytes) {
  const wide = wideEncoding(bytes);
  if (wide) {
    return new TextDecoder(wide).decode(bytes);
  }
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
 * one half of ASCII characters, such as spaces, and no text has others.
 * @param {Uint8Array} bytes
 */
function wideEncoding(bytes) {
  const zeros = [0, 0];
  bytes.subarray(0, HEAD).forEach((byte, n) => {
    zeros[n % 2] += byte === 0 ? 1 : 0;
  });
  const [first, second] = bytes;
  const [even, odd] = zeros;
  if ((first === 0xff && second === 0xfe) || odd > 10 * even) {
    return "utf-16le";
  }
  return (first === 0xfe && second === 0xff) || even > 10 * odd ? "utf-16be" : null;
}
