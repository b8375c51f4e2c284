#[[What becomes of passages that are over: steps that each let some of them through.

A step is a function from passages to passages. What it doesn't let through is drawn `again`, a
function of the passage and of why to give up, or None.]]

(import
  lstm-textgen.text.items [MOST-DRAWS])


(defn fitting [again]
  "Return a step that lets those through that are as demanded."
  (setv misfits 0)  ; in a row
  (defn step [passages]
    (nonlocal misfits)
    (for [passage passages]
      (if passage.fits?
        (do
          (setv misfits 0)
          (yield passage))
        (do
          (+= misfits (if passage.patient? 0 1))
          (again passage (when (>= misfits MOST-DRAWS) "unmatched"))))))
  step)


(defn unseen [items again]
  "Return a step that lets those through whose items are new, by `items` (`NewItems`)."
  (defn step [passages]
    (for [passage passages]
      (if (.new? items passage.with-seed)
        (yield passage)
        (again passage (when (.memorized? items)
          (if passage.demands.match "exhausted" "memorized"))))))
  step)


(defn best-of [n count]
  #[[Return a step that lets the most likely of every `n` passages through, per unit.

  Passages with the numbers 0 to n - 1 are rivals, and so on, and those with `count` more.]]
  (setv rivals {})
  (defn step [passages]
    (for [passage passages]
      (setv
        contest (// (% passage.draw.number count) n)
        known (.setdefault rivals contest []))
      (.append known passage)
      (when (= (len known) n)
        (yield (min (.pop rivals contest)
          :key (fn [each] (/ each.surprise (max 1 each.units))))))))
  step)
