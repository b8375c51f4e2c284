/** Texts that repeat themselves, by the rule of `Repeats` in `constraints.hy`. */

/**
 * Return whether a `unit` after `text` would complete a passage of `length` characters that the
 * text has, or begin the word that would.
 * @param {string} text @param {string} unit @param {number} length
 */
export function repeats(text, unit, length) {
  const whole = text + unit;
  for (let end = Math.max(length, text.length + 1); end <= whole.length; end++) {
    if (text.includes(whole.slice(end - length, end))) {
      return true;
    }
  }
  const word = unit.trimStart();
  const before = whole.slice(0, whole.length - word.length);
  if (!word || before.at(-1)?.trim() !== "") {
    return false;
  }
  const begun = before.at(-1) + word;
  for (let at = text.indexOf(begun); at >= 0; at = text.indexOf(begun, at + 1)) {
    const last = /^\S*\s+/.exec(text.slice(at + 1, at + 1 + length))?.[0] ?? "";
    const passage = text.slice(0, at + 1 + last.length).slice(-length);
    if (last && passage.length === length && `${before}${last}`.endsWith(passage)) {
      return true;
    }
  }
  return false;
}
