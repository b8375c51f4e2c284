"Seed text → generated text, or an item of a list. A `model` is a `Checkpoint` or a `Mixture`."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [deque]
  functools [lru-cache]
  itertools [islice]
  re
  warnings
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.text.items [ENDS MOST-DRAWS NewItems]
  lstm-textgen.writing.batch [Batch Crowd MOST-TEXTS]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.pace [Pace]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.seeds [Seed])

(setv
  CLOSERS "\"'”’»›)\\]」』）】"
  ;; White space follows the mark or, in scripts without spaces between sentences, anything but
  ;; another mark. Closing quotes and brackets may come between.
  SENTENCE-END (re.compile
    rf"(?:[.!?…][{CLOSERS}]*\s|[。！？][{CLOSERS}]*[^。！？…{CLOSERS}])\Z")
  SENTENCE-REACH 8  ; how many characters back its mark may be
  LONGER 4  ; times the longest item in training, an item is cut off
  CUT-OFF 20_000  ; units after which a text without a `length` is cut off …
  CUT-OFF-PER-SENTENCE 1000  ; … or, if that is more, this many for each of the wanted sentences
  STEPS-ALONE 64  ; units of a lone text generated at once
  ROUND 8         ; units of each of several
  IDS-READ 256)   ; of a seed at once


(defrecord Ends
  #[[Where a text ends: at the first of these; without any it never ends.

  - `length`: after this many characters, or words in a word-level model. A text that has only
    other ends is cut off after `CUT-OFF`, as it may never reach them.
  - `stop`: before this text, or any of these texts, would appear.
  - `sentences`: after this many sentences. A sentence ends with . ! ? or …, closing quotes and
    white space (which isn't part of the text), or with 。！？.]]
  [#^ object [length None]  #^ object [stop None]  #^ object [sentences None]]

  (meth [property] endless? []
    "Whether a text never ends."
    (= self (Ends))))


;; * Generation

(defn stream [model seed [options None] [ends (Ends)] [rng-seed None] [warn warnings.warn]]
  #[[Return a generator of the units (str) that `model` generates after `seed`.

  Of a list it generates one item, or what the seed lacks of it; other text ends only by `ends`.
  One call of `warn` names the seed's unknown units; the rest of the seed is used. The
  `SamplingOptions` default to the model's own temperature, `rng-seed` is a `Draw`'s.]]
  (setv draw (Draw (or options (usual-options model)) rng-seed))
  (_up-to-end model (_write model (Seed model seed warn) draw) ends warn))


(defn usual-options [model [temperature None] #* limits]
  "Return the `SamplingOptions` with these; the temperature defaults to that of `model`."
  (SamplingOptions (if (is temperature None) model.settings.temperature temperature) #* limits))


(defn passage-length [model [characters 400]]
  "Return the length of a passage by `model`, about this many `characters` in what it counts."
  (// characters model.vocabulary.width))


(defn write-sample [model length [temperature None] [rng-seed 1]]
  #[[Return a text of this `length` by `model` from an empty seed, the same at each call.

  Of a list it is as many items as fit.]]
  (setv units (_write model (Seed model "") (Draw (usual-options model temperature) rng-seed)))
  (.join "" (islice (.counted model.vocabulary units) length)))


(defn write-each [model seeds samples [options None] [ends (Ends)] [rng-seed None]
    [warn warnings.warn] [new False]]
  #[[Return an iterator of #(k text), each as soon as it ends: `samples` after each of `seeds`.

  They are generated together, with the parameters of `stream`; but for rounding (see `batch`),
  text k depends only on `rng-seed` and k. After Ctrl-C it yields what there is of the others,
  but no half items, before it raises `KeyboardInterrupt`. Raise `ValueError` unless `ends` has an
  end or the model is one of a list.

  With `new`, an item that isn't new (see `NewItems`) is drawn again; after `MOST-DRAWS` of them in
  a row, `warn` and end early.]]
  (setv
    count (* samples (len seeds))
    items (when new (NewItems model)))
  (when (and ends.endless? (not model.settings.items))
    (refuse (if (= count 1) "a text needs" "several texts need")
      " an end: give " 'length ", " 'stop " or " 'sentences))
  (if (or new (> count 1))
    (_write-turns model seeds samples (or options (usual-options model)) ends rng-seed warn items)
    (gfor seed seeds #(0 (.join "" (stream model seed options ends rng-seed warn))))))


(defn _write-turns [model seeds samples options ends rng-seed warn items]
  "Yield what `write-each` does, only what `items`, a `NewItems` or None, finds new."
  (setv
    count (* samples (len seeds))
    seed-of ((lru-cache MOST-TEXTS) (fn [n] (Seed model (get seeds n) warn)))
    [wanted turn] [(range count) 0])
  (while wanted
    (setv
      again []
      ;; Text k has other random numbers in each turn.
      texts (gfor
        k wanted
        #((Draw options rng-seed (+ k (* turn count))) (seed-of (// k samples)))))
    (for [[number text] (_write-draws model texts ends warn)]
      (setv k (% number count))
      (if (or (is items None) (.new? items (+ (get seeds (// k samples)) text)))
        (yield #(k text))
        (.append again k))
      (when (and items (.memorized? items))
        (warn (Message
          f"{MOST-DRAWS} items in a row weren't new: the model has memorized its list; "
          "give a higher " 'temperature ", or train for fewer epochs"))
        (return)))
    (setv [wanted turn] [again (+ turn 1)])))


(defrecord _Text
  "One of several texts: the `ids` of its next units, its `pieces` to come, and those `so-far`."
  [#^ deque ids  #^ object pieces  #^ list so-far])


(defn _write-draws [model texts ends warn]
  #[[Yield #(k text) for each of `texts`, #(draw seed), when it ends; k is the draw's number.

  At most `MOST-TEXTS` are written at once; a seed is read when the turn of its texts comes. After
  Ctrl-C it does as `write-each`.]]
  (setv
    units model.vocabulary.units
    reader (make-engine model)
    crowd (Crowd model reader)
    running {}  ; from each draw to its `_Text`
    ended #{})   ; draws that haven't left the crowd yet
  (defn write [opening ids]
    (yield :from opening)
    (while True
      (unless ids  ; a round gives all texts more
        (for [[draw column _] (.run crowd ROUND [])  :if (in draw running)]
          (.extend (. running [draw] ids) column)))
      (yield (get units (.popleft ids)))))
  (try
    (while True
      (setv joining [])
      (for [[draw seed] (islice texts (- MOST-TEXTS (len running)))]
        (setv
          ids (deque)
          pieces (_up-to-end model (write (_begin seed reader draw) ids) ends warn)
          (get running draw) (_Text ids pieces []))
        (.append joining #(draw (.copy-state reader))))
      (.change crowd ended joining)
      (.clear ended)
      (unless running (break))
      (for [[draw text] (list (.items running))]
        (for [piece text.pieces]
          (.append text.so-far piece)
          (when (and piece (not text.ids)) (break))  ; after an empty piece comes the end
          (else
            (.add ended draw)
            (del (get running draw))
            (yield #(draw.number (.join "" text.so-far)))))))
    (except [KeyboardInterrupt]
      (for [[draw text] (.items running) :if (not model.settings.items)]
        (yield #(draw.number (.join "" text.so-far))))
      (raise))
    (finally (.close crowd))))


(defn _write [model seed draw]
  "Yield the units of a text by `draw` after `seed` endlessly."
  (setv
    units model.vocabulary.units
    engine (make-engine model)
    opening (_begin seed engine draw (Pace engine.threads))
    batch (Batch model engine)
    pace (Pace engine.threads)
    steps 1)
  (yield :from opening)
  (.change batch [] [#(draw engine.state)])
  (while True
    (setv [ids _] (.run pace (fn [n] (.run batch n [])) steps))
    (yield :from (gfor id (.ravel ids) (get units id)))
    (setv steps (min (* 2 steps) STEPS-ALONE))))


(defn _begin [seed engine draw [pace (Pace 1)]]
  "Let `engine` read `seed` and write the first unit of `draw`; return the text's first units."
  (while (.run pace (fn [n] (.take-in seed engine n)) IDS-READ))  ; until none are left
  (setv units seed.model.vocabulary.units)
  (+ seed.opening
    (lfor [id typed _] (.begin seed engine draw) (cut (get units id) typed None))))


;; * Where a text ends

(defn _up-to-end [model units ends warn]
  #[[Yield the pieces of a text by `model` that begins its endless `units`.

  `warn` if it had to be cut off before its end.]]
  (setv
    [settings stop] [model.settings ends.stop]
    longest (or settings.longest-item 0)
    most-in-item (* LONGER longest)
    most (max CUT-OFF (* CUT-OFF-PER-SENTENCE (or ends.sentences 0))))
  (when longest
    (setv units (_cut-off units most-in-item warn
      (+ f"an item was cut off after {most-in-item :,} {settings.unit}, before its end; "
        f"the longest in training has {longest :,}"))))
  (setv pieces (.counted model.vocabulary units))
  (when settings.items (setv pieces (before-stop pieces [(get ENDS settings.items)])))
  (cond
    (is-not ends.length None) (setv pieces (islice pieces ends.length))
    (not ends.endless?) (setv pieces (_cut-off pieces most warn
      (Message f"a sample was cut off after {most :,} characters (or words), before its end; "
        "for a longer one, give " 'length))))
  (when stop (setv pieces (before-stop pieces (if (isinstance stop str) [stop] stop))))
  (when ends.sentences (setv pieces (first-sentences pieces ends.sentences)))
  (yield :from pieces))


(defn _cut-off [pieces most warn line]
  "Yield the first `most` of `pieces`; `warn` with the `line` if there are more."
  (yield :from (islice pieces most))
  (for [_ pieces]
    (warn line)
    (break)))


(defn before-stop [pieces stops]
  #[[Yield `pieces` (str) up to the beginning of the first of the texts `stops` to be complete.

  What may be the beginning of a stop is held back until that is clear.]]
  (setv finder (StopFinder stops))
  (for [piece pieces]
    (setv sure (.feed finder piece))
    (when (or sure finder.found) (yield sure))
    (when finder.found (return)))
  (yield (.close finder)))


(defclass StopFinder []
  #[[Finds the first of the texts `stops` to be complete in a text that comes in pieces.

  `held` may be the beginning of one of them. Once one is `found`, the text ends.]]

  (meth __init__ [@stops]
    (setv [@held @found] ["" False]))

  (meth feed [piece]
    "Read `piece` (str); return the text so far that is certain to precede any stop."
    (setv
      held (+ @held piece)
      end (min (gfor stop @stops :if (in stop held) (+ (.index held stop) (len stop))) :default 0)
      sure (if end
        (- end (max (gfor stop @stops :if (.endswith held stop 0 end) (len stop))))
        ;; The first characters of a stop, but not all of them, may end the text so far.
        (- (len held) (max :default 0 (gfor
          stop @stops
          n (range 1 (min (len stop) (+ 1 (len held))))
          :if (.endswith held (cut stop n))
          n))))
      @held (cut held sure None))
    (when end (setv @found True))
    (cut held sure))

  (meth close []
    "Return the held-back text that belongs to the text if it ends here."
    (if @found "" @held)))


(defn first-sentences [pieces wanted]
  "Yield `pieces` (str) until `wanted` sentences are complete."
  (setv tail "")
  (for [piece pieces]
    (when (and piece (.search SENTENCE-END (+ tail (get piece 0))))
      (-= wanted 1)
      (when (= wanted 0) (return)))
    (yield piece)
    (setv tail (cut (+ tail piece) (- SENTENCE-REACH) None))))
