/**
 * A page saved as a page, a model read from a saved page, and what the browser remembers.
 *
 * What a page keeps of a model is its facts and its weights. The facts have a `record` of what a
 * model file has and a page doesn't need, so that the program can make a model file of a page
 * (pages/imported.hy). It is in Python's words, as `record-of` in checkpoint.hy writes it.
 *
 * Whoever makes a model on a page makes its record:
 * - `settings` are the parent's, or `CONSTANTS.settings` (the defaults) for a model from nothing,
 *   with those that were used put in: `items` ("line", "paragraph" or null), `unit`, `max_words`,
 *   `layers` in the layer language with their dropout ("lstm:128,dropout:0.2"), `lookback`,
 *   `stride`, `batch_size`, `epochs`, `patience`, `learning_rate`, `validation`, `lower`,
 *   `join_lines`, `rng_seed`, `temperature`. Only `items`, `join_lines`, `max_words`, `batch_size`,
 *   `stride` and `temperature` may be null.
 * - `facts` are the parent's with those of the new text put in: see `Facts` in settings/facts.hy.
 *   `embedding` and `beginning` (the text of the first unit; of a list the last, its end) must be
 *   there; `base` is `english:page` for a model that began with `english` on a page. `seed_text`
 *   is "" and `names` is null: a page has no text, and its names stand in the facts around the
 *   record. `digests` (of files) are the parent's.
 * - `history` is the parent's, with an entry for each epoch added; see `Epoch`.
 * Beside the record, `facts.made` is the day on which a model was made, as in 2026-12-01.
 */

/**
 * @typedef {object} ModelRecord of a model, beside the facts that a page uses
 * @property {Record<string, any>} settings
 * @property {Record<string, any>} facts
 * @property {Epoch[]} history
 *
 * @typedef {object} Epoch of training
 * @property {number} epoch its number, from 1, over all texts
 * @property {string} text what identifies the text: the number of units to train on, a colon, and
 *   16 hexadecimal digits that follow from the text
 * @property {number} loss in nats per unit @property {number} [validation_loss] if some was held out
 * @property {number} [unit_length] characters per unit of the training text, if not always 1
 * @property {number} [validation_unit_length] of what was held out
 * @property {number} learning_rate at its end @property {number} seconds it took
 * @property {string} machine the browser, in words @property {""} sample there is none
 * @property {true} [kept] in fine-tuning: whether its weights were the best so far
 */

export {};
