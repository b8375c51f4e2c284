#[[Moves any number of passages forward, those of any number of callers.

A step reads slices of seeds and gives places in the batch, both by turns, draws a few units of
each text there, and hands them out. A group holds at most half of the places, and beyond half of
them each group gets just one, so one with many texts slows others but doesn't stop them. Nothing
depends on the clock: who alone asks for texts gets the same ones each time.]]

(eval-when-compile (require hyrule [->> meth unless]))
(import
  collections [deque]
  itertools [takewhile]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.pace [Pace]
  lstm-textgen.writing.streams [Crowd MOST-TEXTS]
  lstm-textgen.writing.winners [best-of fitting unseen])

(setv
  DRAWN-A-STEP 128  ; units of each text that a step draws, unless others wait
  SHORT-STEP 8  ; units that it draws while others wait
  OVER-SHARE 0.2  ; of texts that are over, by their pattern, with which a step ends early
  SEED-SLICE 32  ; units of a group's seeds read in its turn, if others have theirs to be read
  READ-A-STEP 128  ; units that a step reads
  JOINING-COST 4)  ; a text that joins takes as long as reading this many units


(defclass Group []
  #[[The `passages` that one caller wants, an iterable of `count`, which is taken from as needed.

  Those that are over end, if the group is `ordered` in the order of their numbers; `ended`, a
  deque, has those that nobody has taken yet. Those that aren't as demanded or, with `items`
  (`NewItems`), aren't new begin again, with numbers that follow those of all. Of every number of
  `rivals` only the best ends. While texts are `revocable`, they can't be read before they end.
  `over` is None, then why nothing more is to come: "done", "memorized" if hardly an item is new,
  "exhausted" if hardly one that matches is, "unmatched" if hardly a text is as demanded,
  "cancelled" or "failed".]]

  (meth __init__ [@passages @count [items None] [@ordered False] [@rivals 1] [@revocable False]]
    (setv
      @_coming (iter passages)
      [@waiting @ended @_again] [(deque) (deque) (deque)]
      [@running @begun] [[] (deque)]  ; in the order in which they joined the batch, and began
      [@left @turns] [@count 0]
      @over (if @count None "done")
      @_fitting (fitting @again)
      @_unseen (if items (unseen items @again) iter)
      @_best (best-of rivals count)))

  (meth draw-up []
    "Make all `passages` now, a list, and raise what there is to raise."
    (setv @passages (list @passages))
    (setv @_coming (iter @passages)))

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
    (setv
      before @left
      over? (fn [passage] passage.over)
      finished (list ((if @ordered takewhile filter) over? @begun)))
    (.extend @ended (->> finished @_finish @_fitting @_unseen @_count-down @_best))
    (or (< @left before) (bool @over)))

  (meth again [passage why]
    "Let `passage` begin again, which isn't wanted; if there is a reason `why`, give up."
    (.start-again passage (+ passage.draw.number @count))
    (.append @_again passage)
    (when why (setv @over why)))

  (meth _finish [passages]
    "Yield the `passages`, which begin no more, until the group is over."
    (for [passage passages :if (not @over)]
      (.remove @begun passage)
      (yield passage)))

  (meth _count-down [passages]
    "Yield the `passages`, which are final."
    (for [passage passages]
      (setv passage.end passage.over)
      (-= @left 1)
      (unless @left (setv @over "done"))
      (yield passage))))


(defclass Scheduler []
  #[[Generates the passages of groups by `model`, a `Checkpoint` or a `Mixture`.

  There are `half` as many places for one group as for all.]]

  (meth __init__ [model [@half MOST-TEXTS]]
    (setv
      @groups []    ; those that aren't over
      @running {}   ; passages by their draws
      ;; What the batch doesn't know yet: draws that leave, and states by the draws that join.
      [@_leaving @_joining] [#{} {}]
      @_admitting None  ; the group whose seed is being read
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
    (@_admit)
    ;; Who has just joined waits for its first units.
    (when (or @_joining (any (gfor group @groups (.upcoming group))))
      (setv most (min most SHORT-STEP)))
    (when (or @_leaving @_joining)
      (.change @_crowd @_leaving (list (.items @_joining)))
      (setv [@_leaving @_joining] [#{} {}]))
    (setv news (if @running (@_draw most enough?) #{}))
    (for [group (list @groups)]
      (when (.settle group) (.add news group))
      (when group.over (@remove group)))
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
    (for [group lost] (@remove group "failed"))
    lost)

  ;; Seeds and places

  (meth _admit []
    "Read slices of seeds and give places, both by turns."
    (setv left READ-A-STEP)
    (while (> left 0)
      (setv waiting (lfor group @groups :if (@_admissible? group) group))
      (unless waiting (break))
      (setv
        group (min waiting :key (fn [each] #((len each.running) each.turns)))
        passage (.upcoming group)
        @_admitting group
        n (if passage.over 0 (@_read passage.seed (max SEED-SLICE (// left (len waiting))))))
      (+= group.turns 1)
      (-= left (+ JOINING-COST n))
      (when (and passage.ready? (@_admissible? group)) (@_begin (.popleft group.waiting))))
    (setv @_admitting None))

  (meth _admissible? [group]
    "Return whether a passage of `group` waits that has a seed to be read, or finds a place."
    (setv
      passage (.upcoming group)
      n (len @running))
    (and passage
      (or passage.over (not passage.ready?)
        (< n @half) (and (not group.running) (< n (* 2 @half))))))

  (meth _read [seed most]
    "Let the reader have read `seed`, or `most` units more of it; return how many it read."
    (setv act (fn [n] (.take-in seed @_reader n)))
    (if @running (act most) (.run @_reading-pace act most)))

  (meth _begin [passage]
    "Let `passage` join the batch after its seed, which the reader has read."
    (unless passage.over (.begin passage @_reader))
    (unless passage.over
      (setv
        (get @_joining passage.draw) (.copy-state @_reader)
        (get @running passage.draw) passage)
      (.append passage.group.running passage)))

  (meth _take-out [passage]
    "Let `passage` leave the batch."
    (del (get @running passage.draw))
    (.remove passage.group.running passage)
    (if (in passage.draw @_joining)
      (del (get @_joining passage.draw))
      (.add @_leaving passage.draw)))

  ;; Units

  (meth _draw [most enough?]
    "Draw up to `most` units for each text in the batch; return the set of their groups."
    (setv
      units (max 1 (min most #* (gfor passage (.values @running) passage.left)))
      patterns (lfor passage (.values @running) :if passage.pattern passage.pattern)
      ;; What is drawn after a text that is over is drawn in vain.
      over? (fn [] (or (and enough? (enough?))
        (> (sum (gfor each patterns (is-not each.last None))) (* OVER-SHARE (len patterns)))))
      act (fn [n] (.run @_crowd n (if patterns over? enough?)))
      drawn (if (= (len @running) 1) (.run @_pace act units) (act units))
      groups (set))
    (for [[draw ids logits] drawn]
      (setv passage (get @running draw))
      (.add groups passage.group)
      (.take passage ids logits)
      (when passage.over (@_take-out passage)))
    groups))
