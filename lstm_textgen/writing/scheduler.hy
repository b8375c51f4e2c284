#[[Moves any number of passages forward, those of any number of callers.

A step reads slices of seeds by turns, gives places in the batch by turns, draws a few units of
each text there, and hands them out. A place goes to the group with the fewest texts in the batch,
if need be from the one with the most. Nothing but `TURN` depends on the clock: who alone asks for
texts gets the same ones each time.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [deque]
  time
  lstm-textgen.text.items [MOST-DRAWS]
  lstm-textgen.writing.batch [Crowd MOST-TEXTS]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.pace [Pace])

(setv
  DRAWN-A-STEP 128  ; units of each text that a step draws, unless others wait
  WAITED-FOR 8   ; units that it draws while others wait for a place …
  FEW-STEPS 4    ; … and while seeds are read, or as many as take as long as the reading
  OVER-SHARE 0.2  ; of texts that are over, by their pattern, with which a step ends early
  SEED-SLICE 32  ; units of a group's seeds read in its turn, if others have theirs to be read
  READ-A-STEP 128  ; units that a step reads
  JOINING-COST 4  ; a text that joins takes as long as reading this many units
  TURN 0.2)  ; seconds that a text may stay before it must make room for one of another group


(defclass Group []
  #[[The `passages` that one caller wants, an iterable of `count`, which is taken from as needed.

  Those that are over end, if the group is `ordered` in the order of their numbers; `ended`, a
  deque, has those that nobody has taken yet. Those that aren't as demanded or, with `items`
  (`NewItems`), aren't new begin again, with numbers that follow those of all. Of every `best-of`
  passages only the one with the least surprise per unit ends. `over` is None, then why nothing
  more is to come: "done", "memorized" if hardly an item is new, "exhausted" if hardly one that
  matches is, "unmatched" if hardly a text is as demanded, "cancelled" or "failed".]]

  (meth __init__ [@passages @count [@items None] [@ordered False] [@best-of 1]]
    (setv
      @_coming (iter passages)
      [@waiting @ended @_again] [(deque) (deque) (deque)]
      [@_misfits @_rivals] [0 {}]  ; misfits in a row; passages by the number of their text
      [@running @begun] [[] (deque)]  ; in the order in which they joined the batch, and began
      [@left @turns] [@count 0]
      @over (if @count None "done")))

  (meth [property] revocable? []
    "Whether a text may begin again or lose to a rival, so that it can't be read before it ends."
    (or @items (> @best-of 1) (any (gfor passage @begun passage.demands.late?))))

  (meth winners []
    "Return the `passages` (a list) that have no rivals, or the best of their rivals."
    (if (= @best-of 1)
      @passages
      (sorted @ended :key (fn [passage] (% passage.draw.number @count)))))

  (meth upcoming []
    "Return the passage that waits for its turn, or None."
    (unless @waiting
      (setv passage (next @_coming None))
      (when (and (is passage None) @_again) (setv passage (.popleft @_again)))
      (unless (is passage None)
        (setv passage.group @,)
        (.append @begun passage)
        (.append @waiting passage)))
    (when @waiting (get @waiting 0)))

  (meth settle []
    #[[End the passages that are over, or have them begin again if they aren't wanted.

    Return whether any has ended.]]
    (setv before @left)
    (for [passage (list @begun)]
      (unless passage.over
        (if @ordered (break) (continue)))
      (.remove @begun passage)
      (if (@_wanted? passage)
        (@_end passage)
        (do
          (.start-again passage (+ passage.draw.number @count))
          (.append @_again passage)
          (setv @over (cond
            (>= @_misfits MOST-DRAWS) "unmatched"
            (and @items (.memorized? @items)) (if passage.demands.match "exhausted" "memorized")
            True @over))
          (when @over (break)))))
    (or (< @left before) (bool @over)))

  (meth _wanted? [passage]
    "Return whether the text of `passage` is as demanded and, of a list, new."
    (setv
      fits? passage.fits?
      @_misfits (if fits? 0 (+ @_misfits (if passage.patient? 0 1))))
    (and fits? (or (is @items None) (.new? @items passage.with-seed))))

  (meth _end [passage]
    "End `passage`, unless it has rivals that are better or aren't over yet."
    (setv passage.end passage.over)
    (-= @left 1)
    (unless @left (setv @over "done"))
    (when (> @best-of 1)
      (setv
        number (// (% passage.draw.number @count) @best-of)
        rivals (.setdefault @_rivals number []))
      (.append rivals passage)
      (when (< (len rivals) @best-of) (return))
      (setv passage (min (.pop @_rivals number)
        :key (fn [each] (/ each.surprise (max 1 each.units))))))
    (.append @ended passage)))


(defclass Scheduler []
  "Generates the passages of groups by `model`, a `Checkpoint` or a `Mixture`, `most` at once."

  (meth __init__ [model [@most MOST-TEXTS]]
    (setv
      @groups []    ; those that aren't over
      @running {}   ; passages by their draws
      ;; What the batch doesn't know yet: draws that leave, and states by the draws that join.
      [@_leaving @_joining] [#{} {}]
      @_resting []  ; passages that have made room
      @_admitting None  ; the group whose seed is being read
      @_round 1  ; units that a step draws at most: few once a group joins, then twice as many
      @_model model
      @_reader (make-engine model)
      @_crowd (Crowd model @_reader)
      [@_pace @_reading-pace] (gfor _ (range 2) (Pace @_reader.threads))))

  (meth add [group]
    "Generate the passages of `group`."
    (unless group.over (.append @groups group)))

  (meth remove [group [why "cancelled"]]
    "Generate no more of `group`, unless it is over already."
    (unless group.over (setv group.over why))
    (for [passage (list group.running)] (@_take-out passage))
    (when (in group @groups) (.remove @groups group)))

  (meth close []
    "End its threads."
    (.close @_crowd))

  (meth step [[most DRAWN-A-STEP] [enough? None]]
    #[[Read, let passages join and leave, and draw up to `most` units for each in the batch.

    It draws at least one, and ends early once `enough?`, a function or None, returns true. Return
    a list of the groups with news.]]
    (setv read (@_admit))
    (when (or @_leaving @_joining)
      (.change @_crowd @_leaving (list (.items @_joining)))
      (setv [@_leaving @_joining] [#{} {}]))
    (for [passage @_resting] (.append passage.group.waiting passage))
    (.clear @_resting)
    (setv news (if @running (@_draw (@_units most read) enough?) #{}))
    (for [group (list @groups)]
      (when (.settle group) (.add news group))
      (when group.over (.remove self group)))
    (list news))

  (meth fail []
    #[[After an error end the groups that it concerns; return them.

    That is the one whose seed was being read or else those with texts in the batch, or all.]]
    (setv lost (if @_admitting
      [@_admitting]
      (or (lfor group @groups :if group.running group) (list @groups))))
    (unless @_admitting  ; begin with an empty batch
      (.close @_crowd)
      (setv
        @_crowd (Crowd @_model @_reader)
        [@_leaving @_joining] [#{} (dict.fromkeys @running)]))  ; as if none had joined the old one
    (setv @_admitting None)
    (for [group lost] (.remove self group "failed"))
    lost)

  ;; Seeds and places

  (meth _admit []
    "Read slices of seeds and give places, both by turns; return how many units were read."
    (setv
      [left read] [READ-A-STEP 0]
      waiting (lfor group @groups :if (.upcoming group) group))
    (while (and waiting (> left 0))
      (setv
        group (min waiting :key (fn [each] #((len each.running) each.turns)))
        passage (.upcoming group)
        @_admitting group
        n (if (or passage.over passage.state) 0
          (@_read passage.seed (max SEED-SLICE (// left (len waiting))))))
      (+= group.turns 1)
      (+= read n)
      (-= left (+ JOINING-COST n))
      (when passage.ready?
        (if (or passage.over (@_make-room group))
          (@_begin (.popleft group.waiting))
          ;; No other group gets a place then, either, but their seeds can be read.
          (setv waiting (lfor each waiting :if (not (. (.upcoming each) ready?)) each))))
      (setv waiting (lfor each waiting :if (.upcoming each) each)))
    (setv @_admitting None)
    read)

  (meth _read [seed most]
    "Let the reader have read `seed`, or `most` units more of it; return how many it read."
    (setv act (fn [n] (.take-in seed @_reader n)))
    (if @running (act most) (.run @_reading-pace act most)))

  (meth _make-room [group]
    "Return whether a passage of `group` may join, having made another's wait if need be."
    (when (< (len @running) @most) (return True))
    (setv
      largest (max
        (gfor each @groups :if each.running each)
        :key (fn [each] #((len each.running) (- (. (get each.running 0) joined)))))
      passage (get largest.running 0)
      more (- (len largest.running) (len group.running))
      rotate? (and (> more 0) (not group.running)
        (> (- (time.perf-counter) passage.joined) TURN)))
    (when (or rotate? (> more 1))
      (setv passage.state
        (or (.get @_joining passage.draw) (.state-of @_crowd passage.draw)))
      (@_take-out passage)
      (.append @_resting passage)
      True))

  (meth _begin [passage]
    "Let `passage` join the batch, again or after its seed, which the reader has read."
    (unless (or passage.over passage.state) (.begin passage @_reader))
    (when passage.over (return))
    (setv
      group passage.group
      passage.joined (time.perf-counter)
      (get @_joining passage.draw) (or passage.state (.copy-state @_reader))
      (get @running passage.draw) passage)
    (when (and (= group.left group.count) (not group.running))
      (setv @_round 1))  ; its first text comes soon
    (.append group.running passage))

  (meth _take-out [passage]
    "Let `passage` leave the batch."
    (del (get @running passage.draw))
    (.remove passage.group.running passage)
    (if (in passage.draw @_joining)
      (del (get @_joining passage.draw))
      (.add @_leaving passage.draw)))

  ;; Units

  (meth _units [most read]
    "Return how many units to draw for each text, at most, after `read` units of seeds."
    (setv
      waiting (lfor group @groups :setv next (.upcoming group) :if next next)
      n (len @running)
      joins? (and waiting
        (or (< n @most) (not (all (gfor passage waiting passage.ready?)))))
      units (min most @_round (max 1 (min (gfor passage (.values @running) passage.left)))
        (cond
          ;; A step of n texts takes as long as reading 1 + n/2 units (measured).
          joins? (max FEW-STEPS (// (* 2 read) (+ 2 n)))
          waiting WAITED-FOR
          True most))
      @_round (min most (* 2 @_round)))
    units)

  (meth _draw [units enough?]
    "Draw up to `units` for each text in the batch; return the set of their groups."
    (setv
      constraints (lfor draw @running :if draw.constraint draw.constraint)
      ;; What is drawn after a text that is over is drawn in vain.
      over? (fn [] (or (and enough? (enough?))
        (> (sum (gfor each constraints (is-not each.last None)))
          (* OVER-SHARE (len constraints)))))
      act (fn [n] (.run @_crowd n over?))
      drawn (if (= (len @running) 1) (.run @_pace act units) (act units))
      groups (set))
    (for [[draw ids logits] drawn]
      (setv passage (get @running draw))
      (.add groups passage.group)
      (.take passage ids logits)
      (when passage.over (@_take-out passage)))
    groups))
