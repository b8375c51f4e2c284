/** What a worker of a page may be, and how it is told what to do. */

import { Helper, Lesson } from "./lesson.js";
import { Writer } from "./worker.js";

/** What a worker may be: the first message says which, and has what it needs. */
const ROLES = { write: Writer, teach: Lesson, share: Helper };

/** @type {any} */
let role;

// Each message names what is to be done; one with a number is answered.
addEventListener("message", async ({ data }) => {
  if (data.role) {
    role = new ROLES[/** @type {keyof typeof ROLES} */ (data.role)](data);
  }
  const result = (await role[data.do]?.(data)) ?? {};
  if (data.number !== undefined) {
    postMessage({ number: data.number, result });
  }
});
