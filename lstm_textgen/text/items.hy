#[[Lists: texts of items, which are lines or paragraphs; their ends and their fingerprints.

A setting `items` says which: `line` or `paragraph`. Each item is followed by its end. A model
keeps a fingerprint of each item, so that it can generate only new ones.]]

(eval-when-compile (require hyrule [-> meth unless]))
(import
  hashlib [blake2b]
  re
  numpy :as np
  lstm-textgen.basics.messages [refuse])

(setv
  ENDS {"line" "\n"  "paragraph" "\n\n"}  ; by the setting: the text that ends an item
  ;; What separates paragraphs: lines of nothing but white space.
  PARAGRAPH-END (re.compile r"\n(?:[^\S\n]*\n)+")
  FINGERPRINT 6          ; bytes
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


(defn usual-most [settings]
  "Return how many units most items of a list have at most; earlier models know the longest only."
  (or settings.long-item settings.longest-item))


;; * Fingerprints

(defn fingerprint-of [item]
  #[[Return the fingerprint of the text `item`, 6 bytes.

  Items that differ only in case and white space have the same. Of a million other items, one
  in 280 million has that of a given one by chance.]]
  (-> (.join " " (.split (.casefold item)))
    (.encode "utf-8" "surrogatepass") (blake2b :digest-size FINGERPRINT) (.digest)))


(defn fingerprints [items]
  "Return the distinct fingerprints of the texts `items`, sorted and joined: bytes."
  (join-fingerprints (.join b"" (map fingerprint-of items))))


(defn join-fingerprints [#* known]
  "Return the distinct fingerprints in `known`, each of them bytes with any number, sorted."
  (.tobytes (np.unique (fingerprint-array (.join b"" known)))))


(defn fingerprint-array [known]
  "Return the fingerprints in the bytes `known` (count,), of NumPy's bytes."
  (np.frombuffer known f"S{FINGERPRINT}"))


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
      place (np.searchsorted @known own))
    (or (in own @added)  ; NumPy's bytes lack zeros at their end
      (and (< place (len @known)) (= (get @known place) (.rstrip own b"\0")))))

  (meth add [item]
    "Count `item` among them."
    (.add @added (fingerprint-of item))))


(defclass NewItems [KnownItems]
  #[[Tells which items are new: neither in the list of `model` nor seen before.

  Raise `ValueError` for a model that isn't one of a list, or lacks fingerprints.]]

  (meth __init__ [model]
    (unless model.settings.items
      (refuse 'new " needs a model of a list: train it with " 'items))
    (unless model.items
      (refuse "the model doesn't know its list, as it keeps fingerprints of up to "
        f"{MOST-KNOWN :,} items only; leave out " 'new))
    (.__init__ (super) model.items)
    (setv [@_end @_in-vain] [(get ENDS model.settings.items) 0]))

  (meth new? [text]
    "Return whether the last item of `text` is new; the text's seed may have earlier ones."
    (setv
      item (get (.split text @_end) -1)
      new? (bool (and (.strip item) (not-in item self)))
      @_in-vain (if new? 0 (+ @_in-vain 1)))
    (when new? (@add item))
    new?)

  (meth memorized? []
    "Return whether none of the last `MOST-DRAWS` items was new."
    (>= @_in-vain MOST-DRAWS)))
