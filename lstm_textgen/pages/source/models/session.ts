/** What all tabs share: the models on the page. Whoever depends on them is told of changes. */

import type { Facts } from "../types.ts";
import { dataOf } from "../ui/document.ts";
import { Model } from "./model.ts";
import { takeWeights } from "./page-file.ts";

class Session {
  models: readonly Model[];
  #listeners: (() => void)[] = [];

  constructor(models: Model[]) {
    this.models = models;
  }

  /** Call `listener` after each change. */
  subscribe(listener: () => void) {
    this.#listeners.push(listener);
  }

  /**
   * Let the page's `n`th model be `model`: it replaces the one in its place or, after the last one,
   * stands beside it; null: there is none any more. Ending a model's worker is the caller's.
   */
  put(n: number, model: Model | null) {
    this.models = this.models.toSpliced(n, 1, ...(model ? [model] : []));
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

const facts: Facts[] = dataOf("facts");
export const session = new Session(facts.map((each, n) => new Model(each, takeWeights(n))));
