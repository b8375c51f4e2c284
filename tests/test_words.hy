"Words and phrases to choose from: which they are, and how probable."

(eval-when-compile (require hyrule [unless]))
(import
  collections [defaultdict]
  re
  warnings
  numpy :as np
  pytest
  lstm-textgen.text.wordends [typed-at-end]
  lstm-textgen.textmodel [TextModel load]
  lstm-textgen.writing.conversation [people-of]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [Mixture make-engine]
  lstm-textgen.writing.seeds [start-ids]
  lstm-textgen.writing.words [Suggester turn-of]
  tests.helpers [refusal-of small-model])

(setv
  pytestmark pytest.mark.quick
  VERSE (* "hey, don't he-ho! hey yo\n" 9)
  HAN (* "你们好吗，我们很好。\n" 9)
  ;; A word, said in another way than wordends.hy says it.
  WORD (re.compile r"[^\S\n]*(?:[a-z]+(?:['-][a-z]+)*|[^\w\s]+)|[^\S\n]*\n\s*")


;; * By brute force

(defn enumerated [model seed least [only ""]]
  #[[Return a dict from words after `seed` to their probabilities, by all texts that may follow.

  Texts less probable than `least` are left out; with `only`, those that aren't about this word.]]
  (setv
    [vocabulary engine found] [model.vocabulary (make-engine model) (defaultdict float)]
    rest (.half-typed vocabulary seed)
    [_ typed] (typed-at-end seed)
    all 0)
  (.feed engine [#* (start-ids model) #* (.encode vocabulary (.removesuffix seed rest))])
  (setv texts [#("" 1.0 (.copy-state engine))])
  (while texts
    (setv
      [text before state] (.pop texts)
      next (softmax (get state 0)))
    (when (is-not vocabulary.unknown None)  ; it is no text
      (setv (get next 0) 0)
      (/= next (.sum next)))
    (for [[unit odds] (zip vocabulary.units (* before next))  :if (agree? (+ text unit) rest)]
      (setv
        longer (+ text unit)
        added (cut longer (len rest) None)
        whole? (.startswith longer rest)
        word (when whole? (word-in typed added)))
      (when (and whole? (not (.startswith text rest))) (+= all odds))
      (cond
        word (+= (get found word) odds)
        (and (> odds least) (or (not only) (.startswith f"{only}'" added) (= added f"{only}-"))) (do
          (.set-state engine state)
          (.step engine (get vocabulary.ids unit))
          (.append texts #(longer odds (.copy-state engine)))))))
  (dfor [word odds] (.items found) word (/ odds (if rest all 1))))


(defn agree? [one other]
  "Return whether a text may begin with both `one` and `other`."
  (or (.startswith other one) (.startswith one other)))


(defn word-in [typed added]
  "Return the first word of the text `added` after what was `typed` of it; None if it may go on."
  (setv
    whole (.match WORD (+ typed added))
    start (if (and whole (> (.end whole) (len typed))) (len typed) 0)
    text (if start (+ typed added) added)
    found (.match WORD text))
  (unless found (return None))
  (setv after (cut text (.end found) None))
  (unless (in after ["" "'" "-"]) (cut text start (.end found))))


(defn [(pytest.mark.parametrize "unit" ["characters" "pieces" "words"])
    (pytest.mark.parametrize "seed" ["" "hey" "he" "hey " "hey," "hey, don'" "yo\n"])]
    test-probabilities-are-the-sums-over-all-ways-to-write-a-word [unit seed]
  (setv
    model (small-model :unit unit :text VERSE :max-words 20 :layers "12" :scale 1.4 :rng-seed 4)
    found (dfor each (.suggest (TextModel model) seed) each.text each.probability)
    least (min (.values found))
    others (enumerated model seed least))
  (for [[word odds] (.items found)]
    (assert (= odds (pytest.approx (get (enumerated model seed 0 word) word) :rel 0.002))))
  (assert (= (len found) 9))
  (assert (<= (max (gfor [word odds] (.items others) :if (not-in word found) odds) :default 0) least)))
