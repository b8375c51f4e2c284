/** A page that comes from a server: it reloads when the model has changed, and keeps what was set. */

import { TEN } from "./list.js";
import { block, element, field } from "./page.js";
import { begin, facts, lists, showControls } from "./playground.js";

/** Milliseconds between two looks at the model. */
const LOOK = 2000;

/** Milliseconds that neither the model nor a person has done anything before the page reloads. */
const CALM = 10_000;

const kept = `controls of ${location.pathname}`;
let changed = false;
let moved = performance.now();

/** Return the controls that hold something, by their names. */
function controls() {
  return [...document.querySelectorAll("input, textarea")].map(({ id }) => field(id));
}

/** Keep what the controls say, what is open and where the focus is, for the next page. */
function keep() {
  const state = {
    fields: controls().map(({ id, value, checked }) => ({ id, value, checked })),
    tab: document.querySelector("[aria-selected=true]")?.id,
    more: document.querySelector("details")?.open,
    focus: document.activeElement?.id,
  };
  sessionStorage.setItem(kept, JSON.stringify(state));
}

/** Go on as the page before this one was left. */
function takeUp() {
  const state = JSON.parse(sessionStorage.getItem(kept) ?? "null");
  sessionStorage.removeItem(kept);
  if (!state) {
    return;
  }
  for (const { id, ...values } of state.fields) {
    Object.assign(field(id), values);
  }
  document.querySelector("details")?.toggleAttribute("open", state.more);
  showControls();
  begin();
  element(state.tab).click();
  const focused = state.focus === "go" ? "stop" : state.focus; // as it writes
  document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Return whether nobody would be disturbed. */
function calm() {
  const writing = !element("stop").hidden;
  const looking = !element("cells").hidden || element("alternatives").matches(":popover-open");
  const collecting = lists.some((list) => list.count > TEN); // reloading would empty it
  if (writing || looking || collecting || !getSelection()?.isCollapsed) {
    moved = performance.now();
  }
  return performance.now() - moved > CALM;
}

/** Ask whether the model has changed, and reload if that disturbs nobody. */
async function look() {
  if (!document.hidden && !changed) {
    const path = `/v1/models/${encodeURIComponent(facts[0].name)}`;
    const answer = await fetch(path).catch(() => null);
    const model = answer?.ok ? await answer.json() : {};
    changed = (model.system_fingerprint ?? block("version")) !== block("version");
  }
  if (calm() && changed) {
    keep();
    location.reload();
  }
}

for (const kind of ["pointerdown", "pointermove", "wheel", "keydown"]) {
  addEventListener(
    kind,
    () => {
      moved = performance.now();
    },
    { passive: true },
  );
}
takeUp();
setInterval(look, LOOK);
