#[[The playground: a page in one file that contains a model and a small engine in JavaScript.

The weights are 16-bit floats in base64, 2.7 bytes each; those of a large model are 8-bit integers.
source/network/network.ts is the engine, source/page.ts the page.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [replace]
  datetime [date]
  pathlib [Path]
  re
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [Kind check-value number? whole?]
  lstm-textgen.modelfile.checkpoint [record-of]
  lstm-textgen.pages.about [training-of]
  lstm-textgen.pages.assembly [INDENTED LONGEST MOST-HALVED MOST-HELD PAGES SHARED assemble base64
    fill phrases]
  lstm-textgen.pages.packing [packed]
  lstm-textgen.settings.models [Request]
  lstm-textgen.settings.table [SETTINGS check-setting]
  lstm-textgen.text.breaks [BROKEN FREE break-rules]
  lstm-textgen.text.files [OUR-CORPORA]
  lstm-textgen.text.items [ENDS FINGERPRINT]
  lstm-textgen.text.vocabulary [UNITS]
  lstm-textgen.writing.cells [SAMPLE find-cells]
  lstm-textgen.writing.passage [LONGER]
  lstm-textgen.writing.rules [longest-run]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.selection [temperature-for]
  lstm-textgen.writing.writer [passage-length write-sample])

(setv
  MOST-MODELS 2
  MOST-WEIGHTS 12_000_000  ; of all models: a page of 16 MB, which a phone still opens
  HOTTEST 2  ; the temperature at the end of its slider
  PAGE-TEMPERATURE (Kind f"a number from 0 to {HOTTEST} on a page"
    (fn [x] (or (number? x) (isinstance x list)))
    (fn [x] (and (number? x) (<= 0 x HOTTEST))))
  PAGE-LENGTH (Kind f"a whole number from 1 to {LONGEST} on a page" whole?
    (fn [x] (<= 1 x LONGEST)))
  KERNELS ["kernels.wasm" "kernels-simd.wasm"]  ; those of the fastest browsers first
  ;; Texts that can be taught at once: what each is, its language ("": any), its file in corpora/,
  ;; and how many of its characters are taken, or None for all.
  READY [
    ["diary" "en" "lighthouse.txt" 15_692]  ; until April: a class learns it in a minute
    ["verse" "en" "lol.txt" 60_000]
    #* (lfor
      language ["de" "fr" "es"]
      name ["diary" "verse"]
      [name language f"ready/{name}.{language}.txt" None])
    ["dinosaurs" "" "dinosaurs.txt" None]])


(defn playground [models [temperature None] [length None] [min-p None] [names True]]
  #[[Return the playground page (str) of `models`, a dict from names to one or two `Checkpoint`s.

  Two generate side by side. The controls start at `temperature`, 0 to 2 (None: the first model's
  own), `length`, the units of a passage (None: `passage-length`) or, in two lists, of an item at
  most (None: no such limit), and `min-p` (None: as usual). Without `names` it has none of the
  texts that the models learned from, and doesn't keep to them; that can't be asked for if a
  vocabulary of words or pieces came from the text. With more than `MOST-WEIGHTS` it has none, and
  only the tab About. Raise `ValueError` for that, values out of range or more models.]]
  (when (> (len models) MOST-MODELS) (refuse f"a page shows one model or two, not {(len models)}"))
  (for [[name each] (.items models)]
    (when (and (not names) (. (get UNITS each.settings.unit) limited) (not each.facts.base))
      (refuse f"names can't be left out of a page of {name}: its {each.settings.unit} were "
        "learned from its text, and names are among them; train a character-level model, or begin "
        "with a base")))
  (setv writes? (<= (sum (gfor each (.values models) each.weight-count)) MOST-WEIGHTS))
  (unless (and names writes?)
    (setv models (dfor [name each] (.items models)
      name (replace each :facts (replace each.facts :names None) :lexicon b""))))
  (setv
    controls (_controls (list (.values models)) temperature length min-p)
    name (.join " & " models)
    facts (lfor item (.items models) (_facts #* item)))
  (assemble (if writes? f"Write with {name}" name)
    (fill "body.html"
      #** (dfor tab (_tabs) tab (fill f"tabs/{tab}/{tab}.html" #** controls))
      :unable (.join "" (gfor
        [language said] (.items (get (phrases) "page.unable"))
        f"<p lang=\"{language}\">{said}</p>")))
    (if writes? "page.js" "alone.js")
    :worker (if writes? "worker.js" "")
    :packed {"constants" SHARED  "phrases" (phrases) #** (if writes?
      { "ready" (_ready-texts)
        "kernels" (lfor name KERNELS (base64 (.read-bytes (/ PAGES "built" name))))}
      {})}
    :blocks {"facts" facts #** (if writes?
      (dfor
        [n each] (enumerate (.values models))
        f"weights-{n}" (base64 (packed each.weights (get facts n "bits"))))
      {})}))


(defn _tabs []
  "Return the tabs of a page, in the order of body.html."
  (re.findall r"(?m)^\$(\w+)$" (.read-text (/ PAGES "source" "body.html") :encoding "utf-8")))


(defn _ready-texts []
  "Return the texts that can be taught at once, as a list of dicts."
  (lfor
    [name language file most] READY
    :setv path (next (filter Path.exists (gfor folder OUR-CORPORA (/ (Path folder) file))))
    :setv text (.read-text path :encoding "utf-8")
    {"name" name  "language" language  "text" (cut text most)}))


(defn _controls [models temperature length min-p]
  "Return where the controls of write.html start, for `playground`."
  (setv
    [model #* _] models
    own (temperature-for model (Request {}) 1)
    list? (all (gfor each models each.settings.items)))
  { "hottest" HOTTEST
    "temperature" (cond
      (is-not temperature None) (check-value 'temperature PAGE-TEMPERATURE temperature)
      (isinstance own list) (get own 0)
      True own)
    "min_p" (check-setting "min_p" (if (is min-p None) (. (get SETTINGS "min_p") default) min-p))
    "longest" LONGEST
    "length" (cond
      (is-not length None) (check-value 'length PAGE-LENGTH length)
      list? ""
      True (passage-length model))})


(defn _facts [name model]
  "Return the page's data of a `model` (a `Checkpoint`), the `Facts` of source/types.ts."
  (setv
    [settings facts vocabulary] [model.settings model.facts model.vocabulary]
    seed (Seed model "")
    sample (write-sample model SAMPLE)
    lines (lfor line (.splitlines sample) :if (.strip line) line)
    indented (sum (gfor line lines (.startswith line #("  " "\t")))))
  {"name" name
   "unit" vocabulary.unit  "units" vocabulary.units  "unknown" vocabulary.unknown
   "pattern" vocabulary.pattern  "merges" vocabulary.merges
   "measure" (or vocabulary.measure vocabulary.unit)
   "lower" settings.lower
   "code" (> indented (* INDENTED (len lines)))
   "layers" (lfor each settings.layers.recurrent [each.kind each.size])
   "embedding" facts.embedding  "bits" (if (<= model.weight-count MOST-HALVED) 16 8)
   "start" (.tolist seed.ids)  "opening" (.join "" seed.opening)
   "end" (if settings.items (get ENDS settings.items) "")
   "lines" (or facts.item-lines 0)
   #** (_breaks vocabulary facts)
   "longestRun" (longest-run facts)
   "remembers" (not (or settings.items facts.people))
   ;; Those that the page keeps to, with spaces between; a model of words makes up none.
   "names" (if (is vocabulary.unknown None) (or facts.names "") "")
   "lexicon" (.decode model.lexicon)
   "mostUnits" (min LONGEST (* LONGER (or facts.long-item LONGEST)))
   ;; The fingerprints of the items that it learned, unless they are too many.
   "known" (base64 (if (> (len model.items) (* FINGERPRINT MOST-HELD)) b"" model.items))
   "cells" (lfor each (find-cells model sample) (vars each))
   "training" (training-of name model)
   "made" (.isoformat (date.today))
   "record" (_record model)})


(defn _record [model]
  #[[Return the `record-of` `model` without what quotes texts or is a hash of them.

  Its names are the page's own, if that keeps to them.]]
  (setv
    record (record-of model)
    history (get record "history")
    texts (list (dict.fromkeys (gfor entry history (get entry "text")))))
  (defn numbered [text]  ; its number of units and, instead of a hash, its own number
    f"{(get (.split text ":") 0)}:{(+ (.index texts text) 1)}")
  { #** record
    "facts" {#** (get record "facts")  "seed_text" ""  "names" None  "digests" None}
    "history" (lfor entry history
      {#** entry  "sample" ""  "text" (numbered (get entry "text"))})})


(defn _breaks [vocabulary facts]
  "Return the `break-rules`: the state after each unit, a digit, and what may not follow a break."
  (setv [barred next] (or (break-rules vocabulary facts.item-ends facts.unbroken)
    [(np.zeros #(4 1)) (np.zeros #(4 0) int)]))
  { "after" (.join "" (map str (get next FREE)))
    "small" (.tolist (np.flatnonzero (get barred BROKEN)))})
