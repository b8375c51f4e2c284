#[[A page → the models on it, so that the program goes on with what was taught in a browser.

A page is a stranger's: nothing of it is run. Only elements that hold data are looked at, the facts
and weights that `playground` and source/models/page-file.ts write, and the sizes of the weights
follow from the facts before any are read. The file's size bounds time and memory.]]

(eval-when-compile (require hyrule [unless]))
(import
  base64 [b64decode]
  os
  re
  lstm-textgen.basics.messages [failure refuse]
  lstm-textgen.basics.values [read-json]
  lstm-textgen.modelfile.checkpoint [RECORD recorded-model]
  lstm-textgen.modelfile.keraslayout [weight-shapes]
  lstm-textgen.modelfile.soundness [check-arrays]
  lstm-textgen.pages.packing [WEIGHT-BITS packed-size unpacked]
  lstm-textgen.text.units [MAX-UNITS]
  lstm-textgen.text.vocabulary [UNITS vocabulary-of])

(setv
  MOST-BYTES (** 2 26)  ; of a file: twice the largest page
  ;; Commas, colons and brackets in the facts, one of which comes with each value.
  MOST-MARKS MAX-UNITS
  ;; An element that holds data, as `assemble` writes it. What is packed is never unpacked.
  BLOCK (re.compile rb"<script type=\"text/plain\" id=\"([a-z0-9-]{1,20})\">([^<]*)</script>"))


(defn models-on-page [path]
  #[[Return the models on the page at `path`: a list of #(name checkpoint), in their order.

  Raise `OSError` if the file can't be read, `ValueError` if it is no page of this program, or a
  model on it is invalid.]]
  (try
    (setv blocks (dict (.findall BLOCK (_content path))))
    (lfor
      [n facts] (enumerate (_facts-in (.get blocks b"facts")))
      #((_fact facts "name" str) (_model facts (.get blocks (.encode f"weights-{n}") b""))))
    (except [error ValueError]
      (raise (failure ValueError f"{path}: not a usable page: " error) :from None))))


(defn _content [path]
  "Return the bytes of the file at `path`."
  (unless (or (not (os.path.exists path)) (os.path.isfile path)) (refuse "it is not a file"))
  (with [file (open path "rb")] (setv content (.read file (+ MOST-BYTES 1))))
  (when (> (len content) MOST-BYTES) (refuse f"it has more than {MOST-BYTES :,} bytes"))
  content)


(defn _facts-in [data]
  "Return the facts of each model in the block `data`, bytes or None: a list of dicts."
  (unless data (refuse "there is no model on it"))
  (when (> (sum (gfor mark [b"," b":" b"[" b"{"] (.count data mark))) MOST-MARKS)
    (refuse "its facts have too many values"))
  (setv facts (read-json data "its facts" list))
  (unless (and facts (all (gfor each facts (isinstance each dict))))
    (refuse "there is no model on it"))
  facts)


(defn _fact [facts name kind]
  "Return the fact `name`, which must be a `kind`, such as str."
  (setv value (.get facts name))
  (unless (isinstance value kind) (refuse f"its facts have no valid '{name}'"))
  value)


(defn _model [facts weights]
  "Return the `Checkpoint` of `facts` with what is in the block `weights`."
  (unless (in "record" facts)
    (refuse "an earlier version made it, without all settings; make it again, with " 'page))
  (setv
    record (_fact facts "record" dict)
    record (dfor [name kind] (.items RECORD) name (_fact record name kind))
    (get record "facts") {
      #** (get record "facts")
      "seed_text" ""
      "names" (or (_fact facts "names" str) None)}
    parts (getattr (.get UNITS (_fact facts "unit" str)) "parts" [])
    model (recorded-model
      (vocabulary-of (dfor name ["unit" "units" #* parts] name (.get facts name)))
      record
      :items (_bytes-in (_fact facts "known" str) "list of items")
      :lexicon (.encode (_fact {"lexicon" "" #** facts} "lexicon" str)))
    bits (.get facts "bits")
    model.half (= bits 16)
    model.weights (_weights weights bits (lfor [_ shape] (weight-shapes model.spec) shape)))
  (unless (= (lfor each model.settings.layers.recurrent [each.kind each.size])
      (.get facts "layers"))
    (refuse "its facts contradict its settings"))
  model)


(defn _weights [block bits shapes]
  "Return the weights of these `shapes` in the `block` (bytes), of `bits` each."
  (unless (in bits WEIGHT-BITS) (refuse f"its weights have {bits !r} bits"))
  (setv data (_bytes-in block "weights"))
  (unless (= (len data) (packed-size shapes bits))
    (refuse "it has fewer or more weights than its network"))
  (setv weights (unpacked data shapes bits))
  (check-arrays "weights" weights)
  weights)


(defn _bytes-in [text what]
  "Return the bytes in `text`, in base64; raise `ValueError`, calling them `what`, if it isn't."
  (try
    (b64decode text :validate True)
    (except [ValueError] (refuse f"its {what}: not valid base64"))))
