"Model files and pages, damaged on purpose and at random, for tests of what reads them."

(import
  copy [deepcopy]
  json
  random [Random]
  lstm-textgen.modelfile.checkpoint [EVALUATION RESUME-PARTS TEXT-PARTS]
  lstm-textgen.modelfile.keraslayout [digest]
  lstm-textgen.pages.imported [BLOCK])

(setv
  ;; What a stranger may put in the place of any value.
  VALUES [None True -1 0 1.5 9 (** 2 31) (** 10 400) "" "\x1b[2J" "lstm:9" [] {} [[]] {"unit" []}])


(defn damaged-page [number whole]
  "Return the page `whole` (bytes), damaged as a `number` says."
  (setv rng (Random number))
  ((.choice rng [damage-facts damage-facts damage-bytes]) rng whole))


(defn places-in [value]
  "Yield each #(container key) in `value` from JSON."
  (for [[key inner] (cond
      (isinstance value dict) (.items value)
      (isinstance value list) (enumerate value)
      True [])]
    (yield #(value key))
    (yield :from (places-in inner))))


(defn damage-facts [rng data]
  "Return the page `data` (bytes) with other values in its facts, or without some."
  (setv
    block (next (gfor found (.finditer BLOCK data) :if (= (get found 1) b"facts") (get found 2)))
    facts (json.loads block))
  (for [_ (range (.choice rng [1 1 2 5]))]
    (setv [container key] (.choice rng (or (list (places-in facts)) [#([0] 0)])))
    (if (and (isinstance container dict) (< (.random rng) 0.2))
      (.pop container key)
      (setv (get container key) (deepcopy (.choice rng VALUES)))))
  (.replace data block (.encode (.replace (json.dumps facts) "<" "\\u003c"))))


(defn damage-bytes [rng data]
  "Return the page `data` (bytes) with some of the bytes around its data changed, or cut off."
  (setv
    data (bytearray data)
    first (- (.index data b"id=\"facts\"") 40))
  (for [_ (range (.choice rng [1 1 2 9]))]
    (setv at (.randrange rng first (len data)))
    (match (.randrange rng 4)
      0 (setv (get data at) (.randrange rng 256))
      1 (del (cut data at (+ at (.randrange rng 99))))
      2 (setv (cut data at at) (cut data (.randrange rng first (len data)) (+ at 99)))
      3 (setv data (cut data (max at (+ first 1))))))
  (bytes data))


(defn seal [file]
  "Fix the checksums of a small model, an open HDF5 `file`, as an attacker would."
  (setv
    names (lfor
      name [#* TEXT-PARTS EVALUATION]
      :if (in name (get file "lstm_textgen"))
      name)
    texts (lfor name names (get file "lstm_textgen" name #()))
    weights (lfor
      layer ["embedding" "lstm_1" "lstm_3" "dense"]
      weight (get (. (get file "model_weights" layer) attrs) "weight_names")
      (get file "model_weights" layer weight #()))
    resume (get file "lstm_textgen" "resume")
    arrays (lfor
      part RESUME-PARTS
      n (range (len (get resume part)))
      (get resume part (str n) #())))
  (setv
    (get (. (get file "lstm_textgen") attrs) "sha256") (digest [#* texts #* weights])
    (get resume.attrs "sha256") (digest [(get resume "state" #()) #* arrays])))
