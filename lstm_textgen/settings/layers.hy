#[[The layer language: `"512,dropout:0.2,lstm:256"` ↔ a tuple of layers.

The number after `lstm`, or alone, is that of hidden units; after `dropout` it is the share of
values dropped in training.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [Kind several whole?])

(setv
  FORMS "write 256, lstm:256 or dropout:0.3"
  MAX-HIDDEN 65536
  MAX-LAYERS 64)


(defrecord Layer "A layer of a network, as described at the top of this module." [
    #^ str kind    ; lstm or dropout
    #^ float size]  ; hidden units, or a share for dropout

  (meth [property] recurrent? []
    "Whether it is an LSTM layer."
    (= @kind "lstm")))


(defclass Layers [tuple]
  "The layers of a network, from input to output; `str` is the inverse of `parse-layers`."

  (meth [property] recurrent []
    "The LSTM layers, in order."
    (Layers (gfor layer self :if layer.recurrent? layer)))

  (meth __str__ []
    (.join "," (gfor layer self f"{layer.kind}:{layer.size}"))))


(defrecord NetworkSpec "What determines a network's shape." [
    #^ Layers layers
    #^ int vocabulary-size
    #^ int embedding])  ; its number of dimensions


(defn parse-layers [text]
  #[[Return the `Layers` that `text` describes; raise `ValueError` that quotes the invalid part.

  A whole number is an LSTM layer with that number of hidden units, a list has one layer each;
  `Layers` are returned unchanged.

      (parse-layers "256,dropout:0.2,64")
      ; => (Layers [(Layer "lstm" 256) (Layer "dropout" 0.2) (Layer "lstm" 64)])]]
  (when (isinstance text Layers) (return text))
  (when (isinstance text list) (setv text (.join "," (map str text))))
  (setv layers (Layers (map _parse-layer (.split (str text) ","))))
  (unless layers.recurrent
    (refuse 'layers f": \"{text}\" has no LSTM layer; add one, such as 256"))
  (when (> (len layers) MAX-LAYERS)
    (refuse 'layers f": {(len layers)} layers are too many; at most {MAX-LAYERS}"))
  layers)


(defn _parse-layer [part]
  "Return the `Layer` that `part` describes: `lstm:512`, `512` or `dropout:0.2`."
  (defn reject [problem] (refuse 'layers f": \"{part}\" {problem}"))
  (setv [kind colon size] (.partition (.lower (.strip part)) ":"))
  (unless colon (setv [kind size] ["lstm" kind]))
  (when (= kind "gru")
    (reject f"is a GRU layer, which is no longer supported; train a model with lstm:{size}"))
  (unless (in kind ["lstm" "dropout"]) (reject f"is not a layer; {FORMS}"))
  (setv [read number] (if (= kind "dropout") [float "number"] [int "whole number"]))
  (try
    (setv size (read size))
    (except [ValueError] (reject (if colon
      f"needs a {number} after the colon, not '{size}'"
      f"is not a layer; {FORMS}"))))
  (cond  ; what is not a number is in no range
    (= kind "dropout") (unless (<= 0 size 0.999) (reject "must drop a share from 0 to 0.999"))
    (not (<= 1 size MAX-HIDDEN)) (reject f"must have 1 to {MAX-HIDDEN} hidden units"))
  (Layer kind size))


(setv LAYERS (Kind "layers such as 256 or 512,dropout:0.2,256"
  (fn [x] (or (isinstance x Layers)
    (all (gfor part (several x) (or (isinstance part str) (whole? part))))))
  (fn [x] (bool (parse-layers x)))  ; or it raises `ValueError`
  parse-layers))


(setv DIMENSIONS {"least" 16  "own" 96  "share" 0.25  "most" 256})  ; see `embedding-size`


(defn embedding-size [vocabulary-size]
  #[[Return the dimensions of the embedding: the vocabulary's size, but at least 16.

  In a vocabulary larger than ASCII's 96 most units are rare: it gets 96 dimensions or a quarter of
  its size, at most 256. More took longer and didn't lower the loss (bench/log.md).]]
  (setv
    [least own share most] (.values DIMENSIONS)
    wide (max own (int (* share vocabulary-size))))
  (max least (min vocabulary-size wide most)))
