#[[A text that is a list: its items are read, counted, shuffled, and some of them held out.

As in `corpus` the text passes in chunks and is never in memory as a whole. While it is read a file
has a hash of each item; later there are the places of items.]]

(eval-when-compile (require hyrule [meth ncut unless]))
(import
  collections [Counter]
  itertools [chain compress]
  math [ceil]
  numpy :as np
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.corpus [Store gathered]
  lstm-textgen.text.items [ENDS FINGERPRINT MOST-KNOWN fingerprints join-fingerprints split-items
    split-off])

(setv
  FEW 10  ; different items of a list
  MOST-COPIES 10      ; of an item that may be held out: training needs those that are frequent
  SCANNED (** 2 20)   ; units in which ends of items are sought at once
  BRIEF 16         ; units, on average, up to which items are brief …
  BRIEF-LOOKBACK 32  ; … and windows, too (bench/log.md)
  WINDOWS [64 128 256]  ; lookbacks to choose from to have items whole
  MOST-ITEMS 0.95)  ; share of the items that is nearly all of them


(defclass Listing []
  #[[A text as a list of `items`, the setting: lines or paragraphs.

  `continued` is whether a model has learned a list before. `chunks` reads it. After that, `count`
  is the number of its items, and `copies` that of those that equal an earlier one. After
  `hold-out`, `own` and `held` are the numbers of the items to train on and to hold out, in random
  order. After `split`, `units` is the number of units, `longest` and `median` are those of the
  longest and the median item, without their ends, `long` is what `MOST-ITEMS` of them have at
  most, and `last` has the last characters of items.]]

  (meth __init__ [@items [@continued False]]
    (setv
      @count 0
      @known b""
      @heights (Counter)))  ; of items: how many lines they have

  (meth chunks [chunks]
    "Yield the text's items with their ends in chunks; raise `ValueError` if few or too long."
    (setv rest "")
    (with [keys (Store MB)]
      (for [chunk (chain chunks [(get ENDS @items)])]
        (setv [rest whole] (@_note (+ rest chunk) keys))
        (when whole (yield whole)))
      (setv
        [@indices @firsts @times] (duplicates (.array keys "int64"))
        @copies (np.count-nonzero (!= @indices @firsts))))
    (when (< (- @count @copies) FEW)
      (setv few f"at least {FEW} different items, but the text has {(- @count @copies)}; give a ")
      (if @continued
        (refuse f"the model learns a list of {@items}s, which needs {few}longer text")
        (refuse 'items f" {@items}: a list needs {few}longer text, or leave " 'items " out"))))

  (meth _note [text keys]
    #[[Note what there is to know of the items that end within `text`; add their hashes to `keys`.

    Return #(rest whole): what follows them, and themselves, each with its end. The lists made here
    are gone before `whole` is stored.]]
    (setv [rest found] (split-off text @items))
    (when found
      (+= @count (len found))
      (.add keys (.tobytes (np.fromiter (map hash found) "int64" (len found))))
      (.update @heights (gfor item found (+ 1 (.count item "\n")))))
    #(rest (.join (get ENDS @items) [#* found ""])))

  (meth describe [text display]
    "Show what the list has on `display`; take the fingerprints of items of `text` (a `Text`)."
    (.say display (+ f"a list of {(counted @count f"{@items}s")}"
      (if @copies f", of which {@copies :,} equal an earlier one" "")))
    (unless (> (- @count @copies) MOST-KNOWN)
      (setv @known (join-fingerprints #* (gfor
        chunk text
        (fingerprints (split-items chunk @items)))))))

  (meth joined [earlier [new True]]
    "Return the items' fingerprints and a model's `earlier` ones; none if too many now or then."
    (setv
      known (join-fingerprints earlier @known)
      all? (and @known (or new earlier) (<= (len known) (* FINGERPRINT MOST-KNOWN))))
    (if all? known b""))

  (meth [property] lookback []
    "The usual lookback for the list, shorter if its items are short."
    (if (<= (/ @units @count) BRIEF) BRIEF-LOOKBACK 64))

  (meth covering [usual]
    "Return the lookback with which most items fit into a window; `usual` if they are too long."
    (next (gfor size WINDOWS :if (<= @most size) size) usual))

  (meth facts [known new]
    "Return the facts about all lists of a model, `new` or not, with the `known` facts: a dict."
    (setv
      [[lines often]] (.most-common @heights 1)
      alike? (and (= @items "paragraph") (> lines 1) (>= often (* MOST-ITEMS @count))
        (or new (= lines known.item-lines))))
    { "item_lines" (when alike? lines)
      "longest_item" (max @longest (or known.longest-item 0))
      "long_item" (max @long (or known.long-item 0))
      "median_item" @median
      "item_ends" (when (= @items "line")
        (.join "" (sorted (set (+ @last (or known.item-ends ""))))))})

  (meth training-items [text]
    "Yield the items of `text` to train on, in its own order, each with its end, in chunks."
    (setv
      wanted (np.zeros @count bool)
      (get wanted @own) True
      rest (iter wanted))  ; of the items that follow
    (for [chunk text]
      (yield (.join (get ENDS @items) [#* (compress (split-items chunk @items) rest) ""]))))

  (meth split [ids vocabulary]
    "Return #(training held-out), ids (time,): the shuffled items of the text of `ids` (time,)."
    (setv bounds (item-bounds ids (.find vocabulary "\n") @items))
    (unless (= (len bounds) (+ @count 1))
      (refuse 'items f" {@items} needs a unit for line ends; give a larger " 'max-words))
    (setv
      @units (len ids)
      end (len (get ENDS @items))
      @most (most-units bounds @items)
      @long (ceil (- @most (* 2 end)))
      [@longest @median] (gfor f [np.max np.median] (- (int (f (np.diff bounds))) end))
      lasts (np.unique (.take ids (- (cut bounds 1 None) end 1)))
      @last (.join "" (gfor id lasts (cut (.decode vocabulary [id]) -1 None))))
    (lfor part [@own @held] (gathered ids bounds part)))

  (meth hold-out [validation rng-seed]
    #[[Draw the items to hold out, the share `validation` of the different ones.

    The random seed and the items alone decide, so it is the same items for any units. Of items
    that equal each other all copies are in one part; `held` has only the first. Those with more
    than `MOST-COPIES` are held out only if all have as many.]]
    (setv
      order (np.arange @count :dtype (np.min-scalar-type @count))
      able (np.ones @count bool))
    (.shuffle (np.random.default-rng rng-seed) order)
    (when @copies
      (setv
        most (if (< (len @indices) @count) MOST-COPIES (max MOST-COPIES (.min @times)))
        (get able @indices) (& (= @indices @firsts) (<= @times most))))
    (setv
      candidates (get order (get able order))
      @held (cut candidates (if validation (max 1 (round (* validation (len candidates)))) 0))
      own (np.ones @count bool)
      (get own @held) False
      (get own @indices) (get own @firsts)
      @own (get order (get own order)))))


(defn duplicates [keys]
  #[[Return #(indices firsts times), int arrays about the items that occur more than once.

  Equal items have the same of the `keys` (count,). `indices` are those of these items, `firsts`
  each one's first copy's, and `times` says how often each occurs.]]
  (setv
    ordered (np.sort keys)
    again (np.unique (get (ncut ordered 1:) (= (ncut ordered 1:) (ncut ordered :-1))))
    indices (np.flatnonzero (np.isin keys again))
    [_ firsts which times] (np.unique (get keys indices)
      :return-index True :return-inverse True :return-counts True))
  #(indices (get indices (get firsts which)) (get times which)))


(defn most-units [bounds items]
  "Return how many units nearly every item has at most, with the ends before it and after it."
  (+ (len (get ENDS items)) (float (np.quantile (np.diff bounds) MOST-ITEMS))))


(defn item-bounds [ids newline items]
  #[[Return where the items in `ids` (time,) are: unsigned integers (count + 1,).

  Item n begins at the nth, counted from 0, and stops before the next, after its end.]]
  (setv
    dtype (np.min-scalar-type (len ids))
    bounds [(np.zeros 1 dtype)]
    last False)
  (for [first (range 0 (len ids) SCANNED)]
    (setv
      here (= (cut ids first (+ first SCANNED)) newline)
      ;; Within a paragraph no line end follows another.
      ends (if (= items "line") here (& here (np.append last (cut here -1))))
      last (get here -1))
    (.append bounds (.astype (+ first 1 (np.flatnonzero ends)) dtype)))
  (np.concatenate bounds))
