#[[The playground: a page in one file that contains a model and a small engine in JavaScript.

The weights are 16-bit floats in base64, 2.7 bytes each; those of a large model are 8-bit integers.
assets/network.js is the engine, assets/playground.js the page.]]

(eval-when-compile (require hyrule [unless]))
(import
  datetime [date]
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [Kind check-value number? whole?]
  lstm-textgen.modelfile.history [loss-unit losses-of]
  lstm-textgen.pages.assembly [ASSETS assemble base64 fill join-modules]
  lstm-textgen.pages.figures [facts-of]
  lstm-textgen.text.items [ENDS FINGERPRINT]
  lstm-textgen.writing.cells [SAMPLE find-cells]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.writer [LONGER passage-length write-sample])

(setv
  MOST-MODELS 2
  MOST-WEIGHTS 12_000_000  ; of all models: a page of 16 MB, which a phone still opens
  MOST-HALVED 3_000_000  ; of a model: with more, its page of 16-bit weights would exceed 8 MB
  LONGEST 20_000  ; units of a text, so that a page's memory is bounded
  HOTTEST 2  ; the temperature at the end of its slider
  PAGE-TEMPERATURE (Kind f"a number from 0 to {HOTTEST} on a page"
    (fn [x] (or (number? x) (isinstance x list)))
    (fn [x] (and (number? x) (<= 0 x HOTTEST))))
  PAGE-LENGTH (Kind f"a whole number from 1 to {LONGEST} on a page" whole?
    (fn [x] (<= 1 x LONGEST)))
  INDENTED 0.1  ; the share of indented lines from which a text is shown as code
  WORKER ["binary.js" "random.js" "sampler.js" "network.js" "units.js" "spelling.js" "worker.js"]
  SCRIPTS ["vendor/uPlot.min.js" "binary.js" "units.js" "page.js" "textview.js" "alternatives.js"
    "model.js" "column.js" "fingerprint.js" "list.js" "cellsview.js" "about.js" "playground.js"]
  ;; What a page calls its texts, or its lists.
  TEXT-LABELS {"begin" "Begin with a few words"  "on" "Continue"  "text" "text"}
  LIST-LABELS {"begin" "How each one begins"  "on" "Clear"  "text" "list"}
  MOST-HELD 100_000)  ; items whose fingerprints a page holds: 0.8 MB


(defn playground [models [temperature None] [length None] [version None]]
  #[[Return the playground page (str) of `models`, a dict from names to one or two `Checkpoint`s.

  Two generate side by side. The controls start at `temperature`, 0 to 2 (None: the first model's
  own), and `length`, the units of a passage (None: `passage-length`) or, if both
  write lists, of an item at most (None: no such limit). With a `version`, the page asks its server
  whether the first model still has this fingerprint, and reloads if not. Raise `ValueError` for
  values out of range, more models, or too large ones.]]
  (when (> (len models) MOST-MODELS) (refuse f"a page shows one model or two, not {(len models)}"))
  (when (> (setx weights (sum (gfor each (.values models) each.weight-count))) MOST-WEIGHTS)
    (refuse f"{weights :,} weights are too many for a page; the limit is {MOST-WEIGHTS :,}, "
      "so train a smaller network with " 'layers))
  (setv
    [model #* _] (.values models)
    own model.settings.temperature
    temperature (cond
      (is-not temperature None) (check-value 'temperature PAGE-TEMPERATURE temperature)
      (isinstance own list) (get own 0)
      True own)
    length (unless (is length None) (check-value 'length PAGE-LENGTH length))
    name (.join " & " models)
    list? (all (gfor each (.values models) each.settings.items))
    facts (lfor item (.items models) (_facts #* item))
    new? (all (gfor each facts (get each "known")))
    today (date.today))
  (assemble name
    (fill "playground.html"
      :name name  :unit model.vocabulary.singular
      :measures (.join " or " (dict.fromkeys (gfor each facts (get each "measure"))))
      :temperature temperature  :hottest HOTTEST
      :length (or length (if list? "" (passage-length model)))  :longest LONGEST
      #** (if list? LIST-LABELS TEXT-LABELS)
      :text-only (if (and list? (not length)) "hidden" "")
      :list-only (if list? "" "hidden")
      :new (if new? "Only new ones, not in the training list" "No repeats")
      :asks (if version "asks its server only whether it has changed" "asks nobody for anything")
      :made f"Made on {today.day} {today :%B %Y}.")
    :styles ["vendor/uPlot.min.css" "text.css" "playground.css"]
    :scripts [#* SCRIPTS #* (if version ["served.js"] [])]
    :asks? (bool version)
    :blocks {
      "worker" (join-modules WORKER)  "facts" {"models" facts}
      #** (if version {"version" version} {})
      "product" (base64 (.read-bytes (/ ASSETS "product.wasm")))
      #** (dfor
        [n each] (enumerate (.values models))
        :setv packed (if (= (get facts n "bits") 8) _scaled _halved)
        f"weights-{n}" (base64 (.join b"" (map packed each.weights))))}))


(defn _halved [weight]
  "Return the bytes of `weight` as little-endian 16-bit floats; raise `ValueError` on overflow."
  (with [_ (np.errstate :over "ignore")] (setv halved (.astype weight "<f2")))
  (unless (.all (np.isfinite halved))
    (refuse "the model has a weight above 65,504, which a page can't hold"))
  (.tobytes halved))


(defn _scaled [weight]
  #[[Return the bytes of `weight`: for each row a little-endian 32-bit scale, and 8-bit integers.

  The loss of the base `english`, and of a piece-level model of tiny Shakespeare, changes by at
  most 0.00015 bits per character.]]
  (setv
    rows (.reshape weight -1 (get weight.shape -1))
    highest (.max (np.abs rows) -1 :keepdims True)
    scales (.astype (np.where highest (/ highest 127) 1) "<f4")
    numbers (.astype (np.rint (/ rows scales)) "i1"))
  (.tobytes (np.hstack [(.view scales "i1") numbers])))


;; * Facts about a model

(defn _facts [name model]
  "Return the page's data of a `model` (a `Checkpoint`), the `Facts` of assets/model.js."
  (setv
    [settings vocabulary] [model.settings model.vocabulary]
    seed (Seed model "")
    sample (write-sample model SAMPLE)
    lines (lfor line (.splitlines sample) :if (.strip line) line)
    indented (sum (gfor line lines (.startswith line #("  " "\t")))))
  {"name" name
   "unit" vocabulary.unit  "units" vocabulary.units  "unknown" vocabulary.unknown
   "rules" (.split-rules vocabulary)  "measure" (or vocabulary.measure vocabulary.unit)
   "lower" settings.lower
   "code" (> indented (* INDENTED (len lines)))
   "layers" (lfor each settings.layers.recurrent [each.kind each.size each.hard each.before])
    "embedding" settings.embedding  "bits" (if (<= model.weight-count MOST-HALVED) 16 8)
    "start" (.tolist seed.ids)  "opening" (.join "" seed.opening)
    "end" (if settings.items (get ENDS settings.items) "")
   "itemEnds" (or settings.item-ends "")
   "mostUnits" (* LONGER (or settings.longest-item LONGEST))
   ;; The fingerprints of the items that it learned, unless they are too many.
   "known" (base64 (if (> (len model.items) (* FINGERPRINT MOST-HELD)) b"" model.items))
   "cells" (lfor each (find-cells model sample) (vars each))
   "about" (lfor [name fact] (.items (facts-of model)) :if fact [(.capitalize name) fact])
   "lossUnit" (loss-unit model)
   "history" (lfor entry model.history {"epoch" (get entry "epoch")  #** (losses-of entry)})})
