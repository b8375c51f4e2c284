#[[ids → batches (x, y): contiguous streams, or overlapping windows.

A window is `lookback` ids long, and y is x shifted by one id: every position of a window is
predicted. The text is a ring: its first id follows its last one, so an epoch may begin anywhere
and no id is left out. The shape of a batch is (rows, lookback).]]

(eval-when-compile (require hyrule [meth ncut unless]))
(import
  bisect [bisect]
  math
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [counted]
  lstm-textgen.settings.training [RUN-OF-LIST SHORTEST VALIDATED VALIDATION-RUN-IN]
  lstm-textgen.text.corpus [gathered]
  lstm-textgen.text.items [ENDS]
  lstm-textgen.text.lists [most-units])

(setv ALL (slice None))


(defn check-length [ids held settings]
  #[[Raise `ValueError` if `ids` or `held` (time,) is too short to train or to validate on.

  Each must be longer than the lookback of these `settings`, of a list only `ids`; `held` is empty
  without validation. The message has the length that is needed. The units must also differ.]]
  (setv [need share] [(+ settings.lookback 1) settings.validation])
  (when (and settings.items (< (len ids) need))
    (refuse "the list is too short: "
      f"it has {(counted (len ids) settings.unit)} to train on, and " 'lookback
      f" {settings.lookback} needs {need}; give a longer list or a smaller " 'lookback))
  (when (or (< (len ids) need) (and share (not settings.items) (< (len held) need)))
    ;; What is held out may be more than its share, at the cost of a tenth of the rest.
    (setv least (if share (max (/ need 0.9 (- 1 share)) (/ need share)) need))
    (refuse f"the text is too short: it has {(counted (+ (len ids) (len held)) settings.unit)}, "
      "and " 'lookback f" {settings.lookback} with " 'validation f" {share :g} needs "
      f"{(+ 1 (int least))}; give more text, a smaller " 'lookback
      #* (if share [" or " 'validation " 0"] [])))
  (when (= (.min ids) (.max ids))
    (refuse f"the text is {(counted 1 settings.unit)} repeated, so there is nothing to learn; "
      "give another text")))


(defn fitting-lookback [lookback #* parts]
  "Return `lookback`, or less if a nonempty one of `parts` is shorter, but at least `SHORTEST`."
  (setv shortest (min (filter None (map len parts)) :default 0))
  (min lookback (max SHORTEST (- shortest 1))))


(defn unit-lengths [vocabulary ids held]
  #[[Return the mean numbers of characters per unit, as in an entry of the history: a dict.

  `unit_length` is that of `ids` (time,), the training text; `validation_unit_length` that of the
  part of `held` (time,) that validation reads. If each unit is one character the dict is empty.
  No mean is 0, even if all words are unknown.]]
  (unless vocabulary.several (return {}))
  (dfor
    [name part] [["unit_length" ids] ["validation_unit_length" (cut held VALIDATED)]]
    :if (len part)
    name (/ (max 1 (int (@ (.counts vocabulary part) vocabulary.lengths))) (len part))))


(defclass Batches []
  #[[Batches of windows of a ring of `ids` (time,), by `settings` (`ModelSettings`).

  Usually they are streams, one for each row of a batch: each window continues the one before it in
  its row, so a network can carry its state over (`carries-state`). Every epoch begins at its own
  random place in the ring, so windows differ. This process has the rows `own` (a slice), which
  always read about the same part of the ring. In fine-tuning every second window begins with an
  empty state all the same, as generation does: there a base would go on as its own texts do
  (bench/log.md).

  If `stride` is smaller than the lookback, windows begin every `stride` ids and overlap. They are
  in a new random order each epoch, and each begins with an empty state.

  The items of a list, with `bounds` as of `item-bounds`, are in a new random order each epoch, so
  that nothing can be learned from what comes before an item (bench/log.md). From scratch, every
  eighth window of a row begins with an item and an empty state, as a generated item does, unless
  items are longer than four windows. If the model was fine-tuned and most items fit into a window,
  `@whole`, each window does: after an item a base goes on as its own texts would.

  `shape` is that of a batch, `steps` the number of batches in an epoch.]]

  (meth __init__ [@ids settings [@own ALL] [@bounds None] [@fine-tuned False]]
    (setv
      [rows lookback] [settings.batch-size settings.lookback]
      [@shape @stride @rng-seed] [#(rows lookback) settings.stride settings.rng-seed]
      streams? (= @stride lookback)
      items (or settings.items "line")
      ;; The units of a window after those that end an item.
      @room (- lookback (len (get ENDS items)))
      @whole (and streams? @fine-tuned (is-not bounds None)
        (<= (most-units bounds items) lookback))
      @carries-state (and streams? (not @whole))
      ;; Whether runs of windows begin with items: of longer ones the ends would hardly be read.
      @aligned (and @carries-state (is-not bounds None) (not @fine-tuned)
        (<= (* 2 (most-units bounds items)) (* RUN-OF-LIST lookback)))
      ;; Windows of a row that carry the state over before an empty one; 0: all.
      @run-length (cond @fine-tuned 2  @aligned RUN-OF-LIST  True 0)
      @count (if @whole
        (len (item-windows bounds @room))
        (+ 1 (// (- (len ids) lookback 1) @stride)))  ; of windows that may overlap
      @steps (max 1 (if @carries-state (// (len ids) (* rows lookback)) (// @count rows)))))

  (meth from-empty? [step]
    "Return whether the windows of a `step` of an epoch begin with an empty state."
    (or (= step 0) (not @carries-state) (and @run-length (= (% step @run-length) 0))))

  (meth epoch [number [first 0]]
    "Yield the batches (x, y) of epoch `number`, each int32 (rows, lookback), from `first` on."
    (setv
      random (np.random.default-rng [@rng-seed number])
      [ids bounds] (@_shuffled random)
      begin ((if @carries-state @_streams @_dealt) bounds random)
      window (np.arange (+ 1 (get @shape 1))))
    (for [step (range first @steps)]
      (setv both (.astype
        (.take ids (+ (ncut (begin step) : None) window) :mode "wrap") "int32"))
      (yield #((ncut both : :-1) (ncut both : 1:)))))

  (meth _shuffled [random]
    "Return the ids, items of a list in an order of their own, and the `bounds` of these, or None."
    (when (is @bounds None) (return #(@ids None)))
    (setv items (np.arange (- (len @bounds) 1) :dtype @bounds.dtype))
    (.shuffle random items)
    #((gathered @ids @bounds items)
      (np.append 0 (np.cumsum (get (np.diff @bounds) items) :dtype int))))

  (meth _streams [bounds random]
    "Return a function from a step to where windows that carry the state over begin, (rows,)."
    (setv
      size (len @ids)
      [rows lookback] @shape
      offsets (// (* size (np.arange rows)) rows)
      starts (get (np.sort (% (+ (.integers random size) offsets) size)) @own))
    (defn continuing [step]
      (% (+ starts (* step lookback)) size))
    (defn aligned [step]  ; a run of windows begins with the end of the item before its own
      (setv
        n (% step @run-length)
        item (- (np.searchsorted bounds (continuing (- step n)) :side "right") 1))
      (+ (get bounds item) (* n lookback) (- @room lookback)))
    (if @aligned aligned continuing))

  (meth _dealt [bounds random]
    "Return a function from a step to where windows that may overlap begin, (rows,)."
    (setv
      [rows lookback] @shape
      own (get (np.arange rows) @own)
      order (np.arange @count :dtype (np.min-scalar-type @count)))
    (.shuffle random order)
    (defn numbers [step]
      (.astype (.take order (+ (* step rows) own) :mode "wrap") int))
    (unless @whole (return (fn [step] (* @stride (numbers step)))))
    (setv starts (- (item-windows bounds @room) (- lookback @room)))
    (fn [step] (.take starts (numbers step) :mode "wrap"))))


(defn item-windows [bounds length]
  #[[Return where windows of this `length` begin that read the items within `bounds`: (n,).

  The item that the end of a window cuts off begins the next one, unless it is as long as that.]]
  (setv
    [starts start] [[] 0]
    [firsts count] [(memoryview bounds) (- (len bounds) 1)])
  (while (< start (get firsts count))
    (.append starts start)
    (setv
      cut-off (get firsts (- (bisect firsts (+ start length) 0 count) 1))
      start (if (> cut-off start) cut-off (+ start length))))
  (np.array starts))


(defn chance-loss [ids]
  "Return the loss of guessing `ids` (time,) by their frequency alone: their entropy, in nats."
  (setv shares (/ (get (np.unique ids :return-counts True) 1) (len ids)))
  (float (- (np.sum (* shares (np.log shares))))))


(defclass HeldOut []
  #[[The held-out text in batches that count each of its units once, up to `VALIDATED` of them.

  `ids` (time,) are these units, and `steps` is the number of batches. Each row has a part of them
  and begins with a run-in, the text before its part: for the first row the end of `kept`, the
  training text (time,). All rows end together.]]

  (meth __init__ [kept held shape [@own ALL]]
    (setv
      [rows @lookback] shape
      @ids (cut held VALIDATED)
      bounds (// (* (len @ids) (np.arange (+ rows 1))) rows)
      [@starts @ends] [(cut bounds -1) (cut bounds 1 None)]
      longest (.max (- @ends @starts))
      @steps (math.ceil (/ (+ VALIDATION-RUN-IN (max longest VALIDATION-RUN-IN)) @lookback))
      @with-run-in (np.concatenate [(cut kept (- (* @steps @lookback)) None) @ids])
      @run-in (- (len @with-run-in) (len @ids))))

  (meth batches []
    "Yield batches #(x y counted), each (rows, lookback); `counted` is 0 in run-ins, and else 1."
    (for [left (range (* @steps @lookback) 0 (- @lookback))]
      (setv
        offsets (+ (ncut @ends @own None) (np.arange (- left) (- @lookback left)))
        ;; A run-in that is longer than the text before it repeats that text's first unit.
        [x y] (lfor
          shift [-1 0]
          (.astype (.take @with-run-in (+ offsets @run-in shift) :mode "clip") "int32")))
      (yield #(x y (.astype (>= offsets (ncut @starts @own None)) "float32"))))))
