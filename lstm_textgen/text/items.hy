#[[Lists: texts of items, which are lines or paragraphs; their ends and their fingerprints.

A setting `items` says which: `line` or `paragraph`. Each item is followed by its end. A model
keeps a fingerprint of each item, so that it can generate only new ones.]]

(eval-when-compile (require hyrule [meth ncut unless]))
(import
  itertools [chain]
  re
  numpy :as np
  lstm-textgen.basics.messages [refuse])

(setv
  ENDS {"line" "\n"  "paragraph" "\n\n"}  ; by the setting: the text that ends an item
  ;; What separates paragraphs: lines of nothing but white space.
  PARAGRAPH-END (re.compile r"\n(?:[^\S\n]*\n)+")
  MAX-ITEM 1_000_000     ; characters
  FINGERPRINT 6          ; bytes
  FACTOR 0x9E3779B97F4A7C15  ; odd: 2⁶⁴ divided by the golden ratio
  HASHED (** 2 14)       ; items whose fingerprints are taken at once, to save memory
  MOST-KNOWN 1_000_000   ; items whose fingerprints a model keeps
  MOST-DRAWS 100)        ; in a row without a new item


(defn split-items [text items]
  #[[Return the list of the items of `text`: its lines, or its paragraphs, that aren't empty.

  A line has no white space at its end, a paragraph none around it. ::

      (split-items "a\nb\n \n\nc\n" "paragraph")   ; => ["a\nb" "c"]
      (split-items "Anna\n\n  Bea \n" "line")      ; => ["Anna" "  Bea"]
  ]]
  (tidied (raw-parts text items) items))


(defn raw-parts [text items]
  "Return the list of the parts of `text` between line ends, or between blank lines."
  (if (= items "line") (.split text "\n") (.split PARAGRAPH-END text)))


(defn tidied [parts items]
  "Return the items in `parts`, a list of `raw-parts`."
  (list (filter None (map (if (= items "line") str.rstrip str.strip) parts))))


(defn split-off [text items]
  "Return #(rest found): the items that end within `text`, and what follows; refuse long ones."
  (setv
    parts (raw-parts text items)
    rest (.pop parts))
  (when (> (len rest) MAX-ITEM)
    (refuse 'items f" {items} doesn't suit the text, which has an item of more than "
      f"{MAX-ITEM :,} characters"))
  #(rest (tidied parts items)))


(defn whole-items [chunks items]
  "Yield the items of the text in `chunks`, joined in new chunks, each with its end."
  (setv [end rest] [(get ENDS items) ""])
  (for [chunk (chain chunks [end])]
    (setv [rest found] (split-off (+ rest chunk) items))
    (yield (.join end [#* found ""]))))


;; * Fingerprints

(defn fingerprint-of [item]
  #[[Return the fingerprint of the text `item`, a whole number below 2⁴⁸, as in `fingerprint.js`.

  Items that differ only in case and white space have the same. It is the upper part of
  Σ uₙ · FACTORⁿ⁺¹ modulo 2⁶⁴, where u are the UTF-16 units of the text and of a line end. So of a
  million other items, one in 280 million has that of a given one by chance.]]
  (int (get (_hashes [item]) 0)))


(defn fingerprints [items]
  "Return the distinct fingerprints of the texts `items` (a list), sorted and joined: bytes."
  (_joined (np.concatenate [(np.zeros 0 int) #* (gfor
    first (range 0 (len items) HASHED)
    (_hashes (cut items first (+ first HASHED))))])))


(defn join-fingerprints [#* known]
  "Return the distinct fingerprints in `known`, each of them bytes with any number, sorted."
  (_joined (fingerprint-array (.join b"" known))))


(defn fingerprint-array [known]
  "Return the fingerprints in the bytes `known`, the highest of each first, as numbers (count,)."
  (@ (.reshape (np.frombuffer known "uint8") -1 FINGERPRINT)
    (** 256 (np.arange (- FINGERPRINT 1) -1 -1))))


(defn _joined [numbers]
  "Return the distinct fingerprints in `numbers` (count,), sorted, six bytes each."
  (setv words (.view (.astype (np.unique numbers) ">i8") "uint8"))
  (.tobytes (ncut (.reshape words -1 8) : 2:)))


(defn _hashes [items]
  "Return the fingerprints of the texts `items`, at least one, as whole numbers (count,)."
  (setv
    text (.join "" (gfor item items (+ (.join " " (.split (.casefold item))) "\n")))
    units (np.frombuffer (.encode text "utf-16-le" "surrogatepass") "<u2")
    ends (np.flatnonzero (= units (ord "\n")))
    starts (np.append 0 (+ 1 (cut ends -1)))
    sizes (- (+ ends 1) starts)
    exponents (- (np.arange (len units)) (np.repeat starts sizes))
    powers (np.cumprod (np.full (.max sizes) FACTOR "uint64")))
  (.astype (>> (np.add.reduceat (* units (get powers exponents)) starts) 16) int))


(defclass KnownItems []
  #[[The items whose fingerprints are in the bytes `known`, and those that are added. ::

      (setv seen (KnownItems (fingerprints ["Anna" "Bea"])))
      (in " anna" seen)   ; => True
      (.add seen "Carla")
      (in "Carla" seen)   ; => True]]

  (meth __init__ [[known b""]]
    (setv [@known @added] [(fingerprint-array known) (set)]))

  (meth __contains__ [item]
    (setv
      own (fingerprint-of item)
      index (np.searchsorted @known own))
    (or (in own @added) (and (< index (len @known)) (= (get @known index) own))))

  (meth add [item]
    "Count `item` among them."
    (.add @added (fingerprint-of item))))


(defclass NewItems [KnownItems]
  "Tells which items are new: neither in the list of `model`, which is one of a list, nor added."

  (meth __init__ [model]
    (unless model.settings.items
      (refuse 'new " needs a model of a list: train it with " 'items))
    (unless model.items
      (refuse "the model doesn't know its list, as it keeps fingerprints of up to "
        f"{MOST-KNOWN :,} items only; leave out " 'new))
    (.__init__ (super) model.items)
    (setv @_in-vain 0))

  (meth new? [item]
    "Return whether `item` is new."
    (setv
      new? (bool (and (.strip item) (not-in item self)))
      @_in-vain (if new? 0 (+ @_in-vain 1)))
    new?)

  (meth memorized? []
    "Return whether none of the last `MOST-DRAWS` items was new."
    (>= @_in-vain MOST-DRAWS)))
