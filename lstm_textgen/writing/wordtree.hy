#[[A tree of the texts that may follow a seed, and the probabilities of the words in it.

It grows unit by unit, always where a text is most probable. A text's probability bounds those of
all words that begin with it, so once none that could go on is as probable as the last of the
wanted words, these are the best. A word's probability is the sum over the ways to write it in the
model's units: of ways to write the best words that are still missing, those that matter are
followed, too. Many texts take a step together.

What is most probable isn't always best for people who choose. Of words that look alike, they see
one; a line break comes last; and of few words that are probable the rest isn't filled up with
improbable ones, which often are none. A word that is probably whole is offered longer only once,
if that is about as probable as the next word.

Nothing is added to `LONGEST-WORD` characters of one word. So after a key was held down, the words
are those that may come next, if the model can end the run at all.

In scripts without spaces, a word ends where no next character is more probable than all others
together: readers, too, see boundaries where it is hard to guess what follows (Harris 1955).]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [defaultdict]
  dataclasses [replace]
  heapq [heappop heappush]
  math [inf log]
  numpy :as np
  lstm-textgen.text.wordends [LONGEST-WORD WORD-JOINERS as-seen completes? continues? enders-of
    firsts-of follow row-after row-of])

(setv
  TOGETHER 16  ; texts that take a step at once
  BUDGET 512  ; texts that a search for the best words reads at most, …
  WAYS-BUDGET 256  ; … and that one for more ways to write them
  SURE 0.5  ; from this probability of a next character on, a word without spaces goes on
  EXACT 0.001  ; a way to write a word that has less than this share of it may be missing
  NEARLY 0.5  ; of the probability of the last of the best words, from which a word is completed
  PROBABLY-WHOLE 0.5  ; probability that a word ends after what was typed, from which it is whole
  ;; How probable a word must be that people may choose. By the lists after fifty seeds, others are
  ;; mostly none, or far from what anybody means.
  LEAST 0.002  ; times the best
  LEAST-COMPLETED 0.02  ; times the best, or all others, where a word has probably just begun
  LEAST-LONGER 0.25)  ; times the best next one, if it makes a whole word longer


(defrecord Place
  "Where a unit is chosen, as rules see it: the model's `logits` (size,), its `output` (units,)."
  [#^ np.ndarray logits  #^ np.ndarray output  #^ float [factor 1.0]])


(defclass Node []
  #[[A `text` after the seed that the model has read; `weight` is ln of its probability.

  `state` is that of its last word, which is the number `words` in it and has `begun` after this
  number of characters; `row` says what units do to that word (see wordends.hy). `odds` (size,) are
  ln of the text's probability with each unit after it, of which the seed has the first `typed`
  characters. `network` is the engine's state, `children` a dict from ids to nodes, and `order`
  lists the ids to be read, the best first.]]

  (meth __init__ [@text @weight @state @network @rules [@typed 0] [@begun 0] [@words 1]]
    (setv
      @odds None
      @row None
      @children {}
      @order [])))


(defclass Tree []
  #[[The texts that may follow a seed of `model`; `engines` are its engines, of few texts first.

  The seed's last word, of which it has `typed`, is in a `state` of wordends.hy. `totals` is a dict
  from words to the probabilities found so far; `nodes` lists the texts read.]]

  (meth __init__ [@model @engines @_state @_typed]
    (setv
      [@nodes @totals] [[] (defaultdict float)]
      @_units model.vocabulary.units
      @_ends 0.0  ; how probably a word ends after what was typed
      @_begun (if (in _state "TU") (len _typed) 0)))

  (meth add-root [way text rules output all]
    #[[Add the `text`, mostly empty, that a `way` (a `Way`) to continue the seed begins with.

    `output` (units,) is that of the network there, and `all` ln of the sum of the ways' weights.]]
    (setv
      node (Node text (- way.weight all) @_state way.state rules way.typed)
      some (if (is way.ids ...) (slice None) way.ids))
    (@_weigh node (get way.state 0) output some)
    (setv node.row (if (is way.ids ...)
      (row-of @model.vocabulary node.state)
      (row-after @_units node.state way.ids way.typed)))
    (when (is way.ids ...)
      (+= @_ends (.sum (np.exp (get node.odds (enders-of @model.vocabulary))))))
    (unless (@_room? "")
      (setv node.row (replace node.row :go-on (np.array
        (lfor
          id node.row.go-on
          :if (not (continues? (cut (get @_units id) way.typed None)))
          id)
        int))))
    (@_count node))

  (meth _room? [text]
    "Return whether the word that `text` begins, or has the rest of, may be longer."
    (setv begun (if (or (not text) (completes? @_state text)) @_begun 0))
    (< (+ begun (len (.lstrip text))) LONGEST-WORD))

  (meth grow [count]
    "Read on until the `count` best words have been found, or the budget is used up."
    (setv
      open []
      offered 0
      read 0)
    (while (< read BUDGET)
      (setv least (@_least count))
      (for [n (range offered (len @nodes))] (@_offer n open least))
      (setv
        offered (len @nodes)
        chosen (@_best open least))
      (unless chosen (break))
      (+= read (len (@read chosen))))
    (@_complete count))

  (meth best-words [count]
    "Return a list of the `count` best words that may be offered, each #(word probability)."
    (setv
      best {}
      next None
      longer None
      least (@_least-offered)
      words (gfor [word odds] (.items @totals) :if (>= odds least) #((- odds) word)))
    (for [[odds word] (sorted words)]
      (when (= (len best) count) (break))
      (setv
        odds (- odds)
        more? (completes? @_state word)
        seen (as-seen (+ (if more? @_typed "") word)))
      (unless (or (in seen best) (and more? (@_whole?) (or longer (< odds (or next 0)))))
        (setv (get best seen) #(word odds))
        (if more?
          (setv longer word)
          (setv next (or next (* odds LEAST-LONGER))))))
    (sorted (.values best) :key (fn [each] (in "\n" (get each 0)))))

  (meth _whole? []
    "Return whether what was typed probably is a whole word."
    (and (in @_state "TU") (> @_ends PROBABLY-WHOLE)))

  (meth _least-offered []
    "Return the probability that a word must have to be offered."
    (setv best (max (.values @totals) :default 0))
    (max
      (* LEAST best)
      (if (or (not-in @_state "TU") (@_whole?)) 0 (* LEAST-COMPLETED (min best (- 1 best))))))

  (meth _least [count]
    "Return ln of the probability that a word must have to be one of the `count` best."
    (setv
      best (lfor [_ odds] (@best-words count) odds)
      least (if (= (len best) count) (min best) (@_least-offered)))
    (if least (log least) (- inf)))

  (meth _offer [n open least]
    "Put the best text that continues the word of node `n` on the heap `open`, if above `least`."
    (setv
      node (get @nodes n)
      ids node.row.go-on
      ids (get ids (> (get node.odds ids) least)))
    (when (and (len ids) (or (= node.text "") (@_room? node.text)))
      (setv node.order (.tolist (get ids (np.argsort (- (get node.odds ids)) :kind "stable"))))
      (heappush open #((- (get node.odds (get node.order 0))) n 0))))

  (meth _best [open least]
    "Take from the heap `open` the most probable texts to read, all above `least`."
    (setv chosen [])
    (while (and open (< (len chosen) TOGETHER) (> (- (get open 0 0)) least))
      (setv
        [_ n k] (heappop open)
        node (get @nodes n))
      (.append chosen #(node (get node.order k)))
      (when (< (+ k 1) (len node.order))
        (heappush open #((- (get node.odds (get node.order (+ k 1)))) n (+ k 1)))))
    chosen)

  (meth _complete [count]
    "Follow more ways to write the `count` best words, and nearly as good ones, within the budget."
    (setv read 0)
    (while (< read WAYS-BUDGET)
      (setv
        least (* (np.exp (@_least count)) NEARLY)
        chosen {})
      (for [[word total] (.items @totals)  :if (>= total least)
            pair (@_missing word (log (* EXACT total)))  :if (< (len chosen) TOGETHER)]
        (setv (get chosen pair) None))
      (unless chosen (break))
      (+= read (len (@read (list chosen))))))

  (meth _missing [word least]
    "Yield each #(node id) that begins an unread way to write `word`, if it is above `least`."
    (for [node @nodes :if (.startswith word node.text)]
      (setv left (cut word (len node.text) None))
      (for [id (@_spelling node left)
          :if (and (not-in id node.children) (> (get node.odds id) least))]
        (yield #(node id)))))

  (meth _spelling [node left]
    "Return the ids after `node` that write the beginning of `left`, or all of it and a joiner."
    (setv texts [
      #* (gfor n (range (len left)) (cut left (+ n 1)))
      #* (gfor joiner WORD-JOINERS (+ left joiner))])
    (if node.typed
      (lfor id (.tolist node.row.go-on) :if (in (cut (get @_units id) node.typed None) texts) id)
      (lfor text texts :setv id (.get @model.vocabulary.ids text) :if (is-not id None) id)))

  (meth [(np.errstate :invalid "ignore")] read [chosen]
    "Let the model read a unit after each node: `chosen` lists up to `TOGETHER` #(node id)."
    (setv
      engine (next (gfor each @engines :if (>= each.streams (len chosen)) each))
      ids (np.zeros engine.streams int)
      (get ids (slice (len chosen))) (lfor [_ id] chosen id))
    (for [[array own] (zip engine.state (zip #* (gfor [node _] chosen node.network)))]
      (setv (get array (slice (len chosen))) own))
    (.step engine ids)
    (lfor [k [node id]] (enumerate chosen) (@_add node id engine k)))

  (meth _add [node id engine k]
    "Return the node of `node` and the unit `id`, which stream `k` of `engine` has just read."
    (setv
      unit (cut (get @_units id) node.typed None)
      [state end] (follow node.state unit)
      child (Node (+ node.text unit) (get node.odds id) state (.copy-state engine k)
        (lfor rule node.rules (.copy rule)) 0 node.begun node.words))
    (unless (is end None)  ; the unit begins another word
      (setv
        child.state (get (follow "S" (cut unit (max 0 end) None)) 0)
        child.begun (+ (len node.text) end)
        child.words (+ node.words 1)))
    (for [rule child.rules] (.take rule id))
    (@_weigh child (get engine.logits k) (get engine.output k) (slice None))
    (setv
      child.row (row-of @model.vocabulary child.state)
      (get node.children id) child)
    (@_count child)
    child)

  (meth _weigh [node logits output some]
    "Set the odds of `node`, where `some` units may come next; find whether a word ends there."
    (setv
      scores (np.full @model.vocabulary.size (- inf))
      (get scores some) (get logits some)
      (get scores (slice (len @model.vocabulary.reserved))) (- inf)
      place (Place logits output))
    (for [rule node.rules] (.score rule scores place))
    (setv
      all (ln-sum scores)
      node.odds (+ scores (- node.weight all)))
    (when (= node.state "C")
      (setv
        [ids characters] (firsts-of @model.vocabulary)
        sums (np.bincount characters (np.exp (- (get scores ids) all)) 1))
      (unless (> (.max sums) SURE) (setv node.state "D")))
    (.append @nodes node))

  (meth _count [node]
    "Add what of the probability of `node` ends its word to the totals, if it is the first word."
    (when (= node.words 1)
      (setv
        [text row] [node.text node.row]
        odds-of (fn [ids] (float (.sum (np.exp (get node.odds ids))))))
      (for [[word odds] [
          #(text (odds-of row.end))
          #((cut text -1) (odds-of row.back))
          #* (gfor
            [id end] row.within
            #((+ text (cut (get @_units id) node.typed (+ node.typed end))) (odds-of id)))]
          :if (and word odds)]
        (+= (get @totals word) odds)))))


(defn ln-sum [numbers]
  "Return ln of the sum of what `numbers` (n,) are ln of; np.logaddexp takes ten times as long."
  (setv highest (.max numbers :initial (- inf)))
  (if (= highest (- inf)) highest (+ highest (log (.sum (np.exp (- numbers highest)))))))
